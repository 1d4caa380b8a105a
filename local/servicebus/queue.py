"""A queue of the broker: a state machine that does no I/O and reads time from the clock it is given."""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import UUID

from local.servicebus.contents import Contents
from local.servicebus.deadlines import earliest
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
        self._contents = Contents()
        self._locks = Locks(settings.lock_duration, clock)
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
        entries = [self._find(number, State.DEFERRED) for number in dict.fromkeys(numbers)]
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
        else:
            self._contents.make_ready(entry)

    def defer(self, token: UUID) -> None:
        """Put a message aside: from now on it is only had by its sequence number."""
        entry = self._locks.release(token)
        self._contents.put_aside(entry)
        entry.delivery_count += 1
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
        for entry in [self._find(number, State.SCHEDULED) for number in dict.fromkeys(numbers)]:
            self._remove(entry)

    def peek(self, from_number: int, count: int) -> list[Entry]:
        """Return messages of any state in the order of their numbers, without locking them."""
        return self._contents.page(from_number, count)

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
        yield LastNumber(self.name, self._last_number)
        for message_id, seen_at in self._history:
            yield Remember(self.name, message_id, seen_at)
        for entry in self._contents:
            yield entry.put_record(self.name)

    def restore(self, record: Record) -> None:
        """Apply a record of an earlier life; nothing is recorded again."""
        match record:
            case Put():
                self._last_number = max(self._last_number, record.number)
                self._contents.add(Entry.of_record(record))
            case Update(number=number):
                entry = self._contents[number]
                entry.delivery_count = record.delivery_count
                if record.state == State.DEFERRED:
                    self._contents.put_aside(entry)
            case Drop(number=number):
                self._contents.remove(self._contents[number])
            case Remember():
                self._history.add(record.message_id, record.seen_at)
            case LastNumber(number=number):
                self._last_number = max(self._last_number, number)

    def _expiry(self, message: Message, now: int) -> int | None:
        """A queue's time to live is also the longest a message may ask for (Service Bus, message expiration)."""
        limits = [limit for limit in (message.time_to_live, self.settings.time_to_live) if limit is not None]
        return now + min(limits) if limits else None

    def _store(self, entry: Entry) -> None:
        self._contents.add(entry)
        self._record(entry.put_record(self.name))

    def _remove(self, entry: Entry) -> None:
        self._contents.remove(entry)
        self._record(Drop(self.name, entry.number))

    def _find(self, number: int, state: State) -> Entry:
        entry = self._contents.find(number, state)
        if entry is None:
            raise RefusedError(MESSAGE_NOT_FOUND, f"There is no such message: sequence number {number}.")
        return entry

    def _next_ready(self) -> Entry | None:
        now = self._clock()
        while (entry := self._contents.pop_ready()) is not None and entry.has_expired(now):
            self._expire(entry)
        return entry

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
            self._contents.make_ready(entry)

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
