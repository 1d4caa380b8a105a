"""The tick: every check is scheduled for its very time, late ticks make up, and the cost is what is due."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from shared.runtime.bus import BusMessage
from shared.runtime.envelope import decode
from shared.runtime.handler import Router
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.memory.store import MemoryStore
from shared.runtime.pipeline import Pipeline
from shared.runtime.publisher import Publisher
from shared.runtime.store import Upsert
from shared.sla import buckets
from shared.sla.instance import Instance
from shared.sla.messages import CheckSla, SlaTick
from shared.sla.tick import BEHIND, CURSOR, MOST_FORGOTTEN, MOST_PAGES, SlaTicking, envelope
from tests.unit.runtime.world import TurnedClock, WatchedBus, WatchedStore, no_provider, nobody_listens

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class World:
    """A store with what is due in it, and a process that ticks."""

    def __init__(self) -> None:
        self.clock = TurnedClock(NOON)
        self.rows = MemoryStore()
        self.store = WatchedStore(self.rows)
        self.bus = WatchedBus(MemoryBus(self.clock))
        publisher = Publisher(self.store, self.bus, nobody_listens, self.clock)
        handlers = {SlaTick.kind: Router(SlaTick, SlaTicking(self.store).tick)}
        self.pipeline = Pipeline(self.store, self.bus, self.clock, handlers, publisher, no_provider)

    async def note(self, dues: Iterable[datetime]) -> None:
        """Write down a check of a case each."""
        for number, due in enumerate(dues):
            instance = Instance(f"i{number}", "resolve", "standard", 1, 0, due, due)
            hint = buckets.due(f"K{number}", instance, due)
            row = {"at": hint.at.isoformat(), "id": hint.id, "kind": hint.kind, "body": hint.body}
            await self.rows.write(hint.table, hint.partition, Upsert(hint.key, row))

    async def fill(self, dues: Iterable[datetime]) -> None:
        """Write down so much that is due another time."""
        for number, due in enumerate(dues):
            partition = buckets.partition_of(buckets.minute_of(due), number % buckets.SHARDS)
            await self.rows.write(buckets.TABLE, partition, Upsert(f"{number}", {}))

    async def tick(self, now: datetime | None = None) -> list[str]:
        """Tick at this time; return the requests it took."""
        self.clock.at = now or self.clock.at
        self.store.requests.clear()
        await self.pipeline.take(envelope(self.clock.at))
        return list(self.store.requests)

    def sent(self) -> list[BusMessage]:
        return self.bus.sent(CheckSla.queue)

    def times(self) -> list[datetime | None]:
        return [message.at for message in self.sent()]

    async def cursor(self) -> int:
        row = await self.rows.get("views", *CURSOR)
        assert row is not None
        return int(row.data["version"])


async def nothing() -> None:
    """Happens meanwhile."""


async def end_of_the_invocation() -> None:
    """The host's patience is over."""
    raise TimeoutError


async def test_a_check_is_scheduled_for_its_very_time() -> None:
    world = World()
    due = NOON + timedelta(seconds=63, microseconds=7)
    await world.note([due])
    await world.tick()
    assert world.times() == [due]
    check = decode(world.sent()[0].body)
    assert (check.kind, check.time, check.body["case"], check.body["kpi"]) == ("check_sla", due, "K0", "resolve")


async def test_a_check_is_scheduled_once_by_the_ticks_that_follow() -> None:
    world = World()
    dues = [NOON + second * timedelta(seconds=20) for second in range(60)]
    await world.note(dues)
    for minute in range(25):
        await world.tick(NOON + minute * MINUTE)
    assert sorted(filter(None, world.times())) == dues


async def test_every_check_is_scheduled_before_it_is_due() -> None:
    world = World()
    dues = [NOON + second * timedelta(seconds=7) for second in range(100)]
    await world.note(dues)
    for minute in range(12):
        before = len(world.sent())
        await world.tick(NOON + minute * MINUTE)
        assert all(at >= world.clock.at for at in world.times()[before:] if at)


async def test_a_host_that_was_down_for_an_hour_makes_up_for_it() -> None:
    world = World()
    await world.tick()
    dues = [NOON + minute * MINUTE + timedelta(seconds=30) for minute in range(3, 63)]
    await world.note(dues)
    await world.tick(NOON + timedelta(hours=1))
    assert sorted(filter(None, world.times())) == dues
    await world.tick(NOON + timedelta(hours=1, minutes=1))
    assert len(world.sent()) == len(dues)


