"""The store, the bus and the provider of the simulated world: the memory ones, with faults at every I/O."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from shared.channels.memory import Failure, MemoryProvider
from shared.channels.provider import Accepted, Outgoing
from shared.runtime.bus import BusMessage
from shared.runtime.errors import Unavailable
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Change, Page, Replace, Row, Scanned, Upsert
from tests.simulation.schedule import Point, Time


@dataclass(frozen=True, slots=True)
class Faults:
    """How likely each fault is, per occasion."""

    crash: float = 0.0
    crash_process: float = 0.0
    unavailable: float = 0.0
    lost_answer: float = 0.0
    """The call had its effect, and its caller is told that it failed."""
    touched: float = 0.0
    """Somebody else rewrites the row between read and write: an ETag conflict."""
    lock_lost: float = 0.0
    duplicate: float = 0.0
    delay: float = 0.0
    provider: float = 0.0
    redrive: float = 0.0
    skew: timedelta = timedelta()
    duplicate_window: timedelta = timedelta(minutes=5)

    @classmethod
    def drawn(cls, rng: random.Random) -> Self:
        """Draw a mixture: some seeds know one fault only, some all of them."""

        def some(most: float) -> float:
            return rng.random() * most if rng.random() < 0.6 else 0.0

        return cls(
            crash=some(0.03),
            crash_process=some(0.004),
            unavailable=some(0.03),
            lost_answer=some(0.03),
            touched=some(0.05),
            lock_lost=some(0.03),
            duplicate=some(0.2),
            delay=some(0.2),
            provider=some(0.5),
            redrive=some(0.05),
            skew=timedelta(seconds=rng.choice((0, 0, 2, 20))),
            duplicate_window=timedelta(minutes=rng.choice((0, 5, 5, 10))),
        )


class FaultyStore:
    """A Store for the processes; what it commits is told to those who audit."""

    def __init__(
        self, inner: MemoryStore, rng: random.Random, faults: Faults, committed: Callable[[str, str, Change], None]
    ) -> None:
        self._inner = inner
        self._rng = rng
        self.faults = faults
        self._committed = committed

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        await self._io(f"read {table} {key}")
        return await self._inner.get(table, partition, key)

    async def page(self, table: str, partition: str, *, prefix: str = "", after: str = "", limit: int = 100) -> Page:
        await self._io(f"list {table}")
        return await self._inner.page(table, partition, prefix=prefix, after=after, limit=limit)

    async def scan(self, table: str, key: str, *, after: str = "", limit: int = 1000) -> Scanned:
        await self._io(f"scan {table}")
        return await self._inner.scan(table, key, after=after, limit=limit)

    async def write(self, table: str, partition: str, *changes: Change) -> Mapping[str, str]:
        keys = " ".join(change.key for change in changes)
        await self._io(f"write {table} {keys}")
        await self._touch(table, partition, changes)
        etags = await self._inner.write(table, partition, *changes)
        for change in changes:
            self._committed(table, partition, change)
        await Point(f"written {table} {keys}")
        if self._rng.random() < self.faults.lost_answer:
            raise Unavailable
        return etags

    async def _io(self, what: str) -> None:
        await Point(what)
        if self._rng.random() < self.faults.unavailable:
            raise Unavailable

    async def _touch(self, table: str, partition: str, changes: Sequence[Change]) -> None:
        for change in changes:
            if isinstance(change, Replace) and self._rng.random() < self.faults.touched:
                row = await self._inner.get(table, partition, change.key)
                if row is not None:
                    await self._inner.write(table, partition, Upsert(row.key, row.data))


class FaultyBus:
    """A Bus for the processes."""

    def __init__(self, inner: MemoryBus, rng: random.Random, faults: Faults, time: Time) -> None:
        self._inner = inner
        self._rng = rng
        self.faults = faults
        self._time = time
        self.sent: list[tuple[str, BusMessage]] = []

    async def send(self, queue: str, messages: Sequence[BusMessage]) -> None:
        await Point(f"send {queue}")
        self.sent += [(queue, message) for message in messages]
        if self._rng.random() < self.faults.unavailable:
            raise Unavailable
        await self._inner.send(queue, [self._late(message) for message in messages])
        for message in messages:
            if self._rng.random() < self.faults.duplicate:
                twin = replace(message, id=f"{message.id}-twin")
                await self._inner.send(queue, [self._late(twin)])
        await Point(f"sent {queue}")
        if self._rng.random() < self.faults.lost_answer:
            raise Unavailable

    def _late(self, message: BusMessage) -> BusMessage:
        if self._rng.random() >= self.faults.delay:
            return message
        late = timedelta(seconds=self._rng.choice((1, 5, 60, 400)))
        return replace(message, at=max(message.at or self._time.now, self._time.now) + late)


class FaultyProvider:
    """A provider that is asked over a network."""

    def __init__(self, time: Time, rng: random.Random, faults: Faults) -> None:
        self._rng = rng
        self.faults = faults
        self.inner = MemoryProvider(lambda: time.now, failures=self._failure)

    async def send(self, message: Outgoing) -> Accepted:
        await Point(f"call {message.channel}")
        accepted = await self.inner.send(message)
        await Point(f"called {message.channel}")
        return accepted

    def _failure(self, _message: Outgoing) -> Failure | None:
        return self._rng.choice(list(Failure)) if self._rng.random() < self.faults.provider else None
