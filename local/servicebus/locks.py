"""The locks on a queue's messages."""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

from local.servicebus.deadlines import Deadlines
from local.servicebus.entry import Entry
from local.servicebus.errors import LockLostError

type Clock = Callable[[], int]
"""Milliseconds since 1970."""


class Locks:
    """Entries by lock token, each until its lock is released or ends."""

    def __init__(self, duration: int, clock: Clock) -> None:
        self._duration = duration
        self._clock = clock
        self._entries: dict[UUID, Entry] = {}
        self._ends = Deadlines[UUID]()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def take(self, entry: Entry) -> None:
        """Lock an entry from now on."""
        entry.token = token = uuid4()
        self._entries[token] = entry
        self._extend(entry, token)

    def renew(self, token: UUID) -> int:
        """Let a lock last a whole duration from now, and return until when."""
        entry = self._held(token)
        self._extend(entry, token)
        return entry.locked_until

    def release(self, token: UUID) -> Entry:
        """End a lock and return what was locked; raise `LockLostError` when it has ended before."""
        entry = self._held(token)
        del self._entries[token]
        self._ends.discard(token)
        entry.token = None
        return entry

    def pop_ended(self, now: int) -> Iterator[Entry]:
        """Yield the entries whose locks end by now, free."""
        for token in self._ends.pop_due(now):
            entry = self._entries.pop(token)
            entry.token = None
            yield entry

    def next_end(self) -> int | None:
        """Return when the next lock ends."""
        return self._ends.next()

    def _extend(self, entry: Entry, token: UUID) -> None:
        entry.locked_until = self._clock() + self._duration
        self._ends.set(token, entry.locked_until)

    def _held(self, token: UUID) -> Entry:
        entry = self._entries.get(token)
        if entry is None or entry.locked_until <= self._clock():
            raise LockLostError
        return entry
