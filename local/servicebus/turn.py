"""One turn of the event loop, the unit in which the broker works."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Pumped(Protocol):
    """Something that hands out messages."""

    def pump(self) -> None:
        """Hand out what may go."""


class Flushed(Protocol):
    """Something with answers to send."""

    def flush(self) -> None:
        """Send them."""


class Turn:
    """Collects what a turn touches; at its end messages go out, everything is made durable, then all is answered.

    So one write to the disk serves all that happened in the turn, and nobody hears of what is not durable.
    """

    def __init__(self, commit: Callable[[], None], fail: Callable[[Exception], None]) -> None:
        self._commit = commit
        self._fail = fail
        self._pumped: dict[Pumped, None] = {}
        self._flushed: dict[Flushed, None] = {}
        self._is_ending = False

    def touch(self, entity: Pumped) -> None:
        """Let an entity hand out messages at the end of this turn."""
        self._pumped[entity] = None
        self._end_soon()

    def answer(self, connection: Flushed) -> None:
        """Let a connection send its answers once this turn is durable."""
        self._flushed[connection] = None
        self._end_soon()

    def finish(self) -> None:
        """End the turn now, for there is none after it."""
        self._end()

    def _end_soon(self) -> None:
        if not self._is_ending:
            self._is_ending = True
            asyncio.get_running_loop().call_soon(self._end)

    def _end(self) -> None:
        try:
            while self._pumped:  # what one hands on wakes another
                pumped, self._pumped = self._pumped, {}
                for entity in pumped:
                    entity.pump()
            self._commit()
        except Exception as error:  # a full disk or a bug: nothing may be answered any more
            self._fail(error)
            return
        flushed, self._flushed = self._flushed, {}
        self._is_ending = False
        for connection in flushed:
            connection.flush()
