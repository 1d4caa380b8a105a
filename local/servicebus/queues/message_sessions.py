"""The sessions of a queue: messages with one session id, which one receiver at a time has (Service Bus, "sessions")."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local.servicebus.errors import SESSION_CANNOT_BE_LOCKED, RefusedError, SessionLostError
from local.servicebus.queues.deadlines import Deadlines
from local.servicebus.queues.locks import Clock

type Loser = Callable[[], None]
"""Told when the lock on a session ended."""


@dataclass(slots=True)
class MessageSession:
    """What is known of a session besides its messages: its state, and who holds it."""

    id: str
    state: bytes | None = None
    updated_at: int = 0
    """When the state was set."""
    locked_until: int = 0
    holder: Loser | None = None


class MessageSessions:
    """Sessions by id: those that are held, and those with a state."""

    def __init__(self, lock_duration: int, clock: Clock) -> None:
        self._lock_duration = lock_duration
        self._clock = clock
        self._sessions: dict[str, MessageSession] = {}
        self._ends = Deadlines[str]()

    def __iter__(self) -> Iterator[MessageSession]:
        return iter(self._sessions.values())

    def lock(self, session_id: str, holder: Loser) -> MessageSession:
        """Give a session to a holder; raise `RefusedError` where another one has it."""
        session = self._sessions.setdefault(session_id, MessageSession(session_id))
        if session.holder is not None:
            raise RefusedError(
                SESSION_CANNOT_BE_LOCKED,
                f"The requested session '{session.id}' cannot be accepted. It may be locked by another receiver.",
            )
        session.holder = holder
        self.renew(session)
        return session

    def renew(self, session: MessageSession) -> None:
        """Let a lock last a whole duration from now."""
        session.locked_until = self._clock() + self._lock_duration
        self._ends.set(session.id, session.locked_until)

    def is_locked(self, session_id: str | None) -> bool:
        """Tell whether somebody has a session, and the lock lasts."""
        session = self._sessions.get(session_id or "")
        return session is not None and session.holder is not None and session.locked_until > self._clock()

    def held(self, session_id: str | None) -> MessageSession:
        """Return a session that is locked; raise `SessionLostError`."""
        if session_id is None or not self.is_locked(session_id):
            raise SessionLostError
        return self._sessions[session_id]

    def release(self, session: MessageSession) -> None:
        """End the lock on a session."""
        session.holder = None
        self._ends.discard(session.id)
        if session.state is None:
            del self._sessions[session.id]

    def restore(self, session_id: str, state: bytes | None, updated_at: int) -> None:
        """Give a session the state that it had, or none."""
        if state is None:
            self._sessions.pop(session_id, None)
        else:
            self._sessions[session_id] = MessageSession(session_id, state, updated_at)

    def pop_ended(self, now: int) -> Iterator[MessageSession]:
        """Yield the sessions whose locks end by now; each is still its holder's."""
        return (self._sessions[session_id] for session_id in self._ends.pop_due(now))

    def next_end(self) -> int | None:
        """Return when the next lock ends."""
        return self._ends.next()
