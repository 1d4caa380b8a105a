"""How settings say where the store and the bus are."""

import subprocess
import sys

import pytest

from shared.runtime.azure.connection import (
    ConnectionString,
    Identity,
    servicebus_connection,
    tables_connection,
)
from shared.runtime.errors import MissingSettings


def test_a_connection_string_is_taken_as_it_is() -> None:
    settings = {"TablesConnection": "AccountName=a", "ServiceBusConnection": "Endpoint=sb://b"}
    assert tables_connection(settings) == ConnectionString("AccountName=a")
    assert servicebus_connection(settings) == ConnectionString("Endpoint=sb://b")


def test_an_address_means_the_identity_we_run_under() -> None:
    settings = {
        "TablesConnection__endpoint": "https://a.table.core.windows.net",
        "ServiceBusConnection__fullyQualifiedNamespace": "b.servicebus.windows.net",
        "ServiceBusConnection__clientId": "client",
    }
    assert tables_connection(settings) == Identity("https://a.table.core.windows.net")
    assert servicebus_connection(settings) == Identity("b.servicebus.windows.net", "client")


def test_a_setting_may_have_another_name() -> None:
    assert tables_connection({"Archive": "x"}, "Archive") == ConnectionString("x")


@pytest.mark.parametrize("settings", [{}, {"TablesConnection": ""}, {"TablesConnection__clientId": "c"}])
def test_what_is_missing_is_named(settings: dict[str, str]) -> None:
    with pytest.raises(MissingSettings, match="TablesConnection or TablesConnection__endpoint"):
        tables_connection(settings)
    with pytest.raises(MissingSettings, match="ServiceBusConnection__fullyQualifiedNamespace"):
        servicebus_connection(settings)


def test_a_connection_string_does_not_show_its_key() -> None:
    assert "secret" not in repr(ConnectionString("AccountKey=secret"))


async def test_an_identity_makes_a_credential() -> None:
    credential = Identity("https://a.table.core.windows.net", "client").credential()
    assert callable(credential.get_token)
    await credential.close()


def test_the_identity_library_is_not_imported_before_it_is_needed() -> None:
    program = "import sys, shared.runtime.azure.store, shared.runtime.azure.bus; print('azure.identity' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"
