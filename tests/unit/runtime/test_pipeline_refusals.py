"""What cannot be handled ends on record with a reason, and whoever asked is told; it never comes again by itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Envelope, Message, decode
from shared.runtime.errors import TooLarge, Unavailable, Undecodable
from shared.runtime.handler import Handler, not_found
from shared.runtime.retry import FEWEST_ATTEMPTS, GIVE_UP_AFTER
from shared.runtime.store import Store
from tests.unit.runtime.world import ADD, NOON, REPLY, Add, Follow, Tally, Told, World, counted, key, raw

HUGE = "x" * 200_000


@pytest.mark.parametrize(
    ("message", "reason", "field"),
    [
        (b"", "malformed_json", ""),
        (b"{", "malformed_json", ""),
        (b"\xff\xfe", "malformed_json", ""),
        (b"[" * 100_000, "malformed_json", ""),
        (raw().replace(b'"id":"', b'"id":"\\ud800', 1), "malformed_json", ""),
        (b"[]", "unknown_version", "v"),
        (b'{"v": 2}', "unknown_version", "v"),
        (b'{"v": 1}', "invalid_envelope", "id"),
        (raw().replace(b'"add"', b'"subtract"'), "unknown_kind", "kind"),
        (raw(Follow()), "unknown_kind", "kind"),
        (raw().replace(b'"n":1', b'"n":"one"'), "invalid_body", "body.n"),
    ],
)
async def test_what_nobody_can_read_is_rejected_with_the_field(message: bytes, reason: str, field: str) -> None:
    world = World()
    await world.pipeline.handle("tallies", message)
    assert await world.rejected() == [("tallies", reason, field)]
    assert await world.rejected_bodies() == [message]


async def test_a_message_on_the_wrong_queue_is_rejected() -> None:
    world = World()
    await world.handle(queue="followers")
    assert await world.rejected() == [("followers", "wrong_queue", "kind")]
    assert await world.total() is None


@pytest.mark.parametrize("time", ["2026-11-21T12:00:00", "2026-11-21"])
async def test_a_time_without_its_offset_is_rejected(time: str) -> None:
    world = World()
    await world.pipeline.handle("tallies", raw().replace(b"2026-11-21T12:00:00Z", time.encode()))
    assert await world.rejected() == [("tallies", "invalid_envelope", "time")]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), lambda v: st.lists(v)).map(repr).map(str.encode)
)
async def test_whatever_bytes_come_they_are_done_with(message: bytes) -> None:
    world = World()
    await world.pipeline.handle("tallies", message)
    assert await world.rejected_bodies() == [message]


async def test_the_same_refused_message_is_one_line_however_often_it_comes() -> None:
    world = World()
    for _ in range(3):
        await world.pipeline.handle("tallies", b"{")
    assert len(await world.rejected()) == 1


def refusing(_tally: Tally, _message: Message[Any], _facts: object, _now: datetime) -> Decision[Tally]:
    return Decision(refused=Refusal("too_many", "n"))


async def test_a_refusal_by_an_aggregate_is_a_step_of_it() -> None:
    world = World(replace(ADD, change=refusing))
    await world.handle()
    await world.handle(id="m2")
    step = await world.step("m2")
    assert step is not None
    assert (step.outcome, step.detail) == ("refused", {"reason": "too_many", "field": "n"})
    assert await world.total() == 1
    assert await world.rejected() == []


async def test_who_asked_is_told_of_the_refusal() -> None:
    world = World(replace(ADD, change=refusing))
    await world.handle()
    await world.handle(id="m2", reply_to=REPLY)
    [answer] = world.bus.envelopes("askers")
    assert answer.body == {"token": "k1", "answer": {"outcome": "refused", "reason": "too_many"}}


@pytest.mark.parametrize(("n", "kind", "reason"), [(b'"one"', b"add", "invalid_body"), (b"1", b"new", "unknown_kind")])
async def test_who_asked_for_what_cannot_be_read_is_told(n: bytes, kind: bytes, reason: str) -> None:
    world = World()
    message = raw(reply_to=REPLY).replace(b'"n":1', b'"n":' + n).replace(b'"add"', b'"' + kind + b'"')
    await world.pipeline.handle("tallies", message)
    assert await world.rejected_bodies() == [message]
    [answer] = world.bus.envelopes("askers")
    assert answer.body["answer"] == {"outcome": "refused", "reason": reason}


async def test_a_refusal_stands_whatever_becomes_possible_later() -> None:
    limit = {"reached": True}

    def change(tally: Tally, message: Message[Add], facts: object, now: datetime) -> Decision[Tally]:
        return refusing(tally, message, facts, now) if limit["reached"] else counted(Tally(2), message)

    world = World(replace(ADD, change=change))
    await world.handle()
    await world.handle(id="m2", reply_to=REPLY)
    limit["reached"] = False
    await world.handle(id="m2", reply_to=REPLY)
    assert await world.total() == 1
    assert [answer.body["answer"]["outcome"] for answer in world.bus.envelopes("askers")] == ["refused", "refused"]


async def test_a_refusal_that_no_aggregate_can_keep_is_a_rejected_line() -> None:
    world = World(replace(ADD, create=not_found))
    await world.handle(reply_to=REPLY)
    assert await world.rejected() == [("tallies", "not_found", "")]
    assert await world.step() is None
    [answer] = world.bus.envelopes("askers")
    assert answer.body["answer"] == {"outcome": "refused", "reason": "not_found"}


async def test_a_rejected_message_is_kept_as_it_can_be_sent_again() -> None:
    world = World(replace(ADD, create=not_found))
    await world.handle(Add(n=3), cause=("e1",), reply_to=REPLY, test=True, attempt=2)
    [body] = await world.rejected_bodies()
    assert decode(body) == decode(raw(Add(n=3), cause=("e1",), reply_to=REPLY, test=True, attempt=2))


async def test_what_is_refused_inside_an_invocation_is_kept_for_the_queue_it_belongs_on() -> None:
    def followed(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
        return counted(Tally(1), message, then=Outgoing("f1", Follow("nowhere")))

    absent: Handler[Tally, Follow, None] = Handler(Follow, Tally, key, refusing)
    world = World(replace(ADD, create=followed), absent)
    await world.handle()
    assert await world.rejected() == [("followers", "not_found", "")]


def asks_for_more(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
    return counted(Tally(1), message, then=Outgoing("f1", Follow(), reply_to=REPLY))


def hoards(tally: Tally, message: Message[Follow], _facts: object, _now: datetime) -> Decision[Tally]:
    return counted(tally, message, detail={"all": HUGE * 3})


async def test_what_follows_is_refused_by_itself_where_it_is_too_large() -> None:
    world = World(replace(ADD, create=asks_for_more), Handler(Follow, Tally, key, hoards))
    await world.handle()
    assert await world.rejected() == [("followers", "too_large", "")]
    [body] = await world.rejected_bodies()
    assert (decode(body).id, decode(body).kind) == ("f1", "follow")
    [answer] = world.bus.envelopes("askers")
    assert answer.body["answer"] == {"outcome": "refused", "reason": "too_large"}
    assert await world.total() == 1


async def test_what_follows_is_given_up_by_itself_after_a_day_of_trouble() -> None:
    async def down(_store: Store, _message: Message[Follow], _tally: Tally | None) -> None:
        raise Unavailable

    world = World(replace(ADD, create=asks_for_more), Handler(Follow, Tally, key, refusing, gather=down))
    world.clock.at = NOON + GIVE_UP_AFTER
    await world.handle(attempt=FEWEST_ATTEMPTS)
    assert await world.rejected() == [("followers", "gave_up", "")]
    [answer] = world.bus.envelopes("askers")
    assert answer.body["answer"] == {"outcome": "refused", "reason": "gave_up"}
    assert world.bus.sent("tallies") == []


async def test_what_the_bus_would_not_take_is_refused_before_the_commit() -> None:
    def shouting(tally: Tally, message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
        return counted(Tally(99), message, messages=(Outgoing("big", Told(HUGE)),))

    world = World(replace(ADD, change=shouting))
    await world.handle()
    await world.handle(id="m2", reply_to=REPLY)
    assert await world.total() == 1
    step = await world.step("m2")
    assert step is not None
    assert step.detail["reason"] == "too_large"
    [answer] = world.bus.envelopes("askers")
    assert answer.body["answer"]["reason"] == "too_large"


async def test_what_the_store_would_not_take_is_rejected_and_leaves_nothing() -> None:
    def hoarding(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
        return counted(Tally(1), message, detail={"all": HUGE * 3})

    world = World(replace(ADD, create=hoarding))
    await world.handle()
    assert await world.rejected() == [("tallies", "too_large", "")]
    assert await world.total() is None
    assert world.bus.batches == []


async def test_a_foreign_message_is_handled_as_the_envelope_that_it_stands_for() -> None:
    async def read(message: bytes) -> Envelope:
        return Envelope("m1", "add", NOON, {"tally": "t1", "n": int(message)})

    world = World()
    await world.pipeline.translate("foreign", b"5", read)
    assert await world.total() == 5


async def test_a_foreign_message_that_cannot_be_read_is_rejected_as_it_came() -> None:
    async def read(_message: bytes) -> Envelope:
        raise Undecodable("invalid_event", "data.n")

    world = World()
    await world.pipeline.translate("foreign", b"\x00five", read)
    assert await world.rejected() == [("foreign", "invalid_event", "data.n")]
    assert await world.rejected_bodies() == [b"\x00five"]


@pytest.mark.parametrize(
    ("kind", "body", "reason", "field"),
    [("add", {"n": "many"}, "invalid_body", "body.n"), ("subtract", {}, "unknown_kind", "kind")],
)
async def test_a_foreign_message_that_stands_for_nonsense_is_rejected(
    kind: str, body: dict[str, Any], reason: str, field: str
) -> None:
    async def read(_message: bytes) -> Envelope:
        return Envelope("m1", kind, NOON, body)

    world = World()
    await world.pipeline.translate("foreign", b"x", read)
    assert await world.rejected() == [("foreign", reason, field)]


async def test_an_old_message_keeps_its_day_in_the_list() -> None:
    world = World()
    await world.pipeline.handle("tallies", b"{")
    world.clock.at += timedelta(days=1)
    await world.pipeline.handle("tallies", b"{")
    assert world.rows.partitions("rejected") == ["2026-11-21", "2026-11-22"]


async def test_a_batch_that_is_too_large_for_the_bus_is_rejected_as_a_whole() -> None:
    world = World()
    world.bus.troubles = [TooLarge()]
    await world.handle()
    assert await world.rejected() == [("tallies", "too_large", "")]
