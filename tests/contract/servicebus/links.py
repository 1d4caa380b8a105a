"""A sender and a receiver of the unmodified SDK."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender

from tests.cloud.servicebus import Emulator

PATIENCE = 20
"""Seconds after which a message that has not come is missing."""


def client(emulator: Emulator, **options: Any) -> ServiceBusClient:
    """Return a client that does not wait long before it tries again."""
    return ServiceBusClient.from_connection_string(
        emulator.connection_string, retry_backoff_factor=0.02, retry_backoff_max=0.2, **options
    )


@asynccontextmanager
async def links(
    emulator: Emulator, queue: str, **options: Any
) -> AsyncIterator[tuple[ServiceBusSender, ServiceBusReceiver]]:
    """Open a link in each direction; options are the receiver's."""
    async with (
        client(emulator) as opened,
        opened.get_queue_sender(queue) as sender,
        opened.get_queue_receiver(queue, **options) as receiver,
    ):
        yield sender, receiver


async def receive(receiver: ServiceBusReceiver, count: int = 1) -> Sequence[ServiceBusReceivedMessage]:
    """Receive as many messages as must come."""
    messages: list[ServiceBusReceivedMessage] = []
    while len(messages) < count:
        batch = await receiver.receive_messages(count - len(messages), max_wait_time=PATIENCE)
        assert batch, f"{len(messages)} of {count} messages came"
        messages += batch
    return messages


def numbered(count: int, body: bytes = b"hello") -> list[ServiceBusMessage]:
    """Return messages with the ids 0, 1, ..."""
    return [ServiceBusMessage(body, message_id=str(number)) for number in range(count)]


def ids(messages: Sequence[ServiceBusReceivedMessage]) -> list[str | None]:
    """Return message ids."""
    return [each.message_id for each in messages]
