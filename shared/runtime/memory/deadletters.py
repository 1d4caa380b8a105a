"""The dead letters of the queues in memory."""

from collections.abc import Awaitable, Callable, Sequence

from shared.runtime.deadletters import DeadLetter
from shared.runtime.memory.bus import Delivery, MemoryBus, Queue


class MemoryDeadLetters:
    """What a MemoryBus has put aside, always because of too many deliveries."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus

    async def peek(self, queues: Sequence[str], limit: int) -> list[DeadLetter]:
        return [_letter(delivery) for queue in queues for delivery in self._dead(queue)[:limit]]

    async def take(self, queue: str, limit: int, handle: Callable[[DeadLetter], Awaitable[None]]) -> int:
        first = self._dead(queue)[:limit]
        for delivery in first:
            await handle(_letter(delivery))
            self._dead(queue).remove(delivery)
        return len(first)

    def _dead(self, queue: str) -> list[Delivery]:
        return self._bus.queues.get(queue, Queue()).dead


def _letter(delivery: Delivery) -> DeadLetter:
    message = delivery.message
    reason = "MaxDeliveryCountExceeded"
    return DeadLetter(delivery.queue, message.id, message.body, reason, delivery.deliveries, delivery.due)
