"""The whole system in memory, on a clock that jumps to whatever is due next."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.bootstrap import compose
from shared.channels.memory import MemoryProvider
from shared.deliveries.messages import SEND
from shared.deliveries.perform import Performer
from shared.journeys.messages import JourneyTick
from shared.runtime.bus import BusMessage
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from shared.runtime.ids import derived
from shared.runtime.memory.bus import Delivery, MemoryBus
from shared.runtime.memory.store import MemoryStore
from shared.runtime.settings import Settings
from shared.runtime.store import Change, Upsert
from shared.scenarios import ticks
from shared.scenarios.ticks import Entered, Tick
from shared.sla import buckets
from shared.sla.messages import CheckSla

SETTINGS = {
    "CAREBUS_PUBLIC_URL": "https://care.example",
    "CAREBUS_LINK_KEYS": "k1:no-secret-it-only-signs-links-of-simulations",
    "CAREBUS_SENDERS": '{"*": {"sources": ["*"], "triggers": ["*"]}}',
    "CAREBUS_SMS_FROM": "+15550100",
    "CAREBUS_EMAIL_FROM": "care@example.com",
    "CAREBUS_VAPID_KEY": "not used: the provider is in memory",
    "AcsConnection": "none",
    "ServiceBusConnection": "none",
    "TablesConnection": "none",
}
MAX_MESSAGES = 20_000
Committed = Callable[[str, str, Sequence[Change]], None]


class Restless(Exception):
    """More messages than any scenario needs: what is simulated never comes to rest."""


class VirtualClock:
    """Time that passes only when somebody waits, or when nothing is left to do at its hour."""

    def __init__(self, start: datetime) -> None:
        self._time = start

    def now(self) -> datetime:
        return self._time

    async def pause(self, seconds: float) -> None:
        self._time += timedelta(seconds=seconds)

    def reach(self, time: datetime) -> None:
        self._time = max(self._time, time)


class WatchedStore(MemoryStore):
    """A MemoryStore that tells of each commit."""

    def __init__(self, committed: Committed) -> None:
        super().__init__()
        self._committed = committed

    async def write(self, table: str, partition: str, *changes: Change) -> dict[str, str]:
        etags = await super().write(table, partition, *changes)
        self._committed(table, partition, changes)
        return etags


class World:
    """Every function at work, one message after the other, in the order in which they are due."""

    def __init__(
        self, clock: VirtualClock, committed: Committed, entered: Entered = lambda _: 0, most: int = MAX_MESSAGES
    ) -> None:
        self.clock = clock
        self._entered = entered
        self._most = most
        self.ticked_at: datetime | None = None
        """When the timer of journeys last ticked; None: it does not tick yet."""
        self.problems: list[str] = []
        self._handled = 0
        self._sent = 0
        self._dues: list[Mapping[str, Any]] = []
        self._bus = MemoryBus(clock)
        provider = MemoryProvider(clock.now)
        perform = Performer(dict.fromkeys(SEND, provider))

        def noted(table: str, partition: str, changes: Sequence[Change]) -> None:
            committed(table, partition, changes)
            if table == buckets.TABLE:
                self._dues += [change.data for change in changes if isinstance(change, Upsert)]

        self.services = compose(Settings.read(SETTINGS), WatchedStore(noted), self._bus, clock, perform)

    async def work(self, until: datetime) -> None:
        """Handle everything that is due up to this time, and be there; raises Restless."""
        while True:
            await self._schedule()
            message, tick = self._next(), await self._tick()
            if message and message.due <= until and not (tick and tick.at < message.due):
                self.clock.reach(message.due)
                await self._handle(self._bus.take(message))
            elif tick and tick.at <= until:
                await self._ticks(tick)
            else:
                break
        self.clock.reach(until)

    def left(self) -> int:
        """How many messages are still to come."""
        return sum(len(queue.waiting) for name, queue in self._bus.queues.items() if name != CheckSla.queue)

    async def rests_at(self) -> datetime | None:
        """Return when the next thing is due; None where nothing is left.

        What comes again and again is left out, and deadlines of SLAs: a case may be open for good.
        """
        message, tick = self._next(checks=False), await self._tick(again=False)
        due = [message.due] if message else []
        return min([*due, tick.at] if tick else due, default=None)

    async def send(self, queue: str, raw: bytes) -> None:
        """Put a message on a queue, and see to all that comes of it at once."""
        self._sent += 1
        await self._bus.send(queue, [BusMessage(f"sent-{self._sent}", raw)])
        await self.work(self.clock.now())

    async def _tick(self, *, again: bool = True) -> Tick | None:
        if self.ticked_at is None:
            return None
        found = ticks.following(await self.services.definitions.current(), self.ticked_at, self._entered)
        return next((tick for tick in found if again or not tick.is_again), None)

    async def _ticks(self, tick: Tick) -> None:
        self.clock.reach(tick.at)
        self.ticked_at = tick.at
        body = JourneyTick(full=tick.is_full)
        envelope = Envelope(derived("tick", tick.at.isoformat()), body.kind, tick.at, plain(body))
        await self._bus.send(body.queue, [BusMessage(envelope.id, envelope.encode())])

    async def _take(self, queue: str, raw: bytes) -> None:
        """Do what the function of this queue does."""
        pipeline = self.services.pipeline
        if queue == "device-events":
            await pipeline.translate(queue, raw, self.services.ingest.from_bus)
        elif queue == "delivery-reports":
            await pipeline.translate(queue, raw, self.services.reports.read)
        else:
            await pipeline.handle(queue, raw)

    async def _schedule(self) -> None:
        """Do what the timer of SLAs does: send each check that was written down for its time."""
        while self._dues:
            due = self._dues.pop()
            at = datetime.fromisoformat(due["at"])
            check = Envelope(due["id"], due["kind"], at, due["body"])
            await self._bus.send(CheckSla.queue, [BusMessage(check.id, check.encode(), at)])

    def _next(self, *, checks: bool = True) -> Delivery | None:
        queues = [queue for name, queue in self._bus.queues.items() if checks or name != CheckSla.queue]
        waiting = [delivery for queue in queues for delivery in queue.waiting]
        return min(waiting, key=lambda delivery: (delivery.due, delivery.sequence), default=None)

    async def _handle(self, locked: Delivery) -> None:
        self._handled += 1
        if self._handled > self._most:
            raise Restless
        try:
            await self._take(locked.queue, locked.message.body)
        except Exception as error:
            self._crashed(locked, error)
            self._bus.abandon(locked)
        else:
            self._bus.complete(locked)

    def _crashed(self, locked: Delivery, error: Exception) -> None:
        """Say where it crashed, not with what words: they may quote what a customer sent."""
        if locked.deliveries == 1:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{frame.filename.rpartition('/shared/')[2]}:{frame.lineno}"
            self.problems.append(f"A message on {locked.queue} crashed: {type(error).__name__} at {place}.")
