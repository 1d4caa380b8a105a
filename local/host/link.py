"""One AMQP link to a queue: the SDK's receiver, driven by a single reader.

The SDK has whoever waits for something read the socket, under a lock that writers need too. With a receive and
settlements at the same time each blocks the others for up to its 0.2 s read time-out: measured, 400 ms to complete
a message on an idle queue and 1,000 messages/s on a busy one, against 0.6 ms and 3,600/s this way. Hence the private
names of azure-servicebus in this module, and in no other; its version is pinned.
"""
# ruff: noqa: SLF001

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusReceiver

# Often enough for heartbeats, which reading sends when they are due (idle time-outs are a minute and more).
_READ_SECONDS = 2.0


class LinkLostError(Exception):
    """The broker took the link away."""


class QueueLink:
    """Delivers messages as they come, as many as it has been granted."""

    def __init__(self, receiver: ServiceBusReceiver, deliver: Callable[[ServiceBusReceivedMessage], None]) -> None:
        self.receiver = receiver
        self._deliver = deliver
        self._frame_read = asyncio.Event()

    async def open(self) -> None:
        """Attach to the queue; nothing is delivered before `grant`."""
        receiver: Any = self.receiver
        await receiver._open_with_retry()
        handler = receiver._handler
        self._authenticated: Callable[[], Awaitable[bool]] = handler.auth_complete_async
        self._connection, self._link = handler._connection, handler._link
        self._read = self._connection.listen
        self._connection.listen = self._wait_for_frame
        # A stream takes a whole frame at once, so writers need no lock against the reader.
        self._connection._transport.write = self._connection._transport._write
        self._release, self._link._on_transfer = self._link._on_transfer, self._transferred

    async def pump(self) -> None:
        """Read frames until cancelled; raises when connection or link are gone."""
        while True:
            await self._read(wait=_READ_SECONDS)
            # Whoever waits looks whether the frame was theirs.
            self._frame_read.set()
            self._frame_read = asyncio.Event()
            if self._link.get_state().name != "ATTACHED":
                raise LinkLostError("the broker detached the link")

    async def grant(self, messages: int) -> None:
        """Let the broker send that many messages from now on, whatever was granted before."""
        await self._link.flow(link_credit=messages)

    async def stop_taking(self) -> None:
        """Ask for no more; what is already on its way goes back at once, its delivery count as it was."""
        self._link._on_transfer = self._release
        await self.grant(0)

    async def stay_authorized(self) -> None:
        """Renew the link's token when it is about to end; raises where it is refused."""
        while not await self._authenticated():
            pass

    async def close(self) -> None:
        """Detach and disconnect."""
        await self.receiver.close()

    async def _transferred(self, frame: Any, message: Any) -> None:
        self._deliver(self.receiver._build_received_message((frame, message)))

    async def _wait_for_frame(self, wait: float | bool = False, **_: object) -> None:
        """What everything but the pump gets for reading the socket: the news that a frame was read."""
        if self._connection._error:
            raise self._connection._error
        seconds = None if wait is True else wait or self._connection._socket_timeout
        try:
            await asyncio.wait_for(self._frame_read.wait(), seconds)
        except TimeoutError:
            return
