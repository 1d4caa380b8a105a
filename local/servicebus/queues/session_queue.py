"""A queue whose messages are had session by session."""

from collections.abc import Callable, Iterator

from local.servicebus.errors import NOT_ALLOWED, RefusedError, SessionLostError
from local.servicebus.queues.deadlines import earliest
from local.servicebus.queues.entry import Entry
from local.servicebus.queues.holdings import Recorder
from local.servicebus.queues.intake import Intake
from local.servicebus.queues.locks import Clock, Locks
from local.servicebus.queues.message import Message, check_id
from local.servicebus.queues.message_sessions import Loser, MessageSession, MessageSessions
from local.servicebus.queues.queue import Queue
from local.servicebus.queues.records import Record, SessionState
from local.servicebus.settings import QueueSettings


class SessionQueue(Queue):
    """Messages in order inside their session; what is locked of a session ends with the lock on the session."""

    def __init__(
        self, settings: QueueSettings, clock: Clock, record: Recorder, dead_letters: Intake | None = None
    ) -> None:
        super().__init__(settings, clock, record, dead_letters)
        self._record = record
        self._locks = Locks(settings.lock_duration, clock, SessionLostError)
        self._sessions = MessageSessions(settings.lock_duration, clock)

    def check(self, message: Message) -> None:
        """Refuse a message without a session, and one whose session id is too long."""
        session_id = message.session_id
        check_id("SessionId", session_id)
        if session_id is None:
            raise RefusedError(
                NOT_ALLOWED,
                f"'{self.name}': the SessionId was not set on a message, and the entity requires sessions.",
            )

    def accept(self, session_id: str | None, holder: Loser) -> MessageSession | None:
        """Give a session, or the next one with messages, to a holder; None where there is none.

        Raises `RefusedError` where another one holds the session that was asked for. A session that is asked for by
        its id need not have messages yet.
        """
        if session_id is None:
            session_id = self._contents.first_offered()
        if session_id is None:
            return None
        session = self._sessions.lock(session_id, holder)
        self._contents.withhold(session_id)
        self._notify()
        return session

    def close(self, session: MessageSession) -> None:
        """Let another have a session; what its holder has not settled is given back as if not delivered."""
        self._end(session, self._free if session.locked_until > self._clock() else self._give_back)

    def receive_deferred(self, numbers: list[int], session_id: str | None = None) -> list[Entry]:
        """Hand out deferred messages of a session that is held, locked: all or none."""
        self._sessions.held(session_id)
        return super().receive_deferred(numbers, session_id)

    def has_messages(self, session_id: str) -> bool:
        """Tell whether a session has messages to be had."""
        return self._contents.is_ready(session_id)

    def renew_session(self, session_id: str) -> int:
        """Lock a session for another lock duration from now, and return until when; raise `SessionLostError`."""
        session = self._sessions.held(session_id)
        self._sessions.renew(session)
        for entry in self._locks.of_session(session_id):
            entry.locked_until = session.locked_until
        return session.locked_until

    def session_state(self, session_id: str) -> bytes | None:
        """Return what was kept with a session; raise `SessionLostError`."""
        return self._sessions.held(session_id).state

    def set_session_state(self, session_id: str, state: bytes | None) -> None:
        """Keep something with a session, durably; raise `SessionLostError`."""
        session = self._sessions.held(session_id)
        session.state, session.updated_at = state, self._clock()
        self._record(self._state_record(session))

    def session_ids(self, updated_after: int | None) -> list[str]:
        """Return the sessions with messages or a state, or only those whose state was set after a time."""
        kept = [each for each in self._sessions if each.state is not None]
        if updated_after is None:
            return sorted({*self._contents.sessions(), *(each.id for each in kept)})
        return sorted(each.id for each in kept if each.updated_at > updated_after)

    def advance(self) -> None:
        """End the locks on sessions, then do what every queue does."""
        for session in self._sessions.pop_ended(self._clock()):
            lose = session.holder
            self._end(session, self._give_back)
            if lose is not None:
                lose()
        super().advance()

    def next_deadline(self) -> int | None:
        """Return when `advance` has something to do next."""
        return earliest(super().next_deadline(), self._sessions.next_end())

    def records(self) -> Iterator[Record]:
        """Yield what restores messages, then what restores the states of sessions."""
        yield from super().records()
        for session in self._sessions:
            if session.state is not None:
                yield self._state_record(session)

    def record_count(self) -> int:
        """Return how many records these are."""
        return super().record_count() + sum(session.state is not None for session in self._sessions)

    def restore(self, record: Record) -> None:
        """Apply a record of an earlier life."""
        if isinstance(record, SessionState):
            self._sessions.restore(record.session_id, record.state, record.updated_at)
        else:
            super().restore(record)

    def _end(self, session: MessageSession, give_back: Callable[[Entry], None]) -> None:
        """A lock that ran out counts as a delivery of all that was locked with it, a closed one does not.

        (Service Bus, "Message sessions", impact of delivery count.)
        """
        self._sessions.release(session)
        for entry in self._locks.of_session(session.id):
            give_back(self._locks.free(entry))
        self._contents.offer(session.id)
        self._notify()

    def _state_record(self, session: MessageSession) -> SessionState:
        return SessionState(self.name, session.id, session.state, session.updated_at)

    def _session_of(self, message: Message) -> str | None:
        return message.session_id

    def _next_ready(self, session_id: str | None) -> Entry | None:
        return super()._next_ready(session_id) if self._sessions.is_locked(session_id) else None

    def _lock(self, entry: Entry) -> None:
        self._locks.take_with_session(entry, self._sessions.held(entry.session_id).locked_until)
