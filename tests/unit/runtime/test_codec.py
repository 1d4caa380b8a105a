"""Whatever a message says is said in JSON and read back the same; what is wrong is named, never quoted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, ValidationError

from shared.runtime import codec
from shared.runtime.envelope import Envelope, decode, opened
from tests.unit.bodies import BODIES, NOON, body_of

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@dataclass(frozen=True, slots=True)
class Inner:
    n: int


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner
    at: datetime
    parts: tuple[Inner, ...] = ()


@settings(max_examples=25)
@given(st.data())
@pytest.mark.parametrize("body_type", BODIES, ids=lambda body_type: body_type.kind)
def test_every_message_is_read_as_it_was_said(body_type: type[Any], data: st.DataObject) -> None:
    body = data.draw(body_of(body_type))
    said = Envelope("m1", body.kind, NOON, codec.plain(body)).encode()
    assert opened(decode(said), body_type).body == body


@pytest.mark.parametrize("body_type", BODIES, ids=lambda body_type: body_type.kind)
def test_no_message_takes_a_time_without_its_offset(body_type: type[Any]) -> None:
    """It would be compared with one that has it, deep inside, each time the message comes again."""
    hints = get_type_hints(body_type)
    assert datetime not in [hints[field.name] for field in fields(body_type)]


def test_aware_times_are_what_messages_have_instead() -> None:
    naive = {"device": "D", "contact": "C", "since": "2026-11-21T12:00:00"}
    body_type = next(body for body in BODIES if body.kind == "put_device")
    with pytest.raises(ValidationError) as caught:
        codec.typed(body_type, naive)
    assert codec.field_of(caught.value) == "since"


@given(JSON)
def test_text_of_json_is_ascii_and_says_the_same(value: object) -> None:
    text = codec.text(value)
    assert text.isascii()
    assert json.loads(text) == value


def test_equal_data_gives_equal_text() -> None:
    assert codec.text({"b": 1, "a": [1, 2]}) == codec.text({"a": [1, 2], "b": 1}) == '{"a":[1,2],"b":1}'


def test_nested_dataclasses_become_plain_json_and_come_back() -> None:
    outer = Outer(Inner(1), NOON, (Inner(2), Inner(3)))
    plain = codec.plain(outer)
    assert plain == {"inner": {"n": 1}, "at": "2026-11-21T12:00:00Z", "parts": [{"n": 2}, {"n": 3}]}
    assert codec.typed(Outer, plain) == outer


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_keep_their_microseconds(at: datetime) -> None:
    assert codec.typed(Outer, codec.plain(Outer(Inner(1), at))).at == at


def test_a_fault_is_named_by_its_path_and_never_quoted() -> None:
    with pytest.raises(ValidationError) as caught:
        codec.typed(Outer, {"inner": {"n": 1}, "at": NOON, "parts": [{"n": 1}, {"n": "s3cret"}]})
    assert codec.field_of(caught.value) == "parts.1.n"


@given(st.timedeltas(min_value=timedelta(hours=-12), max_value=timedelta(hours=12)))
def test_an_instant_is_the_same_whatever_offset_it_was_given_in(offset: timedelta) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(minutes=offset // timedelta(minutes=1))))
    assert codec.typed(AwareDatetime, elsewhere.isoformat()) == NOON


def test_unknown_fields_are_ignored_so_that_a_new_process_may_say_more() -> None:
    assert codec.typed(Inner, {"n": 1, "said_by_a_newer_version": True}) == Inner(1)


def test_mappings_stay_what_they_are() -> None:
    value: Mapping[str, Any] = {"a": {"b": [1, None, "ü"]}}
    assert codec.plain(value) == value
