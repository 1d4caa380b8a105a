"""What the runtime needs of Service Bus to send. Receiving is the Functions host's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MAX_MESSAGE_BYTES = 192 * 1024
"""Largest body we send: Service Bus Standard takes 256 KiB with headers and properties."""


@dataclass(frozen=True, slots=True)
class BusMessage:
    """One message for a queue; the broker drops a repeated `id` inside its duplicate window."""

    id: str
    body: bytes
    at: datetime | None = None
    """When the broker hands it out (UTC); None is at once."""


class Bus(Protocol):
    """Queues by name."""

    async def send(self, queue: str, messages: Sequence[BusMessage]) -> None:
        """Return once all are durable, in one batch where they fit; raises Unavailable, Throttled, TooLarge."""
