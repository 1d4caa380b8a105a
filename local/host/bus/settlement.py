"""Runs a function for messages, and settles them by how that went: completed, or abandoned where it failed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusReceiver
from azure.servicebus.exceptions import ServiceBusError

from local.host.logs import one_line
from local.host.worker import InvocationError

type Messages = Sequence[ServiceBusReceivedMessage]
type Invoke = Callable[[Messages], Awaitable[object]]

_log = logging.getLogger("host.servicebus")


class Settlement:
    """What every way of dispatching does in the end."""

    def __init__(self, queue: str, receiver: ServiceBusReceiver, invoke: Invoke) -> None:
        self._queue = queue
        self._receiver = receiver
        self._invoke = invoke

    async def run(self, messages: Messages) -> None:
        """Run the function once for all of these messages, and settle each."""
        settle = self._receiver.complete_message
        try:
            await self._invoke(messages)
        except InvocationError as error:
            settle = self._receiver.abandon_message
            _log.error("%s\n%s", error, error.trace)
        if len(messages) == 1:
            await self._settle(settle, messages[0])
        else:
            await asyncio.gather(*[self._settle(settle, message) for message in messages])

    async def _settle(
        self, settle: Callable[[ServiceBusReceivedMessage], Awaitable[None]], message: ServiceBusReceivedMessage
    ) -> None:
        try:
            await settle(message)
        except (ServiceBusError, OSError) as error:
            _log.warning(
                "%s: message %s could not be settled and comes again: %s",
                self._queue,
                message.message_id,
                one_line(error),
            )