async def test_a_standstill_of_days_is_made_up_for_in_steps_that_each_keep_how_far_they_came() -> None:
    """What one invocation has no time for, the next one goes on with."""
    world = World()
    await world.tick()
    began = await world.cursor()
    dues = [NOON + hours * timedelta(hours=1) for hours in range(1, 24)]
    await world.note(dues)
    world.store.meanwhile = [nothing, end_of_the_invocation]
    with pytest.raises(TimeoutError):
        await world.tick(NOON + timedelta(days=1))
    assert len(world.store.requests) < 2 * MOST_PAGES + buckets.SHARDS * MOST_FORGOTTEN
    assert began < await world.cursor() < began + 2 * MOST_PAGES / buckets.SHARDS
    await world.tick(NOON + timedelta(days=1))
    assert sorted(set(filter(None, world.times()))) == dues


async def test_a_tick_after_a_standstill_takes_away_a_bounded_part_and_later_ones_the_rest() -> None:
    world = World()
    await world.tick()
    await world.note([NOON + minute * MINUTE for minute in range(0, 600, 10)])
    await world.tick(NOON + timedelta(days=1))
    held = []
    for minute in range(1, 55):
        await world.tick(NOON + timedelta(days=1) + minute * MINUTE)
        held.append(len([name for name in world.rows.partitions(buckets.TABLE) if name.startswith("2026")]))
    assert held == sorted(held, reverse=True)
    assert held[0] > held[1] > held[-1] == 0


async def test_what_a_long_look_back_has_read_is_kept_until_it_was_sent() -> None:
    """The simulation found it: rows of an hour ago were taken away by the very step that then failed to send them."""
    world = World()
    await world.tick()
    dues = [NOON + minute * MINUTE + timedelta(seconds=30) for minute in range(3, 63)]
    await world.note(dues)
    world.bus.troubles = [RuntimeError("the process dies")]
    with pytest.raises(RuntimeError):
        await world.tick(NOON + timedelta(hours=1))
    for minute in range(BEHIND + 3):
        await world.tick(NOON + timedelta(hours=1, minutes=minute))
    assert sorted(filter(None, world.times())) == dues
    assert [partition for partition in world.rows.partitions(buckets.TABLE) if partition.startswith("2026")] == []


async def test_the_cursor_moves_only_when_all_was_sent() -> None:
    world = World()
    await world.tick()
    was = await world.cursor()
    await world.note([NOON + 2.5 * MINUTE, NOON + 3.5 * MINUTE])
    world.clock.at = NOON + MINUTE
    world.bus.troubles = [RuntimeError("the process dies")]
    with pytest.raises(RuntimeError):
        await world.pipeline.take(envelope(world.clock.at))
    assert await world.cursor() == was
    await world.tick(NOON + 2 * MINUTE)
    assert NOON + 3.5 * MINUTE in world.times()
    assert await world.cursor() == was + 2


async def test_a_tick_that_comes_again_says_the_same_checks() -> None:
    world = World()
    await world.note([NOON + MINUTE])
    await world.tick()
    await world.rows.write("views", CURSOR[0], Upsert(CURSOR[1], {"version": await world.cursor() - 5, "data": {}}))
    await world.tick()
    assert len({decode(message.body).id for message in world.sent()}) == 1


async def test_the_cursor_never_goes_back() -> None:
    world = World()
    await world.tick(NOON + 5 * MINUTE)
    was = await world.cursor()
    await world.tick(NOON)
    assert await world.cursor() == was


async def test_more_than_one_step_holds_is_sent_in_several() -> None:
    world = World()
    await world.note([NOON + MINUTE + number * timedelta(milliseconds=10) for number in range(3_500)])
    await world.tick()
    assert len({decode(message.body).id for message in world.sent()}) == len(world.sent()) == 3_500
    assert len(world.bus.batches) > 1


async def test_what_is_long_past_is_taken_away() -> None:
    world = World()
    await world.note([NOON + number * timedelta(milliseconds=100) for number in range(500)])
    for minute in range(BEHIND + 3):
        await world.tick(NOON + minute * MINUTE)
    assert [partition for partition in world.rows.partitions(buckets.TABLE) if partition.startswith("2026")] == []
    assert len(world.sent()) == 500


async def test_a_hundred_that_are_due_cost_the_same_among_a_hundred_thousand_as_among_a_thousand() -> None:
    costs = []
    for open_cases in (1_000, 100_000):
        world = World()
        await world.tick(NOON - 3 * MINUTE)
        await world.note(NOON + number * timedelta(milliseconds=500) for number in range(100))
        await world.fill(NOON + timedelta(hours=1, seconds=number) for number in range(open_cases - 100))
        requests = [request for at in range(-2, 15) for request in await world.tick(NOON + at * MINUTE)]
        assert len(world.sent()) == 100
        costs.append(requests)
    assert costs[0] == costs[1]


async def test_an_idle_minute_costs_a_dozen_requests() -> None:
    world = World()
    await world.tick()
    assert len(await world.tick(NOON + MINUTE)) <= 12
