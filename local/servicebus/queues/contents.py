"""The messages that a queue holds, found by what they wait for."""

import heapq
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from itertools import islice

from local.servicebus.queues.deadlines import Deadlines, earliest
from local.servicebus.queues.entry import Entry, State
from local.servicebus.queues.sequence import Sequence


class Contents:
    """Entries by sequence number; the ready ones in order, the others by when something happens to them."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._order = Sequence()
        self._ready: dict[str | None, list[int]] = {}
        """A heap for each session; numbers whose entry is gone or not ready are skipped when they come up."""
        self._sizes = Counter[str]()
        self._offered = OrderedDict[str, None]()
        """Sessions that anybody may have, in the order in which they came to have messages; some have none any more."""
        self._withheld: set[str] = set()
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
        assert entry.number not in self._entries
        self._entries[entry.number] = entry
        self._order.add(entry.number)
        if entry.session_id is not None:
            self._sizes[entry.session_id] += 1
        if entry.state is State.SCHEDULED:
            self._scheduled.set(entry.number, entry.message.scheduled_for or 0)
        elif entry.state is State.DEFERRED:
            self._deferred.add(entry.number)
        else:
            self.make_ready(entry)
        if entry.expires_at is not None and entry.state is not State.DEFERRED:
            self._expiries.set(entry.number, entry.expires_at)

    def remove(self, entry: Entry) -> None:
        """Let an entry go."""
        del self._entries[entry.number]
        self._order.tidy(self._entries, len(self._entries))
        if entry.session_id is not None:
            self._leave_session(entry.session_id)
        self._deferred.discard(entry.number)
        self._scheduled.discard(entry.number)
        self._expiries.discard(entry.number)

    def make_ready(self, entry: Entry) -> None:
        """Let an entry that was held be had again: in its turn, or by its number if it was put aside."""
        if entry.state is State.ACTIVE:
            heapq.heappush(self._ready.setdefault(entry.session_id, []), entry.number)
            if entry.session_id is not None and entry.session_id not in self._withheld:
                self._offered[entry.session_id] = None

    def put_aside(self, entry: Entry) -> None:
        """Defer an entry; it does not expire before somebody asks for it (Service Bus, "Message deferral")."""
        self._expiries.discard(entry.number)
        entry.state = State.DEFERRED
        self._deferred.add(entry.number)

    def pop_ready(self, session_id: str | None = None) -> Entry | None:
        """Take the next entry out of the ready ones, of a session or of a queue without; it stays in the contents."""
        ready = self._ready.get(session_id, [])
        while ready:
            entry = self._entries.get(heapq.heappop(ready))
            if entry is not None and entry.is_ready:
                return entry
        return None

    def sessions(self) -> Iterator[str]:
        """Yield the sessions that have messages."""
        return iter(self._sizes)

    def first_offered(self) -> str | None:
        """Return the session that has had messages for whoever asks for longest."""
        while self._offered:
            session_id = next(iter(self._offered))
            if self.is_ready(session_id):
                return session_id
            del self._offered[session_id]
        return None

    def withhold(self, session_id: str) -> None:
        """Offer a session to nobody."""
        self._withheld.add(session_id)
        self._offered.pop(session_id, None)

    def offer(self, session_id: str) -> None:
        """Offer a session again, if it has messages."""
        self._withheld.discard(session_id)
        if self.is_ready(session_id):
            self._offered[session_id] = None

    def is_ready(self, session_id: str) -> bool:
        """Tell whether a session has messages to be had."""
        ready = self._ready.get(session_id, [])
        while ready:
            entry = self._entries.get(ready[0])
            if entry is not None and entry.is_ready:
                return True
            heapq.heappop(ready)
        return False

    def _leave_session(self, session_id: str) -> None:
        self._sizes[session_id] -= 1
        if not self._sizes[session_id]:
            del self._sizes[session_id]
            self._ready.pop(session_id, None)
            self._offered.pop(session_id, None)

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

    def page(self, from_number: int, count: int, wanted: Callable[[Entry], bool]) -> list[Entry]:
        """Return entries that are wanted, in the order of their numbers."""
        present = map(self._entries.get, self._order.at_least(from_number))
        return list(islice((entry for entry in present if entry is not None and wanted(entry)), count))
