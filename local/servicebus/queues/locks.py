"""The locks on a queue's messages."""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

from local.servicebus.errors import LockLostError, RefusedError
from local.servicebus.queues.deadlines import Deadlines
from local.servicebus.queues.entry import Entry

type Clock = Callable[[], int]
"""Milliseconds since 1970."""


class Locks:
    """Entries by lock token, each until its lock is released or ends."""

    def __init__(self, duration: int, clock: Clock, lost: Callable[[], RefusedError] = LockLostError) -> None:
        self._duration = duration
        self._clock = clock
        self._lost = lost
        self._entries: dict[UUID, Entry] = {}
        self._by_session: dict[str, dict[UUID, Entry]] = {}
        self._ends = Deadlines[UUID]()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def take(self, entry: Entry) -> None:
        """Lock an entry from now on."""
        self._extend(entry, self._hold(entry))

    def take_with_session(self, entry: Entry, until: int) -> None:
        """Lock an entry for as long as the lock on its session is kept: it does not end by itself."""
        token = self._hold(entry)
        entry.locked_until = until
        self._by_session.setdefault(entry.session_id or "", {})[token] = entry

    def of_session(self, session_id: str) -> list[Entry]:
        """Return what is locked of a session."""
        return list(self._by_session.get(session_id, {}).values())

    def renew(self, token: UUID) -> int:
        """Let a lock last a whole duration from now, and return until when."""
        entry = self.held(token)
        self._extend(entry, token)
        return entry.locked_until

    def release(self, token: UUID) -> Entry:
        """End a lock and return what was locked; raise `RefusedError` when it has ended before."""
        return self.free(self.held(token))

    def free(self, entry: Entry) -> Entry:
        """End the lock on an entry, whether it lasts or not."""
        assert entry.token is not None
        del self._entries[entry.token]
        self._ends.discard(entry.token)
        if entry.session_id is not None:
            self._leave_session(entry.session_id, entry.token)
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

    def _hold(self, entry: Entry) -> UUID:
        entry.token = token = uuid4()
        self._entries[token] = entry
        return token

    def _extend(self, entry: Entry, token: UUID) -> None:
        entry.locked_until = self._clock() + self._duration
        self._ends.set(token, entry.locked_until)

    def _leave_session(self, session_id: str, token: UUID) -> None:
        held = self._by_session[session_id]
        del held[token]
        if not held:
            del self._by_session[session_id]

    def held(self, token: UUID) -> Entry:
        """Return what is locked; raise `RefusedError` when the lock has ended."""
        entry = self._entries.get(token)
        if entry is None or entry.locked_until <= self._clock():
            raise self._lost()
        return entry
