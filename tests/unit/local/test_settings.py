"""The run's own settings and secrets."""

import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from local.cloud.settings import Addresses, Secrets, environment_for, local_settings, write_private
from shared.bootstrap import push
from shared.channels.signing import decode_key
from shared.events.credentials import parse
from shared.pages.links import link_keys
from shared.runtime.settings import CONNECTIONS, REQUIRED, Settings

WHERE = Addresses("Endpoint=sb://127.0.0.1:1;", "TableEndpoint=x;", "http://127.0.0.1:2", "http://127.0.0.1:3")


def test_secrets_are_made_once_so_that_links_in_messages_stay_good(tmp_path: Path) -> None:
    first = Secrets.of(tmp_path)
    assert Secrets.of(tmp_path) == first
    assert Secrets.made() != first


def test_a_secret_that_a_newer_version_needs_is_added_to_those_that_are_kept(tmp_path: Path) -> None:
    old = {name: value for name, value in asdict(Secrets.made()).items() if name != "vapid_key"}
    write_private(tmp_path / "secrets.json", old)
    assert asdict(Secrets.of(tmp_path)).items() > old.items()
    assert Secrets.of(tmp_path) == Secrets.of(tmp_path)


def test_the_settings_are_all_that_the_functions_ask_for() -> None:
    values = local_settings(Secrets.made(), WHERE)["Values"]
    assert set(REQUIRED) | set(CONNECTIONS) <= values.keys()
    assert Settings.read(values).public_url == WHERE.public_url


def test_the_secrets_are_of_the_kinds_that_are_asked_for() -> None:
    own = Secrets.made()
    values = local_settings(own, WHERE)["Values"]
    assert link_keys(values["CAREBUS_LINK_KEYS"]) == {"k1": own.link_key}
    assert parse(values["CAREBUS_SENDERS"]).webhook("acme").may_use("/plants/berlin/4")
    assert len(decode_key(own.sink_key)) == 32
    assert push(Settings.read(values)).keys() == {"push"}


def test_only_its_owner_may_read_a_private_file(tmp_path: Path) -> None:
    file = tmp_path / "local.settings.json"
    file.write_text("{}")
    file.chmod(0o644)
    write_private(file, {"Values": {}})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [file.name]


def test_what_a_shell_knows_of_a_deployment_does_not_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ServiceBusConnection", "Endpoint=sb://production;")
    monkeypatch.setenv("TablesConnection__endpoint", "https://production")
    monkeypatch.setenv("LANG", "C")
    file = tmp_path / "local.settings.json"
    write_private(file, local_settings(Secrets.made(), WHERE))
    environment = environment_for(file)
    assert "production" not in " ".join(environment.values())
    assert (environment["LANG"], environment["CAREBUS_SETTINGS"]) == ("C", str(file))
