"""The link that receives one session of a queue."""

import asyncio
from typing import TYPE_CHECKING

from local.servicebus.amqp.performatives import Attach
from local.servicebus.amqp.types import Described, Long, Symbol, Value
from local.servicebus.entity import Entity
from local.servicebus.errors import TIMEOUT, RefusedError, SessionLostError
from local.servicebus.queues.entry import Entry
from local.servicebus.queues.message_sessions import MessageSession
from local.servicebus.queues.session_queue import SessionQueue
from local.servicebus.wire.links import QueueLink

if TYPE_CHECKING:
    from local.servicebus.wire.session import Session

SESSION_FILTER = Symbol("com.microsoft:session-filter")
_TIMEOUT = "com.microsoft:timeout"
_LOCKED_UNTIL = Symbol("com.microsoft:locked-until-utc")
_DEFAULT_TIMEOUT = 65_000
"""Milliseconds that a client waits which does not say for how long (the SDKs' operation timeout)."""
_TICKS_AT_1970 = 621_355_968_000_000_000
"""Of .NET's 100 nanoseconds since the year 1."""
_FILTER = 7


class SessionLink(QueueLink):
    """It is attached once it has a session: the one it asked for, or the next that is free."""

    def __init__(
        self, session: "Session", attach: Attach, entity: Entity, queue: SessionQueue, wanted: str | None
    ) -> None:
        super().__init__(session, attach, entity)
        self._sessions = queue
        self._wanted = wanted
        self._held: MessageSession | None = None
        self._lapsed: str | None = None
        self._gives_up: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Attach at once with a session of a name; wait for any other; raise `RefusedError`."""
        if not self.try_accept():
            self._gives_up = asyncio.get_running_loop().call_later(self._patience() / 1000, self._give_up)
            self._entity.apply(self)

    def try_accept(self) -> bool:
        """Take the session, attach and begin to receive; tell whether there is one."""
        self._held = self._sessions.accept(self._wanted, self._lose)
        if self._held is None:
            return False
        if self._gives_up is not None:
            self._gives_up.cancel()
        until = Long(self._held.locked_until * 10_000 + _TICKS_AT_1970)
        self._session.answer_attach(self.attach, self._source(self._held.id), {_LOCKED_UNTIL: until})
        self._entity.join(self)
        return True

    def is_idle(self, since: float) -> bool:
        """Tell whether it has a session for nothing; one that waits gives up by itself."""
        return (self._held is not None or self._lapsed is not None) and super().is_idle(since)

    def close(self) -> None:
        """Stop receiving, or waiting; let another have the session."""
        if self._gives_up is not None:
            self._gives_up.cancel()
        self._entity.withdraw(self)
        super().close()
        held, self._held = self._held, None
        if held is not None:
            self._sessions.close(held)

    def fetch(self) -> Entry | None:
        """Take the session's next message; where the session is lost there is none."""
        if self._held is None:
            if self._lapsed is not None and self._sessions.has_messages(self._lapsed):
                self._detach()
            return None
        if self._presettled:
            return self._sessions.receive_and_delete(self._held.id)
        return self._sessions.receive(self._held.id)

    def _lose(self) -> None:
        """Whoever has nothing to settle learns that the lock ended only when there would be more: so the service."""
        held, self._held = self._held, None
        if self._presettled and held is not None:
            self._lapsed = held.id
        else:
            self._detach()

    def _detach(self) -> None:
        self._session.detach(self.attach, SessionLostError())

    def _give_up(self) -> None:
        self._entity.withdraw(self)
        self._session.refuse_attach(
            self.attach, RefusedError(TIMEOUT, "There is no session with messages that nobody has.")
        )

    def _patience(self) -> int:
        timeout = (self.attach.properties or {}).get(_TIMEOUT)
        return timeout if isinstance(timeout, int) else _DEFAULT_TIMEOUT

    def _source(self, session_id: str) -> Described:
        """Return the client's source with the session that it got."""
        source = self.attach.source
        assert source is not None
        fields: list[Value] = [*source.value]
        fields[_FILTER] = {**fields[_FILTER], SESSION_FILTER: session_id}
        return Described(source.descriptor, fields)
