"""An envelope is read as it was written, and anything else is refused by a closed reason and the field at fault."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.envelope import VERSION, Envelope, Message, ReplyTo, decode, opened, restored
from shared.runtime.errors import Undecodable
from tests.unit.runtime.world import NOON, Add, Told

REASONS = {"malformed_json", "unknown_version", "invalid_envelope"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
SOUND: dict[str, Any] = {
    "v": VERSION,
    "id": "m1",
    "kind": "add",
    "time": "2026-11-21T12:00:00Z",
    "body": {},
    "cause": [],
    "reply_to": None,
    "test": False,
    "attempt": 0,
}
ENVELOPES = st.builds(
    Envelope,
    id=st.text(),
    kind=st.text(),
    time=st.datetimes(timezones=st.just(UTC)),
    body=st.dictionaries(st.text(), st.integers(-9, 9) | st.text()),
    cause=st.lists(st.text()).map(tuple),
    reply_to=st.none() | st.builds(ReplyTo, st.text(), st.text(), st.dictionaries(st.text(), st.text())),
    test=st.booleans(),
    attempt=st.integers(0, 1000),
)


@given(ENVELOPES)
def test_an_envelope_is_read_as_it_was_written(envelope: Envelope) -> None:
    assert decode(envelope.encode()) == envelope


def refusal_of(raw: bytes) -> Undecodable | None:
    try:
        decode(raw)
    except Undecodable as error:
        return error
    return None


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_envelope_or_refused_with_a_reason(raw: bytes) -> None:
    refusal = refusal_of(raw)
    assert refusal is None or refusal.reason in REASONS


@given(st.sampled_from(sorted(SOUND)), JSON)
def test_any_value_in_any_field_is_an_envelope_or_refused_with_its_name(field: str, value: object) -> None:
    refusal = refusal_of(json.dumps({**SOUND, field: value}).encode())
    assert refusal is None or refusal.field.split(".")[0] == field


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"v": None}, "unknown_version", "v"),
        ({"v": VERSION + 1}, "unknown_version", "v"),
        ({"id": 5}, "invalid_envelope", "id"),
        ({"time": "yesterday"}, "invalid_envelope", "time"),
        ({"time": "2026-11-21T12:00:00"}, "invalid_envelope", "time"),
        ({"cause": ["e1", 2]}, "invalid_envelope", "cause.1"),
        ({"reply_to": {"queue": "q", "body": {}}}, "invalid_envelope", "reply_to.kind"),
        ({"body": []}, "invalid_envelope", "body"),
        ({"attempt": "often"}, "invalid_envelope", "attempt"),
    ],
)
def test_the_field_at_fault_is_named(change: dict[str, Any], reason: str, field: str) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(json.dumps({**SOUND, **change}).encode())
    assert (caught.value.reason, caught.value.field) == (reason, field)


@pytest.mark.parametrize("missing", ["id", "kind", "time", "body"])
def test_what_every_message_must_say(missing: str) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(json.dumps({name: value for name, value in SOUND.items() if name != missing}).encode())
    assert caught.value.field == missing


def test_a_refusal_never_quotes_the_message() -> None:
    with pytest.raises(Undecodable) as caught:
        decode(json.dumps({**SOUND, "time": "s3cret"}).encode())
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_body_at_fault_is_named_by_its_path() -> None:
    envelope = Envelope("m1", "add", NOON, {"tally": "t1", "n": "s3cret"})
    with pytest.raises(Undecodable) as caught:
        opened(envelope, Add)
    assert (caught.value.reason, caught.value.field) == ("invalid_body", "body.n")


def test_times_are_instants_whatever_their_offset() -> None:
    elsewhere = json.dumps({**SOUND, "time": "2026-11-21T13:00:00+01:00"}).encode()
    assert decode(elsewhere).time == datetime(2026, 11, 21, 12, tzinfo=UTC)


@given(ENVELOPES)
def test_a_message_can_be_put_back_into_the_envelope_it_came_in(envelope: Envelope) -> None:
    said = Envelope(
        envelope.id,
        Told.kind,
        envelope.time,
        {"text": "x"},
        envelope.cause,
        envelope.reply_to,
        envelope.test,
        envelope.attempt,
    )
    assert restored(Told.kind, opened(said, Told)) == said


def test_two_attempts_of_a_message_are_the_same_message() -> None:
    assert Message("m1", NOON, Add(), attempt=1) == Message("m1", NOON, Add(), attempt=2)
