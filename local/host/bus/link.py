"""One AMQP link to a queue: the SDK's receiver, driven by a single reader.

The SDK has whoever waits for something read the socket, under a lock that writers need too. With a receive and
settlements at the same time each blocks the others for up to its 0.2 s read time-out: measured, 400 ms to complete
a message on an idle queue and 1,000 messages/s on a busy one, against 0.6 ms and 3,600/s this way. Hence the private
names of azure-servicebus in this module, and in no other; its version is pinned.
"""
# ruff: noqa: SLF001

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus._pyamqp.constants import LinkState
from azure.servicebus._pyamqp.error import AMQPException
from azure.servicebus.aio import ServiceBusReceiver

# Reading also sends heartbeats when they are due, and looks after those who wait for a frame that never comes.
_READ_SECONDS = 0.5
_DRAIN_SECONDS = 2.0
_DRAIN_FIELD = 8  # of a flow frame (part 2.7.4)
_log = logging.getLogger("host.servicebus")


class LinkLostError(Exception):
    """The broker took the link away."""


class QueueLink:
    """Delivers messages as they come, as many as it has been granted."""

    def __init__(self, receiver: ServiceBusReceiver, deliver: Callable[[ServiceBusReceivedMessage], None]) -> None:
        self.receiver = receiver
        self._deliver = deliver
        self._frame_read = asyncio.Event()
        self._closing = False
        self._unsent = bytearray()
        self._scheduled: set[Callable[[], None]] = set()

    async def open(self) -> None:
        """Attach to the queue; nothing is delivered before `grant`."""
        receiver: Any = self.receiver
        await receiver._open_with_retry()
        handler = receiver._handler
        self._authenticated: Callable[[], Awaitable[bool]] = handler.auth_complete_async
        self._connection, self._link = handler._connection, handler._link
        self._read = self._connection.listen
        self._connection.listen = self._wait_for_frame
        self._connection._transport.write = self._write
        self._release, self._link._on_transfer = self._link._on_transfer, self._transferred
        self._link._incoming_flow = self._void_credit

    async def pump(self) -> None:
        """Read frames until cancelled; raises when connection or link are gone."""
        try:
            while True:
                await self._read(wait=_READ_SECONDS)
                self._later(self._wake)
                if not self._closing and self._link.get_state() is not LinkState.ATTACHED:
                    raise LinkLostError("the broker detached the link")
        except AMQPException:
            if not self._closing:
                raise
        finally:
            self._connection.listen = self._read
            self._wake()

    async def grant(self, messages: int) -> None:
        """Let the broker send that many messages from now on, whatever was granted before."""
        await self._link.flow(link_credit=messages)

    async def stop_taking(self) -> None:
        """Take no more; what is already on its way goes back at once, its delivery count as it was."""
        self._link._on_transfer = self._release
        await self.drain()

    async def drain(self) -> None:
        """Return when the broker sends nothing more before the next grant.

        AMQP has a word for that (part 2.6.7): the broker uses up the credit, or says that it is void.
        """
        if self._link.current_link_credit <= 0:
            return
        await self._link.flow(link_credit=self._link.current_link_credit, drain=True)
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while self._link.current_link_credit > 0:
                    await self._frame_read.wait()
        except TimeoutError:
            _log.warning("the broker does not answer; messages on their way stay locked until their locks end")

    async def stay_authorized(self) -> None:
        """Renew the link's token when it is about to end; raises where it is refused."""
        while not await self._authenticated():
            pass

    async def close(self) -> None:
        """Detach and disconnect."""
        self._closing = True
        await self.receiver.close()

    async def _write(self, frame: bytes) -> None:
        """Send a frame with all others of this turn of the event loop: a system call costs more than a frame."""
        self._unsent += frame
        self._later(self._flush)

    def _flush(self) -> None:
        stream = self._connection._transport.writer
        if stream is not None:
            stream.write(bytes(self._unsent))
        self._unsent.clear()

    async def _void_credit(self, frame: Any) -> None:
        if frame[_DRAIN_FIELD]:
            self._link.current_link_credit = 0

    async def _transferred(self, frame: Any, message: Any) -> None:
        self._deliver(self.receiver._build_received_message((frame, message)))

    async def _wait_for_frame(self, **_: object) -> None:
        """What everything but the pump gets for reading the socket: the news that frames were read.

        It comes after the pump's read time-out at the latest; the callers look at their own clocks then.
        """
        await self._frame_read.wait()

    def _wake(self) -> None:
        """Let all who wait look whether a frame was theirs."""
        self._frame_read.set()
        self._frame_read = asyncio.Event()

    def _later(self, callback: Callable[[], None]) -> None:
        """Call once at the end of this turn of the event loop, however often it was asked for."""
        if callback not in self._scheduled:
            self._scheduled.add(callback)
            asyncio.get_running_loop().call_soon(self._call, callback)

    def _call(self, callback: Callable[[], None]) -> None:
        self._scheduled.discard(callback)
        callback()
