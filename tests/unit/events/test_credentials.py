"""What the setting allows, and how it names its own faults without telling a secret."""

import json
from typing import Any

import pytest

from shared.events.credentials import Credential, parse
from shared.runtime.errors import MissingSettings
from tests.unit.events.building import SENDERS, secret

SENDER = {"secrets": [secret("a")], "sources": ["/plants/*"], "triggers": ["iot-device-malfunction"]}


@pytest.mark.parametrize(
    ("pattern", "source", "covered"),
    [
        ("/plants/berlin/4", "/plants/berlin/4", True),
        ("/plants/berlin/4", "/plants/berlin/40", False),
        ("/plants/*", "/plants/berlin", True),
        ("/plants/*", "/plants/", True),
        ("/plants/*", "/plants", False),
        ("/plants/*", "/PLANTS/berlin", False),
        ("/plants/*", "x/plants/berlin", False),
        ("*", "anything", True),
        ("[a-z]", "a", False),
    ],
)
def test_a_source_is_exact_or_a_prefix_that_ends_in_a_star(pattern: str, source: str, covered: bool) -> None:
    assert Credential("acme", (pattern,)).may_use(source) is covered


def test_the_star_of_triggers_stands_for_all_of_them() -> None:
    assert Credential("acme", triggers=("*",)).may_raise("anything")
    assert Credential("acme", triggers=("this",)).may_raise("this")
    assert not Credential("acme", triggers=("this",)).may_raise("that")


def test_without_an_entry_the_holder_of_a_key_may_nothing() -> None:
    holder = parse("{}").key_holder()
    assert (holder.sources, holder.triggers) == ((), ())


def test_every_name_has_as_many_secrets_to_try() -> None:
    credentials = parse(json.dumps(SENDERS))
    assert [len(credentials.webhook(name).secrets) for name in ("acme", "rotating", "*", "nobody")] == [2, 2, 2, 2]
    assert len(parse("{}").webhook("nobody").secrets) == 1


def test_what_nobody_knows_is_new_in_each_process() -> None:
    assert parse("{}").webhook("nobody").secrets != parse("{}").webhook("nobody").secrets


def test_a_credential_never_shows_its_secrets() -> None:
    acme = parse(json.dumps(SENDERS)).webhook("acme")
    assert "aaaa" not in repr(acme)


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("", "the JSON"),
        ("{", "the JSON"),
        ("[]", "the JSON"),
        ({"acme": 1}, "acme"),
        ({"acme": {"secrets": [secret("a")], "triggers": []}}, "acme.sources"),
        ({"acme": SENDER | {"secrets": []}}, "acme.secrets"),
        ({"acme": SENDER | {"secrets": ["hunter2"]}}, "acme.secrets.0"),
        ({"acme": SENDER | {"secrets": [secret("a"), "whsec_hunter2"]}}, "acme.secrets.1"),
        ({"acme": SENDER | {"secrets": ["whsec_aHVudGVyMg=="]}}, "acme.secrets.0"),
        ({"acme": SENDER | {"secrets": [secret("a").removeprefix("whsec_")]}}, "acme.secrets.0"),
        ({"acme": SENDER | {"sources": ["/*/berlin"]}}, "acme.sources.0"),
        ({"acme": SENDER | {"sources": "*"}}, "acme.sources"),
        ({"acme": SENDER | {"triggers": [""]}}, "acme.triggers.0"),
        ({"acme": SENDER | {"hunter2": 1}}, "acme.hunter2"),
        ({"*": SENDER}, "*.secrets"),
        ({"a/b": SENDER}, "a/b"),
    ],
)
def test_a_fault_in_the_setting_is_named_but_not_shown(setting: Any, named: str) -> None:
    with pytest.raises(MissingSettings) as raised:
        parse(setting if isinstance(setting, str) else json.dumps(setting))
    assert str(raised.value).startswith(f"CAREBUS_SENDERS: {named}")
    assert "hunter2" not in str(raised.value).removeprefix("CAREBUS_SENDERS: acme.hunter2")
