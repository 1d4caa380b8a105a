"""One queue's connection to Service Bus: one send at a time, and a new connection where the old one is broken."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusSender
from azure.servicebus.exceptions import (
    MessageSizeExceededError,
    ServiceBusAuthenticationError,
    ServiceBusQuotaExceededError,
    ServiceBusServerBusyError,
)

from shared.runtime import log
from shared.runtime.errors import Throttled, TooLarge, Unavailable

TRY_SECONDS = 5.0
"""One attempt, the link's opening included. A send makes two, and waits for as long for those before it."""
IDLE_SECONDS = 240.0
"""Service Bus detaches a link after ten idle minutes, load balancers forget it sooner; the next send would stall."""
CLOSE_SECONDS = 2.0

_BUSY = (ServiceBusServerBusyError, ServiceBusQuotaExceededError)
_REFUSALS = (MessageSizeExceededError, *_BUSY)
"""Answers that came over a sound link."""


class QueueSender:
    """Sends to one queue. The SDK's senders are not safe for several coroutines, hence the lock."""

    def __init__(
        self,
        queue: str,
        connect: Callable[[], ServiceBusSender],
        try_seconds: float = TRY_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """Take the queue's name and how to get a new link to it."""
        self._queue = queue
        self._connect = connect
        self._try_seconds = try_seconds
        self._idle_seconds = idle_seconds
        self._lock = asyncio.Lock()
        self._link: ServiceBusSender | None = None
        self._used = 0.0

    async def send(self, messages: Sequence[ServiceBusMessage]) -> None:
        """Send in one batch, or as few as it takes; raises Unavailable, Throttled, TooLarge.

        A second attempt may send again what the broker has: it knows it by the message id.
        """
        async with self._meaning(), asyncio.timeout(3 * self._try_seconds), self._lock:
            if time.monotonic() - self._used > self._idle_seconds:
                await self._drop()
            try:
                await self._attempt(messages)
            except _REFUSALS:
                raise
            except (AzureError, TimeoutError) as error:
                log.warning("servicebus_reconnecting", queue=self._queue, trouble=type(error).__name__)
                await self._attempt(messages)

    async def close(self) -> None:
        """Close the link; the next send would open another."""
        async with self._lock:
            await self._drop()

    async def _attempt(self, messages: Sequence[ServiceBusMessage]) -> None:
        if self._link is None:
            self._link = self._connect()
        try:
            async with asyncio.timeout(self._try_seconds):
                await _send(self._link, messages)
        except _REFUSALS:
            raise
        except BaseException:
            # Whatever broke off the send, cancellation included, left the link in a state nobody knows.
            await self._drop()
            raise
        self._used = time.monotonic()

    async def _drop(self) -> None:
        link, self._link = self._link, None
        if link is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await link.close()
        except Exception as error:
            # A broken link may fail to close in any way; it is given up all the same.
            log.info("servicebus_close_failed", queue=self._queue, trouble=type(error).__name__)

    @asynccontextmanager
    async def _meaning(self) -> AsyncIterator[None]:
        """Raise our errors instead of the SDK's."""
        try:
            yield
        except MessageSizeExceededError as error:
            raise TooLarge(f"A message for {self._queue} is larger than Service Bus takes.") from error
        except _BUSY as error:
            raise Throttled(f"Service Bus asks for a pause on {self._queue}: {type(error).__name__}.") from error
        except ServiceBusAuthenticationError as error:  # the service refuses a token for a queue that is not there
            raise Unavailable(
                f"Service Bus does not let us send to {self._queue}: there is no such queue, or no right to it."
            ) from error
        except (AzureError, TimeoutError) as error:
            raise Unavailable(
                f"Service Bus did not take a message for {self._queue}: {type(error).__name__}."
            ) from error


async def _send(link: ServiceBusSender, messages: Sequence[ServiceBusMessage]) -> None:
    """Fill a batch, send it, and go on with the next."""
    if len(messages) == 1:
        return await link.send_messages(messages[0])
    batch = await link.create_message_batch()
    for message in messages:
        try:
            batch.add_message(message)
        except MessageSizeExceededError:
            await link.send_messages(batch)
            batch = await link.create_message_batch()
            batch.add_message(message)
    return await link.send_messages(batch)
