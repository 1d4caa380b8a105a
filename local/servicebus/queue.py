"""A queue of the broker: a state machine that does no I/O and reads time from the clock it is given."""

import heapq
from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import UUID

from local.servicebus.deadlines import Deadlines
from local.servicebus.entry import Entry, State
from local.servicebus.errors import MESSAGE_NOT_FOUND, NOT_ALLOWED, RefusedError
from local.servicebus.history import History
from local.servicebus.locks import Clock, Locks
from local.servicebus.message import Message
from local.servicebus.records import Drop, LastNumber, Put, Record, Remember, Update
from local.servicebus.settings import QueueSettings

type Recorder = Callable[[Record], None]


class Counts(NamedTuple):
    """How many messages a queue holds, by what they wait for."""

    active: int
    scheduled: int
    locked: int
    deferred: int


class Queue:
    """Messages handed out in the order of their sequence numbers, each under a lock until it is settled.

    Locks are not recorded: after a restart every message is free, and a delivery that was under way is not counted.
    """

    def __init__(
        self, settings: QueueSettings, clock: Clock, record: Recorder, dead_letters: "Queue | None" = None
    ) -> None:
        self.settings = settings
        self.dead_letters = dead_letters
        self.accepted = self.completed = self.duplicates = 0
        self._clock = clock
        self._record = record
        self._last_number = 0
        self._entries: dict[int, Entry] = {}
        self._ready: list[int] = []
        """A heap; numbers whose message is gone or not ready any more are skipped when they come up."""
        self._locks = Locks(settings.lock_duration, clock)
        self._deferred: set[int] = set()
        self._scheduled = Deadlines[int]()
        self._expiries = Deadlines[int]()
        self._history = History(settings.duplicate_window)

    @property
    def name(self) -> str:
        """The address inside the namespace."""
        return self.settings.name

    def send(self, message: Message) -> int | None:
        """Store a message and return its sequence number; None, and nothing stored, if its id was seen before."""
        now = self._clock()
        if self._history.is_kept:
            if self._history.contains(message.message_id, now):
                self.duplicates += 1
                return None
            self._history.add(message.message_id, now)
            self._record(Remember(self.name, message.message_id, now))
        self.accepted += 1
        self._last_number = number = self._last_number + 1
        if message.scheduled_for is not None and message.scheduled_for > now:
            self._store(Entry(number, message, State.SCHEDULED, now, number))
        else:
            self._store(Entry(number, message, State.ACTIVE, now, number, self._expiry(message, now)))
        return number

    def receive(self) -> Entry | None:
        """Hand out the next message, locked."""
        entry = self._next_ready()
        if entry is not None:
            self._locks.take(entry)
        return entry

    def receive_and_delete(self) -> Entry | None:
        """Hand out the next message for good."""
        entry = self._next_ready()
        if entry is not None:
            self._remove(entry)
            self.completed += 1
        return entry

    def receive_deferred(self, numbers: list[int]) -> list[Entry]:
        """Hand out deferred messages, locked: all or none."""
        for number in numbers:
            if number not in self._deferred or self._entries[number].token is not None:
                raise _not_found(number)
        entries = [self._entries[number] for number in dict.fromkeys(numbers)]
        for entry in entries:
            self._locks.take(entry)
        return entries

    def complete(self, token: UUID) -> None:
        """Settle a message as done."""
        self._remove(self._locks.release(token))
        self.completed += 1

    def abandon(self, token: UUID) -> None:
        """Give a message back, as delivered once more."""
        self._give_back(self._locks.release(token))

    def release(self, token: UUID) -> None:
        """Give a message back as if it had not been delivered."""
        entry = self._locks.release(token)
        if entry.has_expired(self._clock()):
            self._expire(entry)
        elif entry.state is State.ACTIVE:
            heapq.heappush(self._ready, entry.number)

    def defer(self, token: UUID) -> None:
        """Put a message aside: from now on it is only had by its sequence number."""
        entry = self._locks.release(token)
        entry.state = State.DEFERRED
        entry.delivery_count += 1
        self._deferred.add(entry.number)
        self._record(entry.update_record(self.name))

    def dead_letter(self, token: UUID, reason: str | None, description: str | None) -> None:
        """Move a message to the dead-letter queue."""
        if self.dead_letters is None:
            raise RefusedError(NOT_ALLOWED, f"{self.name}: a dead letter cannot be dead-lettered.")
        self._move_to_dead_letters(self._locks.release(token), reason, description)

    def renew(self, token: UUID) -> int:
        """Lock a message for another lock duration from now, and return until when."""
        return self._locks.renew(token)

    def cancel(self, numbers: list[int]) -> None:
        """Take scheduled messages back, all or none."""
        for number in numbers:
            if number not in self._entries or self._entries[number].state is not State.SCHEDULED:
                raise _not_found(number)
        for number in dict.fromkeys(numbers):
            self._remove(self._entries[number])

    def peek(self, from_number: int, count: int) -> list[Entry]:
        """Return messages of any state in the order of their numbers, without locking them."""
        numbers = heapq.nsmallest(count, (number for number in self._entries if number >= from_number))
        return [self._entries[number] for number in numbers]

    def counts(self) -> Counts:
        """Count what the queue holds; a locked message counts as locked, deferred or not."""
        locked, scheduled = len(self._locks), len(self._scheduled)
        deferred = len(self._deferred) - sum(entry.state is State.DEFERRED for entry in self._locks)
        return Counts(len(self._entries) - locked - scheduled - deferred, scheduled, locked, deferred)

    def advance(self) -> None:
        """Do what is due by now: activate scheduled messages, end locks, expire messages."""
        now = self._clock()
        for number in self._scheduled.pop_due(now):
            self._activate(self._entries[number], now)
        for entry in self._locks.pop_ended(now):
            self._give_back(entry)
        for number in self._expiries.pop_due(now):
            if self._entries[number].token is None:  # a locked message expires when its lock ends
                self._expire(self._entries[number])

    def next_deadline(self) -> int | None:
        """Return when `advance` has something to do next."""
        due = (self._scheduled.next(), self._locks.next_end(), self._expiries.next())
        return min((at for at in due if at is not None), default=None)

    def records(self) -> Iterator[Record]:
        """Yield the shortest list of records that restores the queue."""
        yield LastNumber(self.name, self._last_number)
        for message_id, seen_at in self._history:
            yield Remember(self.name, message_id, seen_at)
        for entry in self._entries.values():
            yield entry.put_record(self.name)

    def restore(self, record: Record) -> None:
        """Apply a record of an earlier life; nothing is recorded again."""
        match record:
            case Put():
                self._last_number = max(self._last_number, record.number)
                self._index(Entry.of_record(record))
            case Update(number=number):
                entry = self._entries[number]
                entry.state, entry.delivery_count = State(record.state), record.delivery_count
                if entry.state is State.DEFERRED:
                    self._deferred.add(number)
            case Drop(number=number):
                self._forget(self._entries[number])
            case Remember():
                self._history.add(record.message_id, record.seen_at)
            case LastNumber(number=number):
                self._last_number = max(self._last_number, number)

    def _expiry(self, message: Message, now: int) -> int | None:
        """A queue's time to live is also the longest a message may ask for (Service Bus, message expiration)."""
        limits = [limit for limit in (message.time_to_live, self.settings.time_to_live) if limit is not None]
        return now + min(limits) if limits else None

    def _store(self, entry: Entry) -> None:
        self._index(entry)
        self._record(entry.put_record(self.name))

    def _index(self, entry: Entry) -> None:
        number = entry.number
        self._entries[number] = entry
        if entry.state is State.SCHEDULED:
            self._scheduled.set(number, entry.message.scheduled_for or 0)
        elif entry.state is State.DEFERRED:
            self._deferred.add(number)
        else:
            heapq.heappush(self._ready, number)
        if entry.expires_at is not None:
            self._expiries.set(number, entry.expires_at)

    def _remove(self, entry: Entry) -> None:
        self._forget(entry)
        self._record(Drop(self.name, entry.number))

    def _forget(self, entry: Entry) -> None:
        del self._entries[entry.number]
        self._deferred.discard(entry.number)
        self._scheduled.discard(entry.number)
        self._expiries.discard(entry.number)

    def _next_ready(self) -> Entry | None:
        now = self._clock()
        while self._ready:
            entry = self._entries.get(heapq.heappop(self._ready))
            if entry is None or not entry.is_ready:
                continue
            if not entry.has_expired(now):
                return entry
            self._expire(entry)
        return None

    def _give_back(self, entry: Entry) -> None:
        entry.delivery_count += 1
        limit = self.settings.max_delivery_count
        if limit is not None and entry.delivery_count >= limit:
            description = f"Message could not be consumed after {limit} delivery attempts."
            self._move_to_dead_letters(entry, "MaxDeliveryCountExceeded", description)
        elif entry.has_expired(self._clock()):
            self._expire(entry)
        else:
            self._record(entry.update_record(self.name))
            if entry.state is State.ACTIVE:
                heapq.heappush(self._ready, entry.number)

    def _activate(self, entry: Entry, now: int) -> None:
        """A scheduled message joins the queue's end when it is due (Service Bus, message sequencing)."""
        self._remove(entry)
        self._last_number = number = self._last_number + 1
        expires_at = self._expiry(entry.message, now)
        self._store(Entry(number, entry.message, State.ACTIVE, now, entry.first_number, expires_at))

    def _expire(self, entry: Entry) -> None:
        if self.settings.dead_letter_on_expiry:
            self._move_to_dead_letters(entry, "TTLExpiredException", "The message expired and was dead lettered.")
        else:
            self._remove(entry)

    def _move_to_dead_letters(self, entry: Entry, reason: str | None, description: str | None) -> None:
        self._remove(entry)
        if self.dead_letters is not None:
            self.dead_letters.adopt(entry, entry.message.dead_lettered(reason, description))

    def adopt(self, entry: Entry, message: Message) -> None:
        """Take a message over as a dead letter: under its old number, and without an end."""
        dead = Entry(entry.number, message, State.ACTIVE, entry.enqueued_at, entry.first_number)
        dead.delivery_count = entry.delivery_count
        self._store(dead)


def _not_found(number: int) -> RefusedError:
    return RefusedError(MESSAGE_NOT_FOUND, f"There is no such message: sequence number {number}.")
