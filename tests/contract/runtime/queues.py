"""Both ends of a queue, for either bus: the Bus under test sends, and the suite reads what came out."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from azure.servicebus import ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import MessageLockLostError

from shared.runtime.azure.bus import AzureBus
from shared.runtime.azure.connection import ConnectionString
from shared.runtime.bus import Bus
from shared.runtime.memory.bus import Delivery, MemoryBus

MAX_DELIVERIES = 3
PATIENCE = timedelta(seconds=90)
"""Longer than any lock or delay of these tests; only a failing test waits for so long."""


@dataclass(frozen=True)
class Received:
    """A message, and the lock on it."""

    id: str
    body: bytes
    deliveries: int
    lock: Any


class Queues(Protocol):
    """A bus with its receiving end. Times are UTC."""

    @property
    def bus(self) -> Bus: ...

    def now(self) -> datetime: ...

    async def receive(self, queue: str) -> Received:
        """Lock the next message, as soon as there is one."""

    async def complete(self, message: Received) -> bool:
        """Settle; False where the lock was lost."""

    async def abandon(self, message: Received) -> None: ...

    async def dead(self, queue: str) -> Received:
        """Return the first dead letter, as soon as there is one."""


class VirtualClock:
    """Time that only passes when somebody waits."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    async def pause(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class MemoryQueues:
    """The MemoryBus on a virtual clock."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.bus = MemoryBus(self.clock, max_deliveries=MAX_DELIVERIES)

    def now(self) -> datetime:
        return self.clock.now()

    async def receive(self, queue: str) -> Received:
        deadline = self.now() + PATIENCE
        while (delivery := self.bus.receive(queue)) is None:
            assert self.now() < deadline, f"nothing came out of {queue}"
            await self.clock.pause(1)
        return _remembered(delivery)

    async def complete(self, message: Received) -> bool:
        return self.bus.complete(message.lock)

    async def abandon(self, message: Received) -> None:
        self.bus.abandon(message.lock)

    async def dead(self, queue: str) -> Received:
        return _remembered(self.bus.queues[queue].dead[0])


class RealQueues:
    """The AzureBus, and the SDK's receivers."""

    def __init__(self, connection_string: str) -> None:
        self.bus = AzureBus(ConnectionString(connection_string))
        self._client = ServiceBusClient.from_connection_string(connection_string)
        self._receivers: dict[tuple[str, ServiceBusSubQueue | None], ServiceBusReceiver] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.gather(self.bus.close(), *(receiver.close() for receiver in self._receivers.values()))
        await self._client.close()

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def receive(self, queue: str) -> Received:
        return await self._next(queue, None)

    async def complete(self, message: Received) -> bool:
        receiver, locked = message.lock
        try:
            await receiver.complete_message(locked)
        except MessageLockLostError:
            return False
        return True

    async def abandon(self, message: Received) -> None:
        receiver, locked = message.lock
        await receiver.abandon_message(locked)

    async def dead(self, queue: str) -> Received:
        return await self._next(queue, ServiceBusSubQueue.DEAD_LETTER)

    async def _next(self, queue: str, sub_queue: ServiceBusSubQueue | None) -> Received:
        receiver = self._receivers.get((queue, sub_queue))
        if receiver is None:
            receiver = self._client.get_queue_receiver(queue, sub_queue=sub_queue)
            self._receivers[queue, sub_queue] = receiver
        messages = await receiver.receive_messages(max_message_count=1, max_wait_time=PATIENCE.total_seconds())
        assert messages, f"nothing came out of {queue}"
        return _delivered(receiver, messages[0])


def write_config(path: Path, queues: int) -> Path:
    """Write a Config.json with so many queues of each kind: `queue-0`, and `short-lock-0` with a lock of 2 s."""
    kinds = [(f"queue-{n}", "PT1M") for n in range(queues)] + [(f"short-lock-{n}", "PT2S") for n in range(queues)]
    namespace = {"Name": "sbemulatorns", "Queues": [_queue(name, lock) for name, lock in kinds]}
    path.write_text(json.dumps({"UserConfig": {"Namespaces": [namespace], "Logging": {"Type": "Console"}}}))
    return path


def _queue(name: str, lock: str) -> dict[str, Any]:
    duplicates = {"RequiresDuplicateDetection": True, "DuplicateDetectionHistoryTimeWindow": "PT5M"}
    return {"Name": name, "Properties": {"LockDuration": lock, "MaxDeliveryCount": MAX_DELIVERIES, **duplicates}}


def _remembered(delivery: Delivery) -> Received:
    return Received(delivery.message.id, delivery.message.body, delivery.deliveries, delivery)


def _delivered(receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage) -> Received:
    body = b"".join(message.body)
    return Received(str(message.message_id), body, (message.delivery_count or 0) + 1, (receiver, message))
