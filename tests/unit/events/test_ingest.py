"""Through the door: everything wrong is a clear answer and nothing is enqueued; a repeat has no second effect."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.events.cloudevent import event_id
from shared.events.credentials import parse
from shared.events.ingest import Ingest
from shared.runtime import codec
from shared.runtime.bus import MAX_MESSAGE_BYTES, BusMessage
from shared.runtime.errors import Throttled, Transient, Unavailable, Undecodable
from shared.runtime.problem import Problem, problem_of
from tests.unit.events.building import (
    BATCH,
    NOW,
    SENDERS,
    STRUCTURED,
    Door,
    FixedClock,
    Published,
    encoded,
    event,
    in_headers,
    secret,
    signed,
)

BODY = encoded(event())
EVENT = event_id("/plants/berlin/4", "e-1")
RECEIPT = {"source": "/plants/berlin/4", "id": "e-1", "event": EVENT}


class BrokenBus:
    """A bus that is away, or asks for a pause."""

    def __init__(self, trouble: Transient) -> None:
        self._trouble = trouble

    async def send(self, queue: str, messages: Sequence[BusMessage]) -> None:
        raise self._trouble


async def refusal(door: Door, headers: dict[str, str], body: bytes, sender: str | None = None) -> Problem:
    """Return the problem; whatever it is, nothing may have been enqueued."""
    with pytest.raises(Problem) as raised:
        await door.ingest.from_http(headers, body, sender)
    assert door.bus.queues == {}
    return raised.value


async def test_an_event_is_on_the_bus_before_it_is_answered_for() -> None:
    door = Door()
    answer = await door.ingest.from_http(STRUCTURED, BODY)
    assert codec.plain(answer) == {"accepted": [RECEIPT]}
    assert [(envelope.id, envelope.kind) for envelope in door.envelopes()] == [(EVENT, "trigger_fired")]


@pytest.mark.parametrize(
    ("headers", "body"),
    [(STRUCTURED, BODY), (BATCH, encoded([event()])), (in_headers(event()), encoded(event()["data"]))],
    ids=["structured", "batch", "binary"],
)
async def test_both_doors_take_all_modes_and_answer_the_same(headers: dict[str, str], body: bytes) -> None:
    door = Door()
    by_key = await door.ingest.from_http(headers, body)
    by_signature = await door.ingest.from_http(headers | signed(body, secret("a")), body, "acme")
    assert codec.plain(by_key) == codec.plain(by_signature) == {"accepted": [RECEIPT]}
    assert len(door.messages()) == 1


async def test_a_repeat_is_answered_like_the_first_and_sent_under_the_same_bus_id() -> None:
    door = Door()
    first = await door.ingest.from_http(STRUCTURED | signed(BODY, secret("a")), BODY, "acme")
    [before] = door.messages()
    await door.clock.pause(600)
    again = await door.ingest.from_http(STRUCTURED | signed(BODY, secret("a"), door.clock.now()), BODY, "acme")
    assert again == first
    assert {message.id for message in door.messages()} == {before.id}


async def test_a_repeat_inside_the_window_is_one_message() -> None:
    door = Door()
    for _ in range(3):
        await door.ingest.from_http(STRUCTURED, BODY)
    assert len(door.messages()) == 1


async def test_an_event_told_twice_in_a_batch_is_sent_once_and_answered_twice() -> None:
    door = Door()
    answer = await door.ingest.from_http(BATCH, encoded([event(), event(id="e-2"), event()]))
    assert [receipt.id for receipt in answer.accepted] == ["e-1", "e-2", "e-1"]
    assert [envelope.id for envelope in door.envelopes()] == [EVENT, event_id("/plants/berlin/4", "e-2")]


async def test_an_empty_batch_is_accepted_and_sends_nothing() -> None:
    door = Door()
    assert (await door.ingest.from_http(BATCH, b"[]")).accepted == ()
    assert door.bus.queues == {}


BAD: list[tuple[str, dict[str, str], bytes, int, str]] = [
    ("malformed JSON", STRUCTURED, b'{"id": ', 400, "body"),
    ("missing id", STRUCTURED, encoded(event(id=None)), 400, "id"),
    ("missing attribute", STRUCTURED, encoded(event(data={"device_id": "D-1"})), 422, "data.error_code"),
    ("wrong type", STRUCTURED, encoded(event(data={"device_id": 1, "error_code": 11})), 422, "data.device_id"),
    ("unknown trigger", STRUCTURED, encoded(event(type="no-such-thing")), 422, "type"),
    ("internal trigger", STRUCTURED, encoded(event(type="case-status-changed")), 403, "type"),
    ("foreign source", STRUCTURED, encoded(event(source="/elsewhere")), 403, "source"),
    ("bad one in a batch", BATCH, encoded([event(), event(id="e-2", data={})]), 422, "1.data.device_id"),
]


@pytest.mark.parametrize(("headers", "body", "status", "field"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
@pytest.mark.parametrize("sender", [None, "acme"])
async def test_what_is_wrong_is_named_and_nothing_enqueued(
    sender: str | None, headers: dict[str, str], body: bytes, status: int, field: str
) -> None:
    signature = signed(body, secret("a")) if sender else {}
    problem = await refusal(Door(), headers | signature, body, sender)
    assert (problem.kind.status, problem.errors[0].field) == (status, field)


async def test_a_body_of_a_megabyte_is_too_large_whoever_sends_it() -> None:
    body = encoded(event(data={"device_id": "x" * 1_000_000}))
    assert (await refusal(Door(), STRUCTURED, body)).kind.status == 413
    assert (await refusal(Door(), STRUCTURED, body, "nobody")).kind.status == 413


async def test_what_grows_larger_than_a_batch_on_its_way_is_too_large() -> None:
    heartbeat = event(type="device-heartbeat", data={"note": "é" * 40_000})
    body = json.dumps(heartbeat, ensure_ascii=False).encode()
    assert len(body) < MAX_MESSAGE_BYTES
    assert (await refusal(Door(), STRUCTURED, body)).detail == "The events are larger than one batch on the bus."


async def test_an_unknown_sender_is_answered_like_a_wrong_signature() -> None:
    headers = STRUCTURED | signed(BODY, secret("x"))
    answers = [await refusal(Door(), headers, BODY, sender) for sender in ("nobody", "acme", "rotating", "*", "")]
    assert {answer.kind.status for answer in answers} == {401}
    assert len({answer.encode() for answer in answers}) == 1


async def test_before_the_signature_fits_nothing_is_told_about_the_event() -> None:
    headers = STRUCTURED | signed(b"{", secret("x"))
    assert (await refusal(Door(), headers, b"{", "acme")).kind.status == 401
    assert (await refusal(Door(), {}, b"{", "acme")).kind.name == "signature-header"


async def test_the_signature_of_one_sender_opens_no_other() -> None:
    assert (await refusal(Door(), STRUCTURED | signed(BODY, secret("a")), BODY, "rotating")).kind.status == 401


async def test_a_stale_signature_is_refused() -> None:
    headers = STRUCTURED | signed(BODY, secret("a"), NOW.replace(hour=11))
    assert (await refusal(Door(), headers, BODY, "acme")).kind.name == "signature-stale"


async def test_header_names_are_read_in_any_case() -> None:
    headers = {name.title(): value for name, value in (STRUCTURED | signed(BODY, secret("a"))).items()}
    assert (await Door().ingest.from_http(headers, BODY, "acme")).accepted


@pytest.mark.parametrize(("trouble", "status"), [(Unavailable(), 503), (Throttled(), 429)])
async def test_a_bus_in_trouble_is_never_answered_for(trouble: Transient, status: int) -> None:
    ingest = Ingest(BrokenBus(trouble), Published(), FixedClock(), parse(json.dumps(SENDERS)))
    with pytest.raises(type(trouble)) as raised:
        await ingest.from_http(STRUCTURED, BODY)
    problem = problem_of(raised.value)
    assert problem.kind.status == status
    assert int(problem.kind.headers["Retry-After"]) > 0


async def test_a_bus_producer_says_the_same_as_a_caller_over_http() -> None:
    door = Door()
    await door.ingest.from_http(STRUCTURED, BODY)
    assert [await door.ingest.from_bus(BODY)] == door.envelopes()


@pytest.mark.parametrize(
    ("raw", "reason", "field"),
    [
        (b"\xff", "malformed_json", "body"),
        (b"{", "malformed_json", "body"),
        (encoded([event()]), "invalid_event", "body"),
        (encoded(event(id=None)), "invalid_event", "id"),
        (encoded(event(type="no-such-thing")), "unknown_trigger", "type"),
        (encoded(event(type="email-opened")), "forbidden_trigger", "type"),
        (encoded(event(source="/elsewhere")), "forbidden_source", "source"),
        (encoded(event(data={"device_id": "D-1"})), "invalid_attribute", "data.error_code"),
        (encoded(event(type="device-heartbeat", data={"note": "x" * MAX_MESSAGE_BYTES})), "too_large", ""),
    ],
)
async def test_a_bad_message_on_the_bus_is_undecodable_for_a_reason(raw: bytes, reason: str, field: str) -> None:
    with pytest.raises(Undecodable) as raised:
        await Door().ingest.from_bus(raw)
    assert (raised.value.reason, raised.value.field) == (reason, field)


LATER = timedelta(seconds=30)


async def test_a_later_event_is_judged_by_the_clock_of_the_door() -> None:
    door = Door()
    envelope = await door.ingest.from_bus(encoded(event(time=None)))
    door.clock.at += LATER
    later: Any = await door.ingest.from_bus(encoded(event(time=None)))
    assert replace(later, time=NOW, body=envelope.body) == envelope
    assert later.time == NOW + LATER
