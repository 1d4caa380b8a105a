"""Three modes of one event, and for each way to get it wrong an answer that names it."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from shared.events.binding import MAX_EVENTS, read, sized
from shared.events.cloudevent import Event
from shared.runtime.problem import Problem
from tests.unit.events.building import BATCH, NOW, STRUCTURED, encoded, event, in_headers

BINARY = in_headers(event())


def refused(headers: dict[str, str], body: bytes) -> Problem:
    with pytest.raises(Problem) as raised:
        read(headers, body)
    return raised.value


def named(problem: Problem) -> list[tuple[str, str]]:
    return [(error.field, error.reason) for error in problem.errors]


def test_the_three_modes_say_the_same() -> None:
    data = event()["data"]
    structured = read(STRUCTURED, encoded(event()))
    batch = read(BATCH, encoded([event()]))
    binary = read(BINARY, encoded(data))
    told = [(e.source, e.id, e.type, e.time, e.data) for e in (*structured, *batch, *binary)]
    assert told == [("/plants/berlin/4", "e-1", "iot-device-malfunction", NOW.replace(hour=10, minute=59), data)] * 3


# What is changed in a good event: field and reason that the answer must name, and nothing else.
FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"id": None}, "id", "is missing"),
    ({"id": ""}, "id", "must not be empty"),
    ({"id": 7}, "id", "must be text"),
    ({"id": "x" * 257}, "id", "must be at most 256 characters"),
    ({"id": "a\nb"}, "id", "must not contain control characters"),
    ({"id": "\ud800"}, "id", "must be valid Unicode"),
    ({"source": None}, "source", "is missing"),
    ({"source": ""}, "source", "must not be empty"),
    ({"type": None}, "type", "is missing"),
    ({"type": ["iot"]}, "type", "must be text"),
    ({"specversion": None}, "specversion", "is missing"),
    ({"specversion": "0.3"}, "specversion", "must be 1.0"),
    ({"specversion": 1.0}, "specversion", "must be 1.0"),
    ({"time": "2026-03-01T11:59:00"}, "time", "must be a date and time with its offset (RFC 3339)"),
    ({"time": "2026-W09-7T11:59:00Z"}, "time", "must be a date and time with its offset (RFC 3339)"),
    ({"time": 1772366340}, "time", "must be a date and time with its offset (RFC 3339)"),
    ({"time": "2026-02-30T11:59:00Z"}, "time", "must be a date and time that exists"),
    ({"time": "0001-01-01T00:00:00+14:00"}, "time", "must be a date and time that exists"),
    ({"datacontenttype": "text/xml"}, "datacontenttype", "must be a JSON media type"),
    ({"data": "text"}, "data", "must be a JSON object"),
    ({"data": [1]}, "data", "must be a JSON object"),
    ({"data": {str(n): n for n in range(101)}}, "data", "must have at most 100 attributes"),
    ({"data": {"x" * 65: 1}}, "data", "has an attribute with an impossible name"),
]


@pytest.mark.parametrize(("changes", "field", "reason"), FAULTS)
def test_a_fault_is_named_with_its_field(changes: dict[str, Any], field: str, reason: str) -> None:
    problem = refused(STRUCTURED, encoded(event(**changes)))
    assert problem.kind.status == 400
    assert named(problem) == [(field, reason)]


@pytest.mark.parametrize(("changes", "field", "reason"), FAULTS)
def test_in_a_batch_the_path_says_which_event(changes: dict[str, Any], field: str, reason: str) -> None:
    assert named(refused(BATCH, encoded([event(), event(**changes)]))) == [(f"1.{field}", reason)]


def test_all_faults_of_all_events_are_told_at_once() -> None:
    problem = refused(BATCH, encoded([event(id=None, type=""), 5, event(source=None)]))
    assert [error.field for error in problem.errors] == ["0.id", "0.type", "1", "2.source"]
    assert problem.detail == "0.id is missing. 4 faults in all."


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is not JSON at line 1, column 1"),
        (b'{"id":\n}', "is not JSON at line 2, column 1"),
        (b"\xff\xfe", "is not UTF-8"),
        ("{}".encode("utf-16"), "is not UTF-8"),
        (b'{"data": {"error_code": NaN}}', "is not JSON: NaN is no number"),
        (b'{"data": {"error_code": -Infinity}}', "is not JSON: -Infinity is no number"),
        (b'{"data": {"error_code": 1e999}}', "has a number that is too large"),
        (b'{"data": {"error_code": 9223372036854775808}}', "has an integer of more than 64 bits"),
        (b'{"data": ' + b"9" * 5000 + b"}", "has an integer of more than 64 bits"),
        (b'{"id": "1", "id": "2"}', "has an object that names a member twice"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_a_body_that_is_not_json_is_told_where(body: bytes, reason: str) -> None:
    problem = refused(STRUCTURED, body)
    assert (problem.kind.name, problem.kind.status) == ("malformed-json", 400)
    assert named(problem) == [("body", reason)]


def test_a_single_event_is_no_batch_and_a_batch_no_single_event() -> None:
    assert named(refused(BATCH, encoded(event()))) == [("body", "must be a JSON array of events")]
    assert named(refused(STRUCTURED, encoded([event()]))) == [("body", "must be a JSON object")]


def test_an_empty_batch_is_a_valid_one() -> None:
    assert read(BATCH, b"[]") == []


def test_a_batch_has_a_limit() -> None:
    assert len(read(BATCH, encoded([event()] * MAX_EVENTS))) == MAX_EVENTS
    assert refused(BATCH, encoded([event()] * (MAX_EVENTS + 1))).kind.status == 413


def test_a_body_has_a_limit() -> None:
    assert sized(b"x" * 192 * 1024)
    with pytest.raises(Problem) as raised:
        sized(b"x" * (192 * 1024 + 1))
    assert raised.value.kind.status == 413
    assert raised.value.detail == "The body has more than 192 KiB."


@pytest.mark.parametrize(
    "media_type",
    [
        *("", "text/plain", "application/json", "application/xml", "application/cloudevents+avro", "nonsense", "a/b/c"),
        *("application/cloudevents+json; charset=latin-1", "application/cloudevents+json; charset*=x'y'z"),
    ],
)
def test_any_other_media_type_is_unsupported(media_type: str) -> None:
    assert refused({"content-type": media_type}, encoded(event())).kind.status == 415
    assert refused({}, encoded(event())).kind.status == 415


@pytest.mark.parametrize("parameters", ["; charset=utf-8", '; charset="UTF-8"', ";charset=us-ascii", "; x=y"])
def test_parameters_of_the_media_type_do_no_harm(parameters: str) -> None:
    assert read({"content-type": "Application/CloudEvents+JSON" + parameters}, encoded(event()))


def test_a_missing_header_is_named_as_the_header() -> None:
    headers = {name: value for name, value in BINARY.items() if name != "ce-id"}
    assert named(refused(headers, b"{}")) == [("ce-id", "is missing")]
    assert named(refused(BINARY, b"[]")) == [("data", "must be a JSON object")]


@pytest.mark.parametrize(
    ("header", "value"),
    [("e%201", "e 1"), ("%E2%82%AC", "€"), ("100%", "100%"), ('"a \\"b\\""', 'a "b"'), ("a+b", "a+b")],
)
def test_headers_are_percent_decoded(header: str, value: str) -> None:
    assert read(BINARY | {"ce-id": header}, b"")[0].id == value


def test_a_header_that_decodes_to_no_text_is_named() -> None:
    assert named(refused(BINARY | {"ce-id": "%FF"}, b"{}")) == [("ce-id", "must be percent-encoded UTF-8")]


def test_extensions_are_ignored_and_null_counts_as_left_out() -> None:
    told = event(traceparent="00-1", custom={"x": 1}) | {"time": None, "datacontenttype": None}
    [read_event] = read(STRUCTURED, encoded(told))
    assert read_event.time is None
    assert read_event.data == event()["data"]


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=40)


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=OFFSETS)  # noqa: DTZ001 - st adds the zone


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, TIMES, st.dictionaries(ANY_TEXT, ANY_TEXT))
def test_what_the_library_writes_we_read_as_it_means(
    id_: str, source: str, type_: str, time: datetime, data: dict[str, str]
) -> None:
    attributes = {"id": id_, "source": source, "type": type_, "time": time, "specversion": "1.0"}
    oracle = CloudEvent(attributes | {"datacontenttype": "application/json"}, data)
    for message in (to_binary_event(oracle), to_structured_event(oracle)):
        headers = {name.lower(): value for name, value in message.headers.items()}
        [mine] = read(headers, message.body)
        assert (mine.id, mine.source, mine.type, mine.time, mine.data) == (id_, source, type_, time, data)


ANY_HEADERS = st.dictionaries(
    st.one_of(st.sampled_from([*BINARY, "ce-data", "ce-data_base64", "ce-"]), st.text()), st.text(), max_size=8
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*event(), "x"]) | st.text(st.characters()), inner),
)
MODES = st.sampled_from([STRUCTURED, BATCH, BINARY, {}])


def outcome_of(headers: dict[str, str], body: bytes) -> list[Event] | int:
    """Whatever comes in: events, or a problem that can be sent."""
    try:
        return read(headers, body)
    except Problem as problem:
        return int(json.loads(problem.encode())["status"])


@given(MODES, ANY_HEADERS, st.binary())
def test_no_bytes_raise_anything_but_a_problem(mode: dict[str, str], headers: dict[str, str], body: bytes) -> None:
    outcome = outcome_of(mode | headers, body)
    assert isinstance(outcome, list) or outcome in (400, 413, 415)


@given(MODES, ANY_HEADERS, ANY_JSON)
def test_no_json_raises_anything_but_a_problem(mode: dict[str, str], headers: dict[str, str], value: object) -> None:
    outcome = outcome_of(mode | headers, encoded(value))
    assert isinstance(outcome, list) or outcome in (400, 413, 415)


@given(st.dictionaries(st.sampled_from([*event()]), ANY_JSON))
def test_no_member_of_any_shape_raises_anything_but_a_problem(changes: dict[str, Any]) -> None:
    outcome = outcome_of(STRUCTURED, encoded(event(**changes)))
    assert isinstance(outcome, list) or outcome == 400
