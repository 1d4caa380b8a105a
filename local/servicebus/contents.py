"""The messages that a queue holds, found by what they wait for."""

import heapq
from collections.abc import Iterator

from local.servicebus.deadlines import Deadlines, earliest
from local.servicebus.entry import Entry, State


class Contents:
    """Entries by sequence number; the ready ones in order, the others by when something happens to them."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._ready: list[int] = []
        """A heap; numbers whose entry is gone or not ready any more are skipped when they come up."""
        self._deferred: set[int] = set()
        self._scheduled = Deadlines[int]()
        self._expiries = Deadlines[int]()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __getitem__(self, number: int) -> Entry:
        return self._entries[number]

    @property
    def scheduled_count(self) -> int:
        """How many wait for their time."""
        return len(self._scheduled)

    @property
    def deferred_count(self) -> int:
        """How many were put aside, locked or not."""
        return len(self._deferred)

    def add(self, entry: Entry) -> None:
        """Take an entry in."""
        self._entries[entry.number] = entry
        if entry.state is State.SCHEDULED:
            self._scheduled.set(entry.number, entry.message.scheduled_for or 0)
        elif entry.state is State.DEFERRED:
            self._deferred.add(entry.number)
        else:
            self.make_ready(entry)
        if entry.expires_at is not None:
            self._expiries.set(entry.number, entry.expires_at)

    def remove(self, entry: Entry) -> None:
        """Let an entry go."""
        del self._entries[entry.number]
        self._deferred.discard(entry.number)
        self._scheduled.discard(entry.number)
        self._expiries.discard(entry.number)

    def make_ready(self, entry: Entry) -> None:
        """Let an entry that was held be had again: in its turn, or by its number if it was put aside."""
        if entry.state is State.ACTIVE:
            heapq.heappush(self._ready, entry.number)

    def put_aside(self, entry: Entry) -> None:
        """Defer an entry."""
        entry.state = State.DEFERRED
        self._deferred.add(entry.number)

    def pop_ready(self) -> Entry | None:
        """Take the next entry out of the ready ones; it stays in the contents."""
        while self._ready:
            entry = self._entries.get(heapq.heappop(self._ready))
            if entry is not None and entry.is_ready:
                return entry
        return None

    def find(self, number: int, state: State) -> Entry | None:
        """Return the entry of a number if it is in a state and nobody holds it."""
        entry = self._entries.get(number)
        return entry if entry is not None and entry.state is state and entry.token is None else None

    def pop_scheduled(self, now: int) -> Iterator[Entry]:
        """Yield the scheduled entries that are due."""
        return (self._entries[number] for number in self._scheduled.pop_due(now))

    def pop_expired(self, now: int) -> Iterator[Entry]:
        """Yield the entries whose time to live is over, each once."""
        return (self._entries[number] for number in self._expiries.pop_due(now))

    def next_deadline(self) -> int | None:
        """Return when the next entry is due or expires."""
        return earliest(self._scheduled.next(), self._expiries.next())

    def page(self, from_number: int, count: int) -> list[Entry]:
        """Return entries in the order of their numbers."""
        numbers = heapq.nsmallest(count, (number for number in self._entries if number >= from_number))
        return [self._entries[number] for number in numbers]
