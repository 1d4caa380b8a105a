"""What MemoryBus shows beyond the contract: its insides, its windows, and time that stands still."""

from datetime import UTC, datetime, timedelta

from shared.runtime.bus import BusMessage
from shared.runtime.memory.bus import MemoryBus

START = datetime(2026, 1, 1, tzinfo=UTC)


class StoppedClock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    async def pause(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def ids(bus: MemoryBus) -> list[str]:
    return [delivery.message.id for delivery in bus.ready("q")]


async def test_looking_at_what_is_ready_locks_nothing() -> None:
    bus = MemoryBus(StoppedClock())
    await bus.send("q", [BusMessage("a", b""), BusMessage("b", b"")])
    assert ids(bus) == ids(bus) == ["a", "b"]
    assert bus.receive("q") is not None
    assert ids(bus) == ["b"]
    assert bus.receive("unknown") is None


async def test_an_id_is_forgotten_when_the_duplicate_window_is_over() -> None:
    clock = StoppedClock()
    bus = MemoryBus(clock, duplicate_window=timedelta(seconds=60))
    await bus.send("q", [BusMessage("a", b"1")])
    await clock.pause(59)
    await bus.send("q", [BusMessage("a", b"2")])
    assert ids(bus) == ["a"]
    await clock.pause(1)
    await bus.send("q", [BusMessage("a", b"3")])
    assert ids(bus) == ["a", "a"]


async def test_without_a_window_every_repetition_is_kept() -> None:
    bus = MemoryBus(StoppedClock(), duplicate_window=timedelta(0))
    await bus.send("q", [BusMessage("a", b""), BusMessage("a", b"")])
    assert ids(bus) == ["a", "a"]


async def test_a_scheduled_message_is_ready_at_its_time() -> None:
    clock = StoppedClock()
    bus = MemoryBus(clock)
    await bus.send("q", [BusMessage("a", b"", START + timedelta(seconds=10))])
    await clock.pause(9)
    assert ids(bus) == []
    await clock.pause(1)
    assert ids(bus) == ["a"]


async def test_a_lock_ends_at_its_time_and_counts_as_a_delivery() -> None:
    clock = StoppedClock()
    bus = MemoryBus(clock, lock=timedelta(seconds=60), max_deliveries=2)
    await bus.send("q", [BusMessage("a", b"")])
    first = bus.receive("q")
    assert first is not None
    await clock.pause(59)
    assert ids(bus) == []
    await clock.pause(1)
    assert not bus.complete(first)
    second = bus.receive("q")
    assert second is not None
    assert second.deliveries == 2
    bus.abandon(first)
    assert bus.complete(second)
    assert not bus.complete(second)


async def test_dead_letters_are_kept() -> None:
    clock = StoppedClock()
    bus = MemoryBus(clock, lock=timedelta(seconds=60), max_deliveries=1)
    await bus.send("q", [BusMessage("abandoned", b""), BusMessage("expired", b"")])
    abandoned, _expired = bus.receive("q"), bus.receive("q")
    assert abandoned is not None
    bus.abandon(abandoned)
    await clock.pause(60)
    assert ids(bus) == []
    assert [dead.message.id for dead in bus.queues["q"].dead] == ["abandoned", "expired"]
