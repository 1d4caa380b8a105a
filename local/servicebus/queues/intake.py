"""The way into a queue: from a sender, out of a schedule, from another queue, or as a dead letter."""

from collections.abc import Callable

from local.servicebus.errors import RefusedError
from local.servicebus.queues.entry import Entry, State
from local.servicebus.queues.holdings import Holdings, Recorder
from local.servicebus.queues.locks import Clock
from local.servicebus.queues.message import Message
from local.servicebus.settings import QueueSettings

_DEAD_LETTER_SOURCE = "x-opt-deadletter-source"


class Intake:
    """Takes messages, each once; keeps them, or hands them on at once where the queue forwards."""

    def __init__(
        self, settings: QueueSettings, clock: Clock, record: Recorder, dead_letters: "Intake | None" = None
    ) -> None:
        self.settings = settings
        self.dead_letters = dead_letters
        self.forward_to: Intake | None = None
        self.accepted = self.duplicates = self.forwarded = 0
        self._clock = clock
        self._notify: Callable[[], None] = _nobody
        self._holdings = Holdings(settings.name, record, settings.duplicate_window, self._session_of)

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

    def adopt(self, entry: Entry, message: Message) -> None:
        """Take a message over as a dead letter, which says why: under its old number, and without an end."""
        dead = self._entry(message, State.ACTIVE, entry.number, entry.first_number, entry.enqueued_at)
        dead.delivery_count = entry.delivery_count
        self._arrive(dead)

    def forward_kept(self) -> None:
        """Hand on what was kept before this queue forwarded."""
        if self.forward_to is not None:
            for entry in [each for each in self._holdings.contents if each.state is State.ACTIVE]:
                self._holdings.remove(entry)
                self._arrive(entry)

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

    def _forward(self, entry: Entry, target: "Intake") -> None:
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
                self.dead_letters.adopt(entry, entry.message.dead_lettered("ForwardingFailed", refused.description))
            return
        self.forwarded += 1
        self._holdings.record_number()
        target.send(message, entry.first_number)

    def _activate(self, entry: Entry, now: int) -> None:
        """A scheduled message joins the queue's end when it is due (Service Bus, message sequencing)."""
        self._holdings.remove(entry)
        message, expires_at = entry.message, self._expiry(entry.message, now)
        self._arrive(
            self._entry(message, State.ACTIVE, self._holdings.next_number(), entry.first_number, now, expires_at)
        )

    def _store(self, entry: Entry) -> None:
        self._holdings.add(entry)
        self._notify()


def _nobody() -> None:
    """Whom a queue tells that nobody watches."""
