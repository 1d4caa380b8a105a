"""May we write to this contact point? The table of DOMAIN.md 4, row by row, and topics on top of it."""

from itertools import product

import pytest

from shared.deliveries.consent import ENFORCEMENT, VERDICTS, verdict

STATUSES = ("opted_out", "not_set", "opted_in")
TABLE = {
    ("restrictive", "opted_out"): "block",
    ("restrictive", "not_set"): "block",
    ("restrictive", "opted_in"): "send",
    ("non_restrictive", "opted_out"): "block",
    ("non_restrictive", "not_set"): "send",
    ("non_restrictive", "opted_in"): "send",
    ("disabled", "opted_out"): "send",
    ("disabled", "not_set"): "send",
    ("disabled", "opted_in"): "send",
}


@pytest.mark.parametrize(("row", "verdict"), list(TABLE.items()))
def test_the_table_of_the_domain(row: tuple[str, str], verdict: str) -> None:
    assert ("block" if VERDICTS[row] else "send") == verdict


def test_the_table_has_no_other_rows() -> None:
    assert VERDICTS.keys() == TABLE.keys()


@pytest.mark.parametrize(
    ("status", "reason"), [("opted_out", "opted_out"), ("not_set", "no_consent"), ("opted_in", None)]
)
@pytest.mark.parametrize("channel", ["sms", "email", "push"])
def test_commercial_messages_need_an_opt_in(channel: str, status: str, reason: str | None) -> None:
    assert verdict(channel, "commercial", None, {"commercial": status}) == (status, reason)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("channel", ["sms", "email", "push"])
def test_transactional_messages_are_only_stopped_by_an_opt_out(channel: str, status: str) -> None:
    reason = "opted_out" if status == "opted_out" else None
    assert verdict(channel, "transactional", None, {"transactional": status}) == (status, reason)


def test_every_channel_and_purpose_is_enforced_in_some_way() -> None:
    assert set(ENFORCEMENT) == set(product(("sms", "email", "push"), ("transactional", "commercial")))
    assert ENFORCEMENT["sms", "commercial"] == "restrictive"


def test_nothing_said_is_not_set() -> None:
    assert verdict("sms", "transactional", None, {}) == ("not_set", None)
    assert verdict("sms", "commercial", None, {}) == ("not_set", "no_consent")


@pytest.mark.parametrize(("purpose", "topic"), list(product(STATUSES, STATUSES)))
def test_a_topic_needs_consent_for_itself_and_for_its_purpose(purpose: str, topic: str) -> None:
    consents = {"commercial": purpose, "commercial/news": topic}
    _, reason = verdict("sms", "commercial", "news", consents)
    assert (reason is None) == (purpose == topic == "opted_in")


def test_the_status_that_decided_is_told() -> None:
    consents = {"transactional": "opted_in", "transactional/updates": "opted_out"}
    assert verdict("sms", "transactional", "updates", consents) == ("opted_out", "opted_out")
    assert verdict("sms", "transactional", "other", consents) == ("not_set", None)
    assert verdict("sms", "transactional", None, consents) == ("opted_in", None)


def test_consent_for_a_topic_alone_is_none_for_its_purpose() -> None:
    assert verdict("sms", "commercial", "news", {"commercial/news": "opted_in"}) == ("not_set", "no_consent")
