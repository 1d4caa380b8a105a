"""A queue of the broker: a state machine that does no I/O and reads time from the clock it is given."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from local.servicebus.amqp.types import Value
from local.servicebus.errors import MESSAGE_NOT_FOUND, NOT_ALLOWED, RefusedError
from local.servicebus.queues.deadlines import earliest
from local.servicebus.queues.entry import Entry, State
from local.servicebus.queues.holdings import Recorder
from local.servicebus.queues.intake import Intake
from local.servicebus.queues.locks import Clock, Locks
from local.servicebus.queues.records import Record
from local.servicebus.settings import QueueSettings

type Properties = Mapping[str, Value]
"""Application properties that a receiver sets on the message that it settles."""


class Counts(NamedTuple):
    """How many messages a queue holds, by what they wait for."""

    active: int
    scheduled: int
    locked: int
    deferred: int


class Queue(Intake):
    """Messages handed out in the order of their sequence numbers, each under a lock until it is settled.

    Locks are not recorded: after a restart every message is free, and a delivery that was under way is not counted.
    """

    def __init__(
        self, settings: QueueSettings, clock: Clock, record: Recorder, dead_letters: Intake | None = None
    ) -> None:
        super().__init__(settings, clock, record, dead_letters)
        self.completed = 0
        self._contents = self._holdings.contents
        self._locks = Locks(settings.lock_duration, clock)

    def receive(self, session_id: str | None = None) -> Entry | None:
        """Hand out the next message, of a session where the queue has such, locked."""
        entry = self._next_ready(session_id)
        if entry is not None:
            self._lock(entry)
        return entry

    def receive_and_delete(self, session_id: str | None = None) -> Entry | None:
        """Hand out the next message for good."""
        entry = self._next_ready(session_id)
        if entry is not None:
            self._holdings.remove(entry)
            self.completed += 1
        return entry

    def receive_deferred(self, numbers: list[int], session_id: str | None = None) -> list[Entry]:
        """Hand out deferred messages, locked: all or none."""
        entries = [self._find(number, State.DEFERRED) for number in dict.fromkeys(numbers)]
        for entry in entries:
            if entry.session_id != session_id:
                raise _no_message(entry.number)
            if entry.has_expired(self._clock()):
                self._expire(entry)
                raise _no_message(entry.number)
        for entry in entries:
            self._lock(entry)
        self._notify()
        return entries

    def complete(self, token: UUID) -> None:
        """Settle a message as done."""
        self._holdings.remove(self._locks.release(token))
        self.completed += 1

    def abandon(self, token: UUID, properties: Properties | None = None) -> None:
        """Give a message back, as delivered once more; its receiver may set properties."""
        self._give_back(self._unlock(token, properties))

    def release(self, token: UUID) -> None:
        """Give a message back as if it had not been delivered."""
        self._free(self._locks.release(token))

    def defer(self, token: UUID, properties: Properties | None = None) -> None:
        """Put a message aside: from now on it is only had by its sequence number."""
        entry = self._unlock(token, properties)
        self._contents.put_aside(entry)
        entry.delivery_count += 1
        self._holdings.record_change(entry)

    def dead_letter(
        self, token: UUID, reason: str | None, description: str | None, properties: Properties | None = None
    ) -> None:
        """Move a message to the dead-letter queue."""
        if self.dead_letters is None:
            raise RefusedError(NOT_ALLOWED, f"{self.name}: a dead letter cannot be dead-lettered.")
        self._bury(self._unlock(token, properties), reason, description)

    def renew(self, token: UUID) -> int:
        """Lock a message for another lock duration from now, and return until when."""
        return self._locks.renew(token)

    def cancel(self, numbers: list[int]) -> None:
        """Take scheduled messages back, all or none."""
        for entry in [self._find(number, State.SCHEDULED) for number in dict.fromkeys(numbers)]:
            self._holdings.remove(entry)

    def peek(self, from_number: int, count: int, session_id: str | None = None) -> list[Entry]:
        """Return messages of any state, or those of a session, in the order of their numbers, without locking them."""
        return self._contents.page(
            from_number, count, lambda entry: session_id is None or entry.message.session_id == session_id
        )

    def counts(self) -> Counts:
        """Count what the queue holds; a locked message counts as locked, deferred or not."""
        locked, scheduled = len(self._locks), self._contents.scheduled_count
        deferred = self._contents.deferred_count - sum(entry.state is State.DEFERRED for entry in self._locks)
        return Counts(len(self._contents) - locked - scheduled - deferred, scheduled, locked, deferred)

    def advance(self) -> None:
        """Do what is due by now: activate scheduled messages, end locks, expire messages."""
        now = self._clock()
        for entry in self._contents.pop_scheduled(now):
            self._activate(entry, now)
        for entry in self._locks.pop_ended(now):
            self._give_back(entry)
        for entry in self._contents.pop_expired(now):
            if entry.token is None:  # a locked message expires when its lock ends
                self._expire(entry)

    def next_deadline(self) -> int | None:
        """Return when `advance` has something to do next."""
        return earliest(self._contents.next_deadline(), self._locks.next_end())

    def records(self) -> Iterator[Record]:
        """Yield the shortest list of records that restores the queue."""
        return self._holdings.records()

    def record_count(self) -> int:
        """Return how many records these are."""
        return self._holdings.record_count()

    def restore(self, record: Record) -> None:
        """Apply a record of an earlier life; nothing is recorded again."""
        self._holdings.restore(record)

    def _unlock(self, token: UUID, properties: Properties | None) -> Entry:
        altered = self._locks.held(token).message.altered(properties) if properties else None
        entry = self._locks.release(token)
        if altered is not None:
            self._holdings.alter(entry, altered)
        return entry

    def _lock(self, entry: Entry) -> None:
        self._locks.take(entry)

    def _find(self, number: int, state: State) -> Entry:
        entry = self._contents.find(number, state)
        if entry is None:
            raise _no_message(number)
        return entry

    def _next_ready(self, session_id: str | None) -> Entry | None:
        now = self._clock()
        while (entry := self._contents.pop_ready(session_id)) is not None and entry.has_expired(now):
            self._expire(entry)
        return entry

    def _give_back(self, entry: Entry) -> None:
        entry.delivery_count += 1
        limit = self.settings.max_delivery_count
        if limit is not None and entry.delivery_count >= limit:
            description = f"Message could not be consumed after {limit} delivery attempts."
            self._bury(entry, "MaxDeliveryCountExceeded", description)
            return
        self._holdings.record_change(entry)
        self._free(entry)

    def _free(self, entry: Entry) -> None:
        """Let a message that was locked be had again, if it lives."""
        if entry.state is State.ACTIVE and entry.has_expired(self._clock()):
            self._expire(entry)
        else:
            self._contents.make_ready(entry)
            self._notify()

    def _expire(self, entry: Entry) -> None:
        if self.settings.dead_letter_on_expiry:
            self._bury(entry, "TTLExpiredException", "The message expired and was dead lettered.")
        else:
            self._holdings.remove(entry)

    def _bury(self, entry: Entry, reason: str | None, description: str | None) -> None:
        dead = entry.message.dead_lettered(reason, description)
        self._holdings.remove(entry)
        if self.dead_letters is not None:
            self.dead_letters.adopt(entry, dead)


def _no_message(number: int) -> RefusedError:
    return RefusedError(MESSAGE_NOT_FOUND, f"There is no such message: sequence number {number}.")
