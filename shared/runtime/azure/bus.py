"""The Bus on Azure Service Bus."""

import asyncio
from collections.abc import Sequence
from typing import Any

from azure.core.credentials_async import AsyncTokenCredential
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender

from shared.runtime.azure.connection import Connection, ConnectionString
from shared.runtime.azure.sender import TRY_SECONDS, QueueSender
from shared.runtime.bus import MAX_MESSAGE_BYTES, BusMessage
from shared.runtime.errors import TooLarge


class AzureBus:
    """A Bus in a Service Bus namespace, or in an emulator: one client a process, one link a queue."""

    def __init__(self, connection: Connection, try_seconds: float = TRY_SECONDS) -> None:
        """Take the address, and how long an attempt may last; nothing is opened before the first, inside its loop."""
        self._connection = connection
        self._try_seconds = try_seconds
        self._client: ServiceBusClient | None = None
        self._credential: AsyncTokenCredential | None = None
        self._senders: dict[str, QueueSender] = {}

    async def send(self, queue: str, messages: Sequence[BusMessage]) -> None:
        if any(len(message.body) > MAX_MESSAGE_BYTES for message in messages):
            raise TooLarge(f"A message for {queue} is larger than {MAX_MESSAGE_BYTES} bytes.")
        if messages:
            await self._sender(queue).send([_wire(message) for message in messages])

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(sender.close() for sender in self._senders.values()))
        if self._client is not None:
            await self._client.close()
        if self._credential is not None:
            await self._credential.close()

    def _sender(self, queue: str) -> QueueSender:
        if (sender := self._senders.get(queue)) is None:
            sender = self._senders[queue] = QueueSender(queue, lambda: self._link(queue), self._try_seconds)
        return sender

    def _link(self, queue: str) -> ServiceBusSender:
        if self._client is None:
            self._client = self._open()
        return self._client.get_queue_sender(queue)

    def _open(self) -> ServiceBusClient:
        # The SDK's own retries reuse the broken link; ours take a new one.
        options: dict[str, Any] = {"retry_total": 0, "try_timeout": self._try_seconds}
        if isinstance(self._connection, ConnectionString):
            return ServiceBusClient.from_connection_string(self._connection.text, **options)
        self._credential = self._connection.credential()
        return ServiceBusClient(self._connection.address, self._credential, **options)


def _wire(message: BusMessage) -> ServiceBusMessage:
    """Return the message with nothing but its body, id and due time: properties are shown in logs and tools."""
    return ServiceBusMessage(
        message.body,
        message_id=message.id,
        content_type="application/json",
        scheduled_enqueue_time_utc=message.at,
    )
