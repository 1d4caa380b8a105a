"""A contact: where they are reached, and what they agreed to for exactly that address."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contacts.contact import SHARDS, Consent, Contact, create_contact, put_contact, set_consent, shard_of
from shared.contacts.messages import PutContact, SetConsent
from shared.events.messages import RecordChanged
from shared.runtime.codec import plain, text
from shared.runtime.decision import Decision, Put, Refusal
from shared.runtime.envelope import Message

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADA = PutContact("C-1", "Ada Example", "ada@example.org", "+4930123456", "de-AT", "Europe/Vienna")


def message[B](body: B, at: datetime = NOON) -> Message[B]:
    return Message("m1", at, body)


def created(body: PutContact = ADA) -> Contact:
    state = create_contact(message(body), None, NOON).state
    assert state is not None
    return state


def put(contact: Contact, **fields: Any) -> Contact:
    body = {"name": "Ada Example", "email": "ada@example.org", "phone": "+4930123456", **fields}
    state = put_contact(contact, message(PutContact("C-1", **body)), None, NOON).state
    assert state is not None
    return state


def said(contact: Contact, status: str, purpose: str = "commercial", channel: str = "sms") -> Contact:
    state = set_consent(contact, message(SetConsent("C-1", channel, purpose, status, "agent")), None, NOON).state
    assert state is not None
    return state


def test_a_contact_is_created_as_it_was_sent() -> None:
    points = {"sms": "+4930123456", "email": "ada@example.org"}
    assert created() == Contact("C-1", "Ada Example", "de-AT", "Europe/Vienna", points, NOON, registered_at=NOON)


@pytest.mark.parametrize(
    ("fields", "points"),
    [
        ({"email": "", "phone": ""}, {}),
        ({"email": ""}, {"sms": "+4930123456"}),
        ({"phone": ""}, {"email": "ada@example.org"}),
    ],
)
def test_an_empty_point_is_none(fields: dict[str, str], points: dict[str, str]) -> None:
    assert put(created(), **fields).points == points


def test_consent_is_recorded_with_its_source_and_time() -> None:
    contact = said(created(), "opted_in")
    assert contact.consents == {"sms:+4930123456:commercial": Consent("opted_in", "agent", NOON)}
    assert contact.consents_for("sms") == {"commercial": "opted_in"}
    assert contact.consents_for("email") == {}


def test_the_last_word_counts() -> None:
    assert said(said(created(), "opted_in"), "opted_out").consents_for("sms") == {"commercial": "opted_out"}


@pytest.mark.parametrize("late", ["opted_in", "not_set"])
def test_what_was_said_before_an_opt_out_does_not_undo_it(late: str) -> None:
    before = message(SetConsent("C-1", "sms", "commercial", late), NOON - timedelta(minutes=1))
    refused = Decision[Contact](refused=Refusal("outdated", "time"))
    assert set_consent(said(created(), "opted_out"), before, None, NOON) == refused


def test_an_opt_out_counts_however_late_it_comes() -> None:
    before = message(SetConsent("C-1", "sms", "commercial", "opted_out"), NOON - timedelta(minutes=1))
    contact = set_consent(said(created(), "opted_in"), before, None, NOON).state
    assert contact is not None
    assert contact.consents_for("sms") == {"commercial": "opted_out"}


def test_a_topic_is_kept_beside_its_purpose() -> None:
    contact = said(said(created(), "opted_in"), "opted_out", "commercial/newsletter")
    assert contact.consents_for("sms") == {"commercial": "opted_in", "commercial/newsletter": "opted_out"}


def test_a_new_number_starts_without_consent_and_the_old_one_keeps_its_own() -> None:
    contact = said(created(), "opted_out")
    moved = put(contact, phone="+4930999999")
    assert moved.consents_for("sms") == {}
    assert put(moved).consents_for("sms") == {"commercial": "opted_out"}


def test_without_an_address_there_is_no_consent_for_it() -> None:
    assert put(said(created(), "opted_in"), phone="").consents_for("sms") == {}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (SetConsent("C-1", "fax", "commercial", "opted_in"), Refusal("unknown_value", "body.channel")),
        (SetConsent("C-1", "sms", "gossip", "opted_in"), Refusal("unknown_value", "body.purpose")),
        (SetConsent("C-1", "sms", "gossip/news", "opted_in"), Refusal("unknown_value", "body.purpose")),
        (SetConsent("C-1", "sms", "commercial", "maybe"), Refusal("unknown_value", "body.status")),
        (SetConsent("C-1", "email", "commercial", "opted_in"), Refusal("no_contact_point", "body.channel")),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_its_field(body: SetConsent, refusal: Refusal) -> None:
    contact = put(created(), email="")
    assert set_consent(contact, message(body), None, NOON) == Decision(refused=refusal)


def test_what_was_said_before_and_comes_late_changes_nothing() -> None:
    known = created()
    earlier = Message("m0", NOON - timedelta(hours=1), PutContact("C-1", "Old Name"))
    decision = put_contact(known, earlier, None, NOON + timedelta(hours=1))
    assert decision.state is None
    assert decision.refused == Refusal("outdated", "time")


FULL = {
    "language": "de-AT",
    "time_zone": "Europe/Vienna",
    "city": "Wien",
    "position": "Boss",
    "account": "Example",
    "relationship": "partner",
    "preferred_channel": "sms",
    "attributes": {"seats": 3, "gold": True},
}


def told(decision: Decision[Contact]) -> RecordChanged:
    [outgoing] = decision.raised
    assert isinstance(outgoing.body, RecordChanged)
    return outgoing.body


def full(**fields: Any) -> PutContact:
    return PutContact("C-1", **{"name": "Ada Example", "phone": "+4930123456", **FULL, **fields})


def test_a_new_contact_is_told_to_triggers_and_found_when_all_are_walked() -> None:
    decision = create_contact(message(full()), None, NOON)
    attributes = {"contact": "C-1", "language": "de-AT", "time_zone": "Europe/Vienna"}
    assert told(decision) == RecordChanged("contacts", "C-1", (), attributes, "C-1", NOON)
    line = {"registered_at": NOON.isoformat()}
    assert decision.hints[-1] == Put("views", f"contacts~{shard_of('C-1')}", "C-1", line)


@pytest.mark.parametrize(
    ("fields", "columns"),
    [
        ({"city": "Graz"}, ("city",)),
        ({"phone": "", "email": "ada@example.org"}, ("email", "phone")),
        ({"language": "en", "time_zone": "UTC", "name": "Ida"}, ("language", "name", "time_zone")),
        ({"position": "", "account": "x", "relationship": "x"}, ("account", "position", "relationship")),
        ({"preferred_channel": "email"}, ("preferred_channel",)),
        ({"attributes": {"seats": 4, "gold": True}}, ("seats",)),
        ({"attributes": {"seats": 3, "silver": ""}}, ("gold",)),
    ],
)
def test_a_change_is_told_by_its_columns(fields: dict[str, Any], columns: tuple[str, ...]) -> None:
    decision = put_contact(created(full()), message(full(**fields)), None, NOON)
    assert told(decision).columns == columns
    assert told(decision).attributes["changed"] == ",".join(columns)
    assert decision.records == ()


def test_a_contact_that_is_put_again_as_it_was_is_no_change() -> None:
    decision = put_contact(created(full()), message(full(), NOON + timedelta(days=1)), None, NOON)
    assert decision.outcome == "updated"
    assert decision.raised == ()


def test_no_personal_value_travels_with_a_change() -> None:
    secret = "zQ9secret"
    kept = {"name", "email", "phone", "city", "position", "account", "relationship"}
    body = full(**dict.fromkeys(kept, secret), attributes={"note": secret})
    for decision in (
        create_contact(message(body), None, NOON),
        put_contact(created(full()), message(body), None, NOON),
    ):
        assert secret not in text(plain(told(decision)))
        assert secret not in text(plain(decision.records))


def test_a_contact_stays_registered_when_it_was() -> None:
    changed = put_contact(created(), message(full(), NOON + timedelta(days=9)), None, NOON + timedelta(days=9)).state
    assert changed is not None
    assert changed.registered_at == NOON


def test_contacts_are_spread_over_all_shards() -> None:
    assert {shard_of(f"C-{number}") for number in range(500)} == set(SHARDS)
