"""Queues in memory, with the duplicate window, schedule, locks, delivery count and dead letters of the real ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.runtime.bus import MAX_MESSAGE_BYTES, BusMessage
from shared.runtime.clock import Clock
from shared.runtime.errors import TooLarge


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """One message in a queue, locked while somebody handles it; the object itself is the lock.

    Each delivery is another object, so that whoever lost the lock cannot settle what somebody else holds now.
    """

    queue: str
    sequence: int
    message: BusMessage
    due: datetime
    deliveries: int = 0
    locked_until: datetime | None = None


@dataclass(slots=True)
class Queue:
    waiting: list[Delivery] = field(default_factory=list)
    dead: list[Delivery] = field(default_factory=list)
    seen: dict[str, datetime] = field(default_factory=dict)


class MemoryBus:
    """A Bus that forgets everything with the process."""

    def __init__(
        self,
        clock: Clock,
        *,
        duplicate_window: timedelta = timedelta(minutes=5),
        lock: timedelta = timedelta(minutes=1),
        max_deliveries: int = 10,
    ) -> None:
        self._clock = clock
        self._window = duplicate_window
        self._lock = lock
        self._max_deliveries = max_deliveries
        self._sequence = 0
        self.queues: dict[str, Queue] = {}

    async def send(self, queue: str, messages: Sequence[BusMessage]) -> None:
        if any(len(message.body) > MAX_MESSAGE_BYTES for message in messages):
            raise TooLarge("A message is larger than the bus takes.")
        for message in messages:
            self._enqueue(queue, message)

    def receive(self, queue: str) -> Delivery | None:
        """Lock and return the next message that is due, or None."""
        ready = next(iter(self.ready(queue)), None)
        return self.take(ready) if ready else None

    def take(self, ready: Delivery) -> Delivery:
        """Lock one of the messages that are ready."""
        locked = replace(ready, deliveries=ready.deliveries + 1, locked_until=self._clock.now() + self._lock)
        waiting = self.queues[ready.queue].waiting
        waiting[waiting.index(ready)] = locked
        return locked

    def ready(self, queue: str) -> list[Delivery]:
        """Return what could be received now, in order of arrival."""
        now = self._clock.now()
        waiting = self.queues[queue].waiting if queue in self.queues else ()
        due = [one for one in waiting if one.due <= now]
        expired = [one for one in due if one.locked_until is not None and one.locked_until <= now]
        for delivery in expired:
            self._release(delivery)
        if expired:
            return self.ready(queue)
        return sorted((one for one in due if one.locked_until is None), key=lambda one: one.sequence)

    def complete(self, delivery: Delivery) -> bool:
        """Take the message away; False where the lock was lost."""
        if not self._holds(delivery):
            return False
        self.queues[delivery.queue].waiting.remove(delivery)
        return True

    def abandon(self, delivery: Delivery) -> None:
        """Give the message back at once; after too many deliveries it goes to the dead letters."""
        if self._holds(delivery):
            self._release(delivery)

    def _holds(self, delivery: Delivery) -> bool:
        locked = delivery.locked_until is not None and delivery.locked_until > self._clock.now()
        return locked and delivery in self.queues[delivery.queue].waiting

    def _release(self, delivery: Delivery) -> None:
        queue = self.queues[delivery.queue]
        released = replace(delivery, locked_until=None)
        if delivery.deliveries >= self._max_deliveries:
            queue.waiting.remove(delivery)
            queue.dead.append(released)
        else:
            queue.waiting[queue.waiting.index(delivery)] = released

    def _enqueue(self, name: str, message: BusMessage) -> None:
        queue = self.queues.setdefault(name, Queue())
        now = self._clock.now()
        seen = queue.seen.get(message.id)
        if seen is not None and now - seen < self._window:
            return
        queue.seen[message.id] = now
        self._sequence += 1
        queue.waiting.append(Delivery(name, self._sequence, message, max(now, message.at or now)))
