"""What a queue holds and knows, with every change recorded so that a restart finds it."""

from collections.abc import Callable, Iterator

from local.servicebus.queues.contents import Contents
from local.servicebus.queues.entry import Entry, State
from local.servicebus.queues.history import History
from local.servicebus.queues.message import Message
from local.servicebus.queues.records import Drop, LastNumber, Put, Record, Remember, Update

type Recorder = Callable[[Record], None]
type SessionOf = Callable[[Message], str | None]


class Holdings:
    """Messages, the sequence number given last, and the ids seen; locks are not among it."""

    def __init__(self, queue: str, record: Recorder, duplicate_window: int | None, session_of: SessionOf) -> None:
        self.contents = Contents()
        self._queue = queue
        self._record = record
        self._session_of = session_of
        self._history = History(duplicate_window)
        self._last_number = 0

    def is_repeat(self, message: Message, now: int) -> bool:
        """Tell whether a message's id was seen inside the window; one that was not is from now on."""
        if not self._history.is_kept:
            return False
        if self._history.contains(message.message_id, now):
            return True
        self._history.add(message.message_id, now)
        self._record(Remember(self._queue, message.message_id, now))
        return False

    def next_number(self) -> int:
        """Return a sequence number that was not given before."""
        self._last_number += 1
        return self._last_number

    def record_number(self) -> None:
        """Record the number given last, where no message is stored under it."""
        self._record(LastNumber(self._queue, self._last_number))

    def add(self, entry: Entry) -> None:
        """Take an entry in."""
        self.contents.add(entry)
        self._record(entry.put_record(self._queue))

    def remove(self, entry: Entry) -> None:
        """Let an entry go."""
        self.contents.remove(entry)
        self._record(Drop(self._queue, entry.number))

    def alter(self, entry: Entry, message: Message) -> None:
        """Put a message in the place of the one that an entry holds."""
        entry.message = message
        self._record(Drop(self._queue, entry.number))
        self._record(entry.put_record(self._queue))

    def record_change(self, entry: Entry) -> None:
        """Record an entry's state and delivery count."""
        self._record(entry.update_record(self._queue))

    def records(self) -> Iterator[Record]:
        """Yield the shortest list of records that restores all this."""
        yield LastNumber(self._queue, self._last_number)
        for message_id, seen_at in self._history:
            yield Remember(self._queue, message_id, seen_at)
        for entry in self.contents:
            yield entry.put_record(self._queue)

    def record_count(self) -> int:
        """Return how many records these are."""
        return 1 + len(self._history) + len(self.contents)

    def restore(self, record: Record) -> None:
        """Apply a record of an earlier life; nothing is recorded again."""
        match record:
            case Put():
                self._last_number = max(self._last_number, record.number)
                self.contents.add(Entry.of_record(record, self._session_of(record.message)))
            case Update(number=number):
                entry = self.contents[number]
                entry.delivery_count = record.delivery_count
                if record.state == State.DEFERRED:
                    self.contents.put_aside(entry)
            case Drop(number=number):
                self.contents.remove(self.contents[number])
            case Remember():
                self._history.add(record.message_id, record.seen_at)
            case LastNumber(number=number):
                self._last_number = max(self._last_number, number)
