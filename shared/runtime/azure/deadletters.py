"""The dead-letter sub-queues of Azure Service Bus, for operators."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from typing import Any

from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

from shared.runtime.azure.connection import Connection, ConnectionString
from shared.runtime.deadletters import DeadLetter
from shared.runtime.errors import Unavailable

WAIT_SECONDS = 5.0
"""How long nothing comes out before there is nothing left."""
AT_ONCE = 50
"""Messages locked at a time: few enough to be handled before their locks end."""


class AzureDeadLetters:
    """Dead letters in a Service Bus namespace, or in an emulator."""

    def __init__(self, connection: Connection) -> None:
        """Take the address; each call opens its own connection and closes it."""
        self._connection = connection

    async def peek(self, queues: Sequence[str], limit: int) -> list[DeadLetter]:
        # All at once: opening and closing a link takes the SDK a second.
        found = await asyncio.gather(*(self._peek(queue, limit) for queue in queues))
        return list(chain.from_iterable(found))

    async def take(self, queue: str, limit: int, handle: Callable[[DeadLetter], Awaitable[None]]) -> int:
        taken = 0
        async with self._receiver(queue) as receiver:
            while taken < limit:
                messages = await receiver.receive_messages(min(AT_ONCE, limit - taken), max_wait_time=WAIT_SECONDS)
                if not messages:
                    break
                for message in messages:
                    await handle(_letter(queue, message))
                    await receiver.complete_message(message)
                    taken += 1
        return taken

    async def _peek(self, queue: str, limit: int) -> list[DeadLetter]:
        found: list[DeadLetter] = []
        async with self._receiver(queue) as receiver:
            following = 0
            while len(found) < limit:
                page = await receiver.peek_messages(limit - len(found), sequence_number=following)
                if not page:
                    break
                found += [_letter(queue, message) for message in page]
                following = (page[-1].sequence_number or 0) + 1
        return found

    @asynccontextmanager
    async def _receiver(self, queue: str) -> AsyncIterator[ServiceBusReceiver]:
        try:
            async with (
                self._client() as client,
                client.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver,
            ):
                yield receiver
        except AzureError as error:
            raise Unavailable(
                f"Service Bus does not give the dead letters of {queue}: {type(error).__name__}."
            ) from error

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[ServiceBusClient]:
        # One repetition: an operator waits, and can start again.
        options: dict[str, Any] = {"retry_total": 1}
        if isinstance(self._connection, ConnectionString):
            async with ServiceBusClient.from_connection_string(self._connection.text, **options) as client:
                yield client
            return
        async with (
            self._connection.credential() as credential,
            ServiceBusClient(self._connection.address, credential, **options) as client,
        ):
            yield client


def _letter(queue: str, message: ServiceBusReceivedMessage) -> DeadLetter:
    return DeadLetter(
        queue,
        str(message.message_id),
        b"".join(message.body),
        message.dead_letter_reason or "",
        message.delivery_count or 0,
        message.enqueued_time_utc,
    )
