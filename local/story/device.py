"""Devices and those who speak for them: what they report, by signed webhook or onto the bus."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from standardwebhooks import Webhook

from local.cloud.settings import SENDER
from local.story.reply import Reply

TRIGGER = "iot-device-malfunction"
SOURCE = "/plants/berlin/4"
QUEUE = "device-events"


def malfunction(event: str, **data: object) -> bytes:
    """Return a CloudEvent as JSON: a device has found an error."""
    now = datetime.now(UTC).isoformat()
    fields = {"specversion": "1.0", "id": event, "source": SOURCE, "type": TRIGGER, "time": now}
    return json.dumps({**fields, "data": data}).encode()


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """A system that posts events, signed as https://www.standardwebhooks.com says."""

    session: aiohttp.ClientSession
    url: str
    secret: str

    async def send(self, event: bytes, webhook_id: str) -> Reply:
        """Post one event."""
        now = datetime.now(UTC)
        headers = {
            "Content-Type": "application/cloudevents+json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(webhook_id, now, event.decode()),
        }
        address = f"{self.url}/api/webhooks/{SENDER}"
        async with self.session.post(address, data=event, headers=headers) as response:
            return await Reply.of(response)


@dataclass(frozen=True, slots=True)
class BusProducer:
    """A system that puts events onto the bus itself, with nothing but Microsoft's SDK."""

    sender: ServiceBusSender

    @classmethod
    @asynccontextmanager
    async def connected(cls, connection: str) -> AsyncIterator["BusProducer"]:
        """Keep a link open, as a producer does: opening one takes half a second."""
        async with (
            ServiceBusClient.from_connection_string(connection) as client,
            client.get_queue_sender(QUEUE) as sender,
        ):
            yield cls(sender)

    async def send(self, event: bytes) -> None:
        """Send an event; return once the bus has it."""
        await self.sender.send_messages(ServiceBusMessage(event))
