"""Settings: all that is missing is named at once, and no secret is ever shown."""

from datetime import timedelta

import pytest

from shared.runtime.errors import MissingSettings
from shared.runtime.settings import CONNECTIONS, REQUIRED, Settings

COMPLETE = {
    "CAREBUS_PUBLIC_URL": "https://care.example/",
    "CAREBUS_LINK_KEYS": "k1:s3cret",
    "CAREBUS_SENDERS": '{"acme": {"secrets": ["s3cret"]}}',
    "CAREBUS_SMS_FROM": "+15550100",
    "CAREBUS_EMAIL_FROM": "care@example.com",
    "AcsConnection": "endpoint=https://acs.example;accesskey=s3cret",
    "ServiceBusConnection": "Endpoint=sb://bus.example;SharedAccessKey=s3cret",
    "TablesConnection": "AccountKey=s3cret",
}


def test_a_complete_environment_is_read() -> None:
    settings = Settings.read(COMPLETE)
    assert settings.public_url == "https://care.example"
    assert (settings.sms_from, settings.email_from) == ("+15550100", "care@example.com")
    assert settings.definitions_cache == timedelta(seconds=10)
    assert settings.values == COMPLETE


def test_all_that_is_missing_is_named_together() -> None:
    with pytest.raises(MissingSettings) as caught:
        Settings.read({})
    assert [name for name in (*REQUIRED, *CONNECTIONS) if name not in str(caught.value)] == []


@pytest.mark.parametrize("name", [*REQUIRED, *CONNECTIONS])
def test_each_one_is_needed_and_an_empty_one_is_missing(name: str) -> None:
    for environment in ({**COMPLETE, name: ""}, {key: value for key, value in COMPLETE.items() if key != name}):
        with pytest.raises(MissingSettings, match=name) as caught:
            Settings.read(environment)
        assert not [other for other in (*REQUIRED, *CONNECTIONS) if other != name and other in str(caught.value)]


@pytest.mark.parametrize(("name", "address"), list(CONNECTIONS.items()))
def test_an_identity_needs_an_address_instead_of_a_secret(name: str, address: str) -> None:
    environment = {key: value for key, value in COMPLETE.items() if key != name}
    assert Settings.read({**environment, f"{name}__{address}": "bus.example"}).values[f"{name}__{address}"]


def test_no_secret_is_shown() -> None:
    assert "s3cret" not in repr(Settings.read(COMPLETE))


def test_an_error_names_settings_and_shows_no_value() -> None:
    with pytest.raises(MissingSettings) as caught:
        Settings.read({**COMPLETE, "CAREBUS_SMS_FROM": ""})
    assert "s3cret" not in str(caught.value)


def test_an_empty_period_is_none_given() -> None:
    settings = Settings.read({**COMPLETE, "CAREBUS_DEFINITIONS_CACHE_SECONDS": ""})
    assert settings.definitions_cache == timedelta(seconds=10)


def test_a_deployment_may_say_how_long_definitions_are_cached() -> None:
    settings = Settings.read({**COMPLETE, "CAREBUS_DEFINITIONS_CACHE_SECONDS": "0.5"})
    assert settings.definitions_cache == timedelta(milliseconds=500)


@pytest.mark.parametrize("value", ["soon", "nan", "inf", "-1", "1e9"])
def test_a_period_that_is_none_is_named(value: str) -> None:
    with pytest.raises(MissingSettings, match="CAREBUS_DEFINITIONS_CACHE_SECONDS"):
        Settings.read({**COMPLETE, "CAREBUS_DEFINITIONS_CACHE_SECONDS": value})
