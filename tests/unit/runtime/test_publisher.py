"""Publishing: a read model ends at its newest version in whatever order they come; raised triggers grow the chain."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.decision import Due, Outgoing, Put, Remove, View
from shared.runtime.envelope import Message, decode
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.memory.store import MemoryStore
from shared.runtime.publisher import Publisher
from shared.runtime.step import Outbox, Parcel
from shared.runtime.store import Change, Row, Upsert
from tests.unit.runtime.world import NOON, Add, Told, TurnedClock, WatchedBus, WatchedStore, nobody_listens

CAUSE = Message("m1", NOON, Add(), ("e1",))


class World:
    def __init__(self) -> None:
        self.rows = MemoryStore()
        self.store = WatchedStore(self.rows)
        self.clock = TurnedClock()
        self.bus = WatchedBus(MemoryBus(self.clock))
        self.publisher = Publisher(self.store, self.bus, nobody_listens, self.clock)

    async def put(self, *versions: int, gone: tuple[int, ...] = ()) -> None:
        """Publish the line in these versions, one after the other."""
        for version in versions:
            await self.publisher.record([View("list", "k", version, None if version in gone else {"of": version})])

    async def line(self) -> Row | None:
        return await self.rows.get("views", "list", "k")


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
async def test_the_newest_line_stays_whoever_comes_last(order: tuple[int, ...]) -> None:
    world = World()
    await world.put(*order)
    row = await world.line()
    assert row is not None
    assert row.data == {"version": 3, "data": {"of": 3}}


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
async def test_a_line_that_has_left_the_list_does_not_come_back(order: tuple[int, ...]) -> None:
    world = World()
    await world.put(*order, gone=(3,))
    row = await world.line()
    assert row is not None
    assert row.data == {"version": 3, "data": None}


async def test_a_line_may_return_by_a_newer_version() -> None:
    world = World()
    await world.put(1, 2, 3, gone=(2,))
    row = await world.line()
    assert row is not None
    assert row.data["data"] == {"of": 3}


@given(st.lists(st.integers(1, 6), min_size=1, max_size=12))
async def test_repeats_and_late_ones_change_nothing(versions: list[int]) -> None:
    world = World()
    await world.put(*versions)
    row = await world.line()
    assert row is not None
    assert row.data["version"] == max(versions)


async def test_the_same_version_again_is_not_written() -> None:
    world = World()
    await world.put(2)
    world.store.requests.clear()
    await world.put(2)
    assert world.store.requests == ["get views k"]


async def test_a_first_version_is_written_without_reading() -> None:
    world = World()
    await world.put(1)
    assert world.store.requests == ["write views k"]


@pytest.mark.parametrize(("mine", "theirs", "left"), [(2, 3, 3), (3, 2, 3), (1, 2, 2), (2, 1, 2)])
async def test_a_writer_that_is_overtaken_looks_again(mine: int, theirs: int, left: int) -> None:
    world = World()

    async def somebody_writes() -> None:
        await world.rows.write("views", "list", Upsert("k", {"version": theirs, "data": {"of": theirs}}))

    world.store.meanwhile = [somebody_writes]
    await world.put(mine)
    row = await world.line()
    assert row is not None
    assert row.data == {"version": left, "data": {"of": left}}


async def test_hints_are_put_and_taken_away_again() -> None:
    world = World()
    await world.publisher.record(
        [Put("hints", "p", "a", {"n": 1}), Put("hints", "p", "b", {}), Put("hints", "p", "a", {"n": 2})]
    )
    await world.publisher.record([Remove("hints", "p", "b"), Remove("hints", "p", "never there")])
    page = await world.rows.page("hints", "p")
    assert [(row.key, row.data) for row in page.rows] == [("a", {"n": 2})]


async def test_a_trigger_that_nobody_uses_is_not_sent() -> None:
    world = World()
    await world.publisher.publish(Outbox(NOON, raised=(Parcel.of(Outgoing("e2", Told())),)), CAUSE)
    assert world.bus.batches == []


async def test_a_raised_trigger_grows_the_chain_and_a_plain_message_does_not() -> None:
    async def everybody_listens(raised: Parcel, _is_test: bool) -> list[Parcel]:
        return [raised]

    world = World()
    publisher = Publisher(world.store, world.bus, everybody_listens, world.clock)
    plain, raised = Parcel.of(Outgoing("p", Told())), Parcel.of(Outgoing("e2", Told()))
    await publisher.publish(Outbox(NOON, messages=(plain,), raised=(raised,)), CAUSE)
    assert {envelope.id: envelope.cause for envelope in world.bus.envelopes("listeners")} == {
        "p": ("e1",),
        "e2": ("e1", "e2"),
    }
    assert len(world.bus.batches) == 1


async def test_who_waits_for_a_raised_trigger_gets_messages_in_its_chain() -> None:
    async def two_wait(_raised: Parcel, _is_test: bool) -> list[Parcel]:
        return [Parcel.of(Outgoing(name, Told())) for name in ("a", "b")]

    world = World()
    publisher = Publisher(world.store, world.bus, two_wait, world.clock)
    await publisher.publish(Outbox(NOON, raised=(Parcel.of(Outgoing("e2", Told())),)), CAUSE)
    assert [(envelope.id, envelope.cause) for envelope in world.bus.envelopes("listeners")] == [
        ("a", ("e1", "e2")),
        ("b", ("e1", "e2")),
    ]


async def test_messages_are_sent_before_read_models_are_written() -> None:
    world = World()
    world.bus.troubles = [RuntimeError("the process dies")]
    outbox = Outbox(NOON, (Parcel.of(Outgoing("p", Told())),), records=(View("list", "k", 1, {}),))
    with pytest.raises(RuntimeError):
        await world.publisher.publish(outbox, CAUSE)
    assert await world.line() is None


async def test_two_causes_that_say_the_same_are_two_bus_messages() -> None:
    world = World()
    outbox = Outbox(NOON, (Parcel.of(Outgoing("p", Told())),))
    await world.publisher.publish(outbox, CAUSE)
    await world.publisher.publish(outbox, Message("m2", NOON, Add()))
    one, other = world.bus.sent("listeners")
    assert one.id != other.id
    assert decode(one.body).id == decode(other.body).id == "p"


def due(minutes: float, id: str = "later") -> Due:  # noqa: A002
    at, body = NOON + timedelta(minutes=minutes), {"note": ""}
    return Due("due", "p", id, at, timedelta(minutes=3), "listeners", "told", id, body)


async def test_what_is_due_later_is_written_down_and_not_sent() -> None:
    world = World()
    await world.publisher.publish(Outbox(NOON, records=(due(10),)), CAUSE)
    row = await world.rows.get("due", "p", "later")
    assert row is not None
    assert row.data == {"at": due(10).at.isoformat(), "id": "later", "kind": "told", "body": {"note": ""}}
    assert world.bus.batches == []


async def test_what_is_due_soon_is_sent_for_its_very_time() -> None:
    world = World()
    await world.publisher.publish(Outbox(NOON, records=(due(1), due(3, "other"))), CAUSE)
    assert [message.at for message in world.bus.sent("listeners")] == [due(1).at, due(3).at]
    assert [envelope.time for envelope in world.bus.envelopes("listeners")] == [due(1).at, due(3).at]
    assert len(world.bus.batches) == 1


async def test_what_is_published_late_is_sent_as_the_timer_may_have_passed_it() -> None:
    world = World()
    world.clock.at = NOON + timedelta(minutes=8)
    await world.publisher.publish(Outbox(NOON, records=(due(10),)), CAUSE)
    assert [message.at for message in world.bus.sent("listeners")] == [due(10).at]


async def test_time_that_passes_while_a_row_is_written_counts() -> None:
    class SlowStore(WatchedStore):
        async def write(self, table: str, partition: str, *changes: Change) -> Mapping[str, str]:
            world.clock.at += timedelta(minutes=5)
            return await super().write(table, partition, *changes)

    world = World()
    publisher = Publisher(SlowStore(world.rows), world.bus, nobody_listens, world.clock)
    await publisher.publish(Outbox(NOON, records=(due(7),)), CAUSE)
    assert await world.rows.get("due", "p", "later") is not None
    assert [message.at for message in world.bus.sent("listeners")] == [due(7).at]
