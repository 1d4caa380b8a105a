"""Transient trouble: seconds of patience in place, then the same message later, for a day."""

from datetime import timedelta

import pytest

from shared.runtime.envelope import Envelope, decode
from shared.runtime.errors import Conflict, Contended, Throttled, Transient, Unavailable
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.retry import (
    FEWEST_ATTEMPTS,
    FIRST_DELAY,
    GIVE_UP_AFTER,
    LONGEST_DELAY,
    PATIENCE,
    PUT_OFF,
    SHORT_PATIENCE,
    patiently,
    put_off,
)
from shared.runtime.store import Upsert
from tests.unit.runtime.world import NOON, REPLY, Add, TurnedClock, WatchedBus, World, raw

ENDLESS = 1000


class Failing:
    """An action that works after so many attempts."""

    def __init__(self, failures: int, error: type[Exception] = Unavailable) -> None:
        self.left = failures
        self.error = error

    async def __call__(self) -> str:
        if self.left:
            self.left -= 1
            raise self.error
        return "done"


async def test_what_works_at_once_waits_for_nothing() -> None:
    clock = TurnedClock()
    assert await patiently(clock, Failing(0)) == "done"
    assert clock.pauses == []


@pytest.mark.parametrize("error", [Unavailable, Throttled, Contended, Transient])
async def test_trouble_that_may_pass_is_waited_for_longer_and_longer(error: type[Exception]) -> None:
    clock = TurnedClock()
    assert await patiently(clock, Failing(4, error)) == "done"
    assert clock.pauses == [0.1, 0.2, 0.4, 0.8]


async def test_patience_ends_and_the_trouble_is_told() -> None:
    clock = TurnedClock()
    with pytest.raises(Unavailable):
        await patiently(clock, Failing(ENDLESS))
    assert clock.now() - NOON <= PATIENCE
    assert max(clock.pauses) <= 5


@pytest.mark.parametrize("error", [ValueError, Conflict])
async def test_what_will_not_pass_is_not_waited_for(error: type[Exception]) -> None:
    clock = TurnedClock()
    with pytest.raises(error):
        await patiently(clock, Failing(1, error))
    assert clock.pauses == []


@pytest.mark.parametrize("failures", [1, 3, 5])
async def test_a_store_that_comes_back_in_time_costs_nobody_anything(failures: int) -> None:
    world = World()
    world.store.troubles = [Unavailable()] * failures
    await world.handle()
    assert await world.total() == 1
    assert [queue for queue, _ in world.bus.batches] == ["listeners"]


async def test_a_bus_that_comes_back_in_time_still_applies_once() -> None:
    world = World()
    world.bus.troubles = [Unavailable()] * 3
    await world.handle()
    assert await world.total() == 1
    assert [envelope.body for envelope in world.bus.envelopes("listeners")] == [{"text": "1"}]


async def test_a_message_that_meets_longer_trouble_is_sent_again_for_later() -> None:
    world = World()
    world.store.troubles = [Unavailable()] * ENDLESS
    await world.handle(Add(n=2), reply_to=REPLY, cause=("e1",))
    [again] = world.bus.sent("tallies")
    assert decode(again.body) == decode(raw(Add(n=2), reply_to=REPLY, cause=("e1",), attempt=1))
    assert again.at == world.clock.at + FIRST_DELAY
    assert await world.rejected() == []


async def test_what_was_sent_again_is_applied_once_the_trouble_is_over() -> None:
    world = World()
    world.store.troubles = [Unavailable()] * ENDLESS
    await world.handle()
    world.store.troubles.clear()
    await world.pipeline.handle("tallies", world.bus.sent("tallies")[0].body)
    assert await world.total() == 1


async def test_each_time_it_is_sent_again_is_another_bus_message_and_later() -> None:
    world = World()
    message, ids, delays = raw(), set(), []
    for _ in range(9):
        world.store.troubles = [Unavailable()] * ENDLESS
        await world.pipeline.handle("tallies", message)
        again = world.bus.sent("tallies")[-1]
        assert again.at is not None
        ids.add(again.id)
        delays.append(again.at - world.clock.at)
        message = again.body
    assert len(ids) == 9
    assert delays == [min(FIRST_DELAY * 2**attempt, LONGEST_DELAY) for attempt in range(9)]


async def test_conflicts_without_end_are_transient_trouble() -> None:
    world = World()
    await world.handle(id="m0")
    world.store.meanwhile = [lambda: _touch(world)] * ENDLESS
    await world.handle()
    [again] = world.bus.envelopes("tallies")
    assert (again.id, again.attempt) == ("m1", 1)


async def _touch(world: World) -> None:
    row = await world.rows.get("tallies", "t1", "head")
    assert row is not None
    await world.rows.write("tallies", "t1", Upsert(row.key, row.data))


async def test_after_a_day_of_trouble_the_message_is_given_up_and_its_sender_told() -> None:
    world = World()
    world.clock.at = NOON + GIVE_UP_AFTER
    world.store.troubles = [Unavailable()] * attempts_within_patience()
    await world.handle(reply_to=REPLY, attempt=FEWEST_ATTEMPTS)
    assert await world.rejected() == [("tallies", "gave_up", "")]
    assert world.bus.sent("tallies") == []
    [answer] = world.bus.envelopes("askers")
    assert answer.body["answer"] == {"outcome": "refused", "reason": "gave_up"}


async def test_a_message_that_nobody_took_for_days_is_not_given_up_at_its_first_trouble() -> None:
    world = World()
    world.clock.at = NOON + 3 * GIVE_UP_AFTER
    world.store.troubles = [Unavailable()] * attempts_within_patience()
    await world.handle()
    assert await world.rejected() == []
    assert [again.attempt for again in world.bus.envelopes("tallies")] == [1]


def attempts_within_patience() -> int:
    attempts, spent, delay = 1, 0.0, 0.1
    while spent + delay <= PATIENCE.total_seconds():
        attempts, spent, delay = attempts + 1, spent + delay, min(delay * 2, 5.0)
    return attempts


async def test_only_if_it_cannot_be_sent_again_either_the_broker_must_keep_it() -> None:
    world = World()
    world.store.troubles = [Unavailable()] * ENDLESS
    world.bus.troubles = [Unavailable()]
    with pytest.raises(Unavailable):
        await world.handle()


async def test_a_foreign_message_is_put_off_as_it_came() -> None:
    async def read(_message: bytes) -> Envelope:
        raise Unavailable

    world = World()
    await world.pipeline.translate("foreign", b"\x00", read)
    [again] = world.bus.sent("foreign")
    assert (again.body, again.at) == (b"\x00", world.clock.at + PUT_OFF)


async def test_a_foreign_message_is_put_off_for_as_long_as_the_trouble_says() -> None:
    class Overtaken(Transient):
        pause = timedelta(minutes=7)

    clock = TurnedClock()
    bus = WatchedBus(MemoryBus(clock))
    await put_off(bus, clock, "foreign", b"x", Overtaken())
    await put_off(bus, clock, "foreign", b"x", Overtaken())
    first, second = bus.sent("foreign")
    assert first.at == second.at == NOON + timedelta(minutes=7)
    assert first.id != second.id


class Early(Transient):
    """It comes too early, and knows by how much."""

    pause = timedelta(minutes=5)


async def test_trouble_that_knows_how_long_it_takes_holds_no_function_for_long() -> None:
    clock = TurnedClock()
    assert await patiently(clock, Failing(3, Early)) == "done"
    clock = TurnedClock()
    with pytest.raises(Early):
        await patiently(clock, Failing(ENDLESS, Early))
    assert clock.now() - NOON <= SHORT_PATIENCE
