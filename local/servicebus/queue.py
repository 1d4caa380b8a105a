"""A queue of the broker: a state machine that does no I/O and reads time from the clock it is given."""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import UUID

from local.servicebus.deadlines import earliest
from local.servicebus.entry import Entry, State
from local.servicebus.errors import MESSAGE_NOT_FOUND, NOT_ALLOWED, RefusedError
from local.servicebus.holdings import Holdings, Recorder
from local.servicebus.locks import Clock, Locks
from local.servicebus.message import Message
from local.servicebus.records import Record
from local.servicebus.settings import QueueSettings


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
        self.forward_to: Queue | None = None
        self.accepted = self.completed = self.duplicates = self.forwarded = 0
        self._clock = clock
        self._notify: Callable[[], None] = _nobody
        self._holdings = Holdings(settings.name, record, settings.duplicate_window, self._session_of)
        self._contents = self._holdings.contents
        self._locks = Locks(settings.lock_duration, clock)

    @property
    def name(self) -> str:
        """The address inside the namespace."""
        return self.settings.name

    def watch(self, notify: Callable[[], None]) -> None:
        """Let somebody know whenever a message may be had that could not be before, or a deadline is set."""
        self._notify = notify

    def check(self, message: Message) -> None:
        """Raise `RefusedError` where this queue takes no such message; `send` relies on it."""

    def send(self, message: Message, first_number: int | None = None) -> int | None:
        """Store a message and return its sequence number; None, and nothing stored, if its id was seen before.

        A message that another queue forwards brings the number it had there at first.
        """
        now = self._clock()
        if self._holdings.is_repeat(message, now):
            self.duplicates += 1
            return None
        self.accepted += 1
        number = self._holdings.next_number()
        first_number = first_number or number
        if message.scheduled_for is not None and message.scheduled_for > now:
            self._store(self._entry(message, State.SCHEDULED, number, first_number, now))
        else:
            self._arrive(self._entry(message, State.ACTIVE, number, first_number, now, self._expiry(message, now)))
        return number

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
        for entry in entries:
            self._lock(entry)
        self._notify()
        return entries

    def complete(self, token: UUID) -> None:
        """Settle a message as done."""
        self._holdings.remove(self._locks.release(token))
        self.completed += 1

    def abandon(self, token: UUID) -> None:
        """Give a message back, as delivered once more."""
        self._give_back(self._locks.release(token))

    def release(self, token: UUID) -> None:
        """Give a message back as if it had not been delivered."""
        self._free(self._locks.release(token))

    def defer(self, token: UUID) -> None:
        """Put a message aside: from now on it is only had by its sequence number."""
        entry = self._locks.release(token)
        self._contents.put_aside(entry)
        entry.delivery_count += 1
        self._holdings.record_change(entry)

    def dead_letter(self, token: UUID, reason: str | None, description: str | None) -> None:
        """Move a message to the dead-letter queue."""
        if self.dead_letters is None:
            raise RefusedError(NOT_ALLOWED, f"{self.name}: a dead letter cannot be dead-lettered.")
        self._bury(self._locks.release(token), reason, description)

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
        """Return about how many records these are; states of sessions are not worth counting."""
        return self._holdings.record_count()

    def restore(self, record: Record) -> None:
        """Apply a record of an earlier life; nothing is recorded again."""
        self._holdings.restore(record)

    def adopt(self, entry: Entry, reason: str | None, description: str | None) -> None:
        """Take a message over as a dead letter, with why: under its old number, and without an end."""
        message = entry.message.dead_lettered(reason, description)
        dead = self._entry(message, State.ACTIVE, entry.number, entry.first_number, entry.enqueued_at)
        dead.delivery_count = entry.delivery_count
        self._arrive(dead)

    def _entry(
        self, message: Message, state: State, number: int, first: int, now: int, expires_at: int | None = None
    ) -> Entry:
        return Entry(number, message, state, now, first, expires_at, session_id=self._session_of(message))

    def _session_of(self, message: Message) -> str | None:  # noqa: ARG002
        """A message's session matters only where a queue has sessions."""
        return None

    def _expiry(self, message: Message, now: int) -> int | None:
        """A queue's time to live is also the longest a message may ask for (Service Bus, message expiration)."""
        limits = [limit for limit in (message.time_to_live, self.settings.time_to_live) if limit is not None]
        return now + min(limits) if limits else None

    def _arrive(self, entry: Entry) -> None:
        """Store a message, or hand it on at once where this queue forwards."""
        if self.forward_to is None:
            self._store(entry)
        else:
            self._forward(entry, self.forward_to)

    def _forward(self, entry: Entry, target: "Queue") -> None:
        """A dead letter that is forwarded says where from; what the target refuses becomes a dead letter here."""
        message, source = entry.message, self.settings.dead_letters_of
        if source is not None:
            message = message.annotated(_DEAD_LETTER_SOURCE, source)
        try:
            target.check(message)
        except RefusedError as refused:
            if self.dead_letters is None:
                self._store(entry)
            else:
                self.dead_letters.adopt(entry, "ForwardingFailed", refused.description)
            return
        self.forwarded += 1
        self._holdings.record_number()
        target.send(message, entry.first_number)

    def _store(self, entry: Entry) -> None:
        self._holdings.add(entry)
        self._notify()

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
        if entry.has_expired(self._clock()):
            self._expire(entry)
        else:
            self._contents.make_ready(entry)
            self._notify()

    def _activate(self, entry: Entry, now: int) -> None:
        """A scheduled message joins the queue's end when it is due (Service Bus, message sequencing)."""
        self._holdings.remove(entry)
        message, expires_at = entry.message, self._expiry(entry.message, now)
        self._arrive(
            self._entry(message, State.ACTIVE, self._holdings.next_number(), entry.first_number, now, expires_at)
        )

    def _expire(self, entry: Entry) -> None:
        if self.settings.dead_letter_on_expiry:
            self._bury(entry, "TTLExpiredException", "The message expired and was dead lettered.")
        else:
            self._holdings.remove(entry)

    def _bury(self, entry: Entry, reason: str | None, description: str | None) -> None:
        self._holdings.remove(entry)
        if self.dead_letters is not None:
            self.dead_letters.adopt(entry, reason, description)


_DEAD_LETTER_SOURCE = "x-opt-deadletter-source"


def _no_message(number: int) -> RefusedError:
    return RefusedError(MESSAGE_NOT_FOUND, f"There is no such message: sequence number {number}.")


def _nobody() -> None:
    """Whom a queue tells that nobody watches."""
