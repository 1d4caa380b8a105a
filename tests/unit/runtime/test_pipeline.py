"""What handling a message does: each once, whatever comes again, comes late or comes between."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.runtime.decision import Answer, Decision, Outgoing, Put
from shared.runtime.envelope import Message
from shared.runtime.handler import Handler, Key, Router
from shared.runtime.store import Store, Upsert
from tests.unit.runtime.world import (
    ADD,
    NOON,
    REPLY,
    Add,
    Follow,
    Tally,
    Told,
    World,
    counted,
    first,
    key,
    raw,
)


async def test_a_message_changes_its_aggregate_and_tells_the_world() -> None:
    world = World()
    await world.handle(Add(n=2))
    await world.handle(Add(n=3), id="m2")
    assert await world.total() == 5
    assert [envelope.body for envelope in world.bus.envelopes("listeners")] == [{"text": "2"}, {"text": "5"}]


async def test_a_step_is_recorded_with_its_place_and_what_it_came_from() -> None:
    world = World()
    await world.handle()
    await world.handle(Add(n=3), id="m2", cause=("e1",))
    step = await world.step("m2")
    assert step is not None
    assert (step.cause, step.kind, step.n, step.outcome) == ("m2", "add", 1, "counted")
    assert (step.body, step.time, step.chain) == ({"tally": "t1", "n": 3}, NOON, ("e1",))


async def test_a_repeat_changes_nothing_and_sends_what_is_on_record_again() -> None:
    world = World()
    await world.handle()
    world.clock.at += timedelta(hours=1)
    await world.handle()
    assert await world.total() == 1
    told, again = world.bus.sent("listeners")
    assert again == told  # the same bus id too: the broker drops it where the first one arrived


async def test_what_is_sent_again_on_purpose_is_not_dropped_by_the_broker() -> None:
    world = World()
    await world.handle()
    await world.handle(attempt=1)
    told, again = world.bus.sent("listeners")
    assert again.body == told.body
    assert again.id != told.id


async def test_a_repeat_is_known_however_much_has_happened_since() -> None:
    world = World()
    for number in range(5):
        await world.handle(id=f"m{number}")
    await world.handle(id="m0")
    assert await world.total() == 5
    assert world.bus.envelopes("listeners")[-1].body == {"text": "1"}


async def test_a_conflict_is_decided_anew_on_what_is_there_then() -> None:
    world = World()
    await world.handle(Add(n=1))

    async def somebody_adds_ten() -> None:
        await world.rows.write(
            "tallies", "t1", Upsert("head", {"state": {"total": 11}, "last": NOON.isoformat(), "n": 2})
        )

    world.store.meanwhile = [somebody_adds_ten]
    await world.handle(Add(n=2), id="m2")
    assert await world.total() == 13
    assert [envelope.body["text"] for envelope in world.bus.envelopes("listeners")] == ["1", "13"]


async def test_a_head_that_appears_meanwhile_is_not_created_twice() -> None:
    world = World()

    async def somebody_is_first() -> None:
        await world.rows.write(
            "tallies", "t1", Upsert("head", {"state": {"total": 7}, "last": NOON.isoformat(), "n": 1})
        )

    world.store.meanwhile = [somebody_is_first]
    await world.handle(Add(n=2))
    assert await world.total() == 9


async def test_creating_costs_one_read_and_one_write() -> None:
    world = World()
    await world.handle()
    assert world.store.requests == ["get tallies head", "write tallies cause:m1 head"]


async def test_where_creation_is_likely_it_is_written_without_reading() -> None:
    world = World(replace(ADD, writes_first=True))
    await world.handle()
    assert world.store.requests == ["write tallies cause:m1 head"]


async def test_writing_first_reads_only_when_the_store_refuses() -> None:
    world = World(replace(ADD, writes_first=True))
    await world.handle()
    world.store.requests.clear()
    await world.handle(id="m2")
    assert await world.total() == 2
    assert world.store.requests == [
        "write tallies cause:m2 head",
        "get tallies head",
        "write tallies cause:m2 head",
    ]


async def test_a_repeat_of_a_first_write_finds_its_own_step() -> None:
    world = World(replace(ADD, writes_first=True))
    await world.handle()
    world.store.requests.clear()
    await world.handle()
    assert await world.total() == 1
    assert world.store.requests == ["write tallies cause:m1 head", "get tallies cause:m1"]
    assert len(world.bus.sent("listeners")) == 2


def nothing(_tally: Tally, _message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
    return Decision()


async def test_a_decision_for_nothing_leaves_no_row_and_says_nothing() -> None:
    world = World(replace(ADD, change=nothing))
    await world.handle()
    await world.handle(id="m2")
    assert await world.step("m2") is None
    assert len(world.bus.sent("listeners")) == 1
    assert await world.rejected() == []


async def test_a_repeat_that_finds_nothing_left_to_do_still_publishes_what_it_owed() -> None:
    world = World(replace(ADD, change=nothing))
    await world.handle()
    world.bus.batches.clear()
    await world.handle()
    assert [envelope.body for envelope in world.bus.envelopes("listeners")] == [{"text": "1"}]


async def test_hints_are_there_before_the_commit() -> None:
    hint = Put("hints", "t1", "h", {"who": "m1"})
    world = World(replace(ADD, create=lambda message, _facts, _now: counted(Tally(1), message, hints=(hint,))))
    await world.handle()
    assert world.store.requests.index("write hints h") < world.store.requests.index("write tallies cause:m1 head")


async def test_a_decision_may_add_rows_of_its_own_to_the_partition() -> None:
    rows = {"part:1": Tally(4)}
    world = World(replace(ADD, create=lambda message, _facts, _now: counted(Tally(1), message, rows=rows)))
    await world.handle()
    row = await world.rows.get("tallies", "t1", "part:1")
    assert row is not None
    assert row.data["state"] == {"total": 4}


async def test_who_asked_is_answered_at_the_address_they_gave() -> None:
    def answering(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
        return counted(Tally(1), message, messages=(), answer=Answer({"total": 1}))

    world = World(replace(ADD, create=answering))
    await world.handle(reply_to=REPLY)
    [answer] = world.bus.envelopes("askers")
    assert (answer.kind, answer.body) == ("answered", {"token": "k1", "answer": {"total": 1}})


async def test_an_answer_is_dropped_where_nobody_asked() -> None:
    def answering(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
        return counted(Tally(1), message, messages=(), answer=Answer({"total": 1}))

    world = World(replace(ADD, create=answering))
    await world.handle()
    assert world.bus.batches == []


async def test_the_facts_are_gathered_for_what_is_decided_about() -> None:
    seen: list[int | None] = []

    async def gather(_store: Store, message: Message[Add], tally: Tally | None) -> int:
        seen.append(tally.total if tally else None)
        return 100

    def change(tally: Tally, message: Message[Add], facts: int, _now: datetime) -> Decision[Tally]:
        return counted(Tally(tally.total + facts), message)

    world = World(Handler(Add, Tally, key, change, lambda message, facts, now: first(message, facts, now), gather))
    await world.handle()
    await world.handle(id="m2")
    assert seen == [None, 1]
    assert await world.total() == 101


@pytest.mark.parametrize(
    ("clock", "message", "last"),
    [(2, 0, 1), (0, 2, 1), (0, 1, 2), (0, 60, 1)],
    ids=["the clock is ahead", "the message is due later", "the last change was later", "its sender's clock is wrong"],
)
async def test_now_is_the_latest_time_that_is_known(clock: int, message: int, last: int) -> None:
    seen: list[datetime] = []

    def change(tally: Tally, message: Message[Add], _facts: object, now: datetime) -> Decision[Tally]:
        seen.append(now)
        return counted(tally, message)

    world = World(replace(ADD, change=change))
    world.clock.at = NOON + timedelta(minutes=last)
    await world.handle()
    world.clock.at = NOON + timedelta(minutes=clock)
    await world.handle(id="m2", time=NOON + timedelta(minutes=message))
    assert seen == [NOON + timedelta(minutes=2)]


async def test_a_message_without_a_time_of_its_own_is_from_when_it_was_decided() -> None:
    scheduled = Outgoing("s", Told(), at=NOON + timedelta(days=1))
    plain = Outgoing("p", Told())
    world = World(
        replace(ADD, create=lambda message, _facts, _now: counted(Tally(1), message, messages=(plain, scheduled)))
    )
    await world.handle()
    assert [envelope.time for envelope in world.bus.envelopes("listeners")] == [NOON, NOON + timedelta(days=1)]
    assert [message.at for message in world.bus.sent("listeners")] == [None, NOON + timedelta(days=1)]


async def test_messages_for_one_queue_go_in_one_batch() -> None:
    messages = (Outgoing("a", Told("a")), Outgoing("b", Follow()), Outgoing("c", Told("c")))
    world = World(replace(ADD, create=lambda message, _facts, _now: counted(Tally(1), message, messages=messages)))
    await world.handle()
    assert [(queue, len(batch)) for queue, batch in world.bus.batches] == [("listeners", 2), ("followers", 1)]


async def test_what_a_test_run_says_is_marked_as_test_too() -> None:
    world = World()
    await world.handle(test=True, cause=("e1", "e2"))
    [told] = world.bus.envelopes("listeners")
    assert told.test
    assert told.cause == ("e1", "e2")


def follow(tally: Tally, message: Message[Follow], _facts: object, _now: datetime) -> Decision[Tally]:
    return counted(Tally(tally.total + 100), message)


FOLLOW: Handler[Tally, Follow, None] = Handler(Follow, Tally, key, follow)


def followed(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
    return counted(Tally(message.body.n), message, then=Outgoing("f1", Follow(message.body.tally), reply_to=REPLY))


async def test_what_follows_is_handled_in_the_same_invocation() -> None:
    world = World(replace(ADD, create=followed), FOLLOW)
    await world.handle()
    assert await world.total() == 101
    assert [envelope.id for envelope in world.bus.envelopes("listeners")] == ["told-m1", "told-f1"]
    assert world.bus.sent("followers") == []


async def test_what_follows_goes_on_from_the_commit_without_reading() -> None:
    world = World(replace(ADD, create=followed, writes_first=True), FOLLOW)
    await world.handle()
    assert world.store.requests == ["write tallies cause:m1 head", "write tallies cause:f1 head"]


async def test_what_follows_elsewhere_is_read_there() -> None:
    def elsewhere(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
        return counted(Tally(1), message, then=Outgoing("m2", Add("t2")))

    def last(message: Message[Add], facts: object, now: datetime) -> Decision[Tally]:
        return elsewhere(message, facts, now) if message.body.tally == "t1" else first(message, facts, now)

    world = World(replace(ADD, create=last))
    await world.handle()
    assert await world.total("t2") == 1
    assert "get tallies head" in world.store.requests[2:]


async def test_a_crash_between_a_step_and_what_follows_is_healed_by_the_redelivery() -> None:
    world = World(replace(ADD, create=followed), FOLLOW)
    world.bus.troubles = [RuntimeError("the process dies")]
    with pytest.raises(RuntimeError):
        await world.handle()
    assert await world.total() == 1
    await world.handle()
    assert await world.total() == 101
    assert [envelope.id for envelope in world.bus.envelopes("listeners")] == ["told-m1", "told-f1"]


async def test_a_provider_is_asked_after_the_commit_and_its_answer_is_applied_at_once() -> None:
    totals: list[int | None] = []

    async def perform(call: Any) -> Outgoing:
        totals.append(await world.total())
        return Outgoing(f"answer-{call}", Follow())

    def calling(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
        return counted(Tally(1), message, call="ring")

    world = World(replace(ADD, create=calling), FOLLOW, perform=perform)
    await world.handle()
    assert totals == [1]
    assert await world.total() == 101
    assert await world.step("answer-ring") is not None


async def test_a_repeat_does_not_ask_the_provider_again() -> None:
    calls: list[Any] = []

    async def perform(call: Any) -> Outgoing:
        calls.append(call)
        return Outgoing(f"answer-{call}", Follow())

    def calling(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
        return counted(Tally(1), message, call="ring")

    world = World(replace(ADD, create=calling), FOLLOW, perform=perform)
    await world.handle()
    await world.handle()
    assert calls == ["ring"]


async def test_a_router_owns_nothing_and_says_the_same_again() -> None:
    async def route(message: Message[Add], now: datetime) -> Decision[None]:
        return Decision(messages=(Outgoing("told", Told(str(message.body.n))),), then=Outgoing("f1", Follow("t2")))

    created: Handler[Tally, Follow, None] = replace(
        FOLLOW, create=lambda message, _facts, _now: counted(Tally(1), message)
    )
    world = World(Router(Add, route), created)
    await world.handle()
    await world.handle()
    assert world.rows.partitions("tallies") == ["t2"]
    assert await world.total("t2") == 1
    told = [message for message in world.bus.envelopes("listeners") if message.id == "told"]
    assert len(told) == 2
    assert told[0] == told[1]


def once(tally: Tally, _message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
    return Decision()


async def test_where_a_whole_life_fits_the_head_no_cause_row_is_written() -> None:
    def head_only(message: Message[Any]) -> Key:
        return Key("tallies", message.body.tally, "head")

    world = World(Handler(Add, Tally, head_only, once, first, writes_first=True))
    await world.handle()
    await world.handle()
    assert world.store.requests == ["write tallies head", "write tallies head", "get tallies head"]
    assert await world.total() == 1


async def test_a_head_that_only_remembers_is_overwritten_unseen() -> None:
    def blindly(message: Message[Add], _facts: object, _now: datetime) -> Decision[Tally]:
        return counted(Tally(message.body.n), message, blind=True)

    world = World(replace(ADD, create=blindly, writes_first=True))
    await world.handle(Add(n=1))
    await world.handle(Add(n=2), id="m2")
    assert await world.total() == 2
    assert world.store.requests == ["write tallies cause:m1 head", "write tallies cause:m2 head"]


async def test_two_steps_at_once_both_count() -> None:
    """The second one commits between the first one's read and write."""
    world = World()
    await world.handle(id="m0")

    async def the_other() -> None:
        await world.pipeline.handle("tallies", raw(id="m2"))

    world.store.meanwhile = [the_other]
    await world.handle(id="m1")
    assert await world.total() == 3
    steps = [await world.step(f"m{number}") for number in range(3)]
    assert sorted(step.n for step in steps if step) == [0, 1, 2]
