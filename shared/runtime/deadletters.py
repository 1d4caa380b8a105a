"""What the broker has put aside: messages whose handling crashed too often, or that nobody took in time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message in a queue's dead-letter sub-queue, and the broker's reason."""

    queue: str
    id: str
    body: bytes
    reason: str
    deliveries: int
    enqueued_at: datetime | None


class DeadLetters(Protocol):
    """Dead letters by queue. Both methods raise Unavailable where the broker does not answer."""

    async def peek(self, queues: Sequence[str], limit: int) -> list[DeadLetter]:
        """Return the first ones of each queue, and leave them there."""

    async def take(self, queue: str, limit: int, handle: Callable[[DeadLetter], Awaitable[None]]) -> int:
        """Hand over the first ones, remove each that was handled, and return how many."""
