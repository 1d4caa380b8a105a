"""Messages in hand: taken from a queue as slots are free, run, settled, their locks kept."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusReceiver
from azure.servicebus.exceptions import ServiceBusError

from local.host.hostjson import ServiceBusOptions
from local.host.link import QueueLink
from local.host.logs import one_line
from local.host.worker import InvocationError

type Invoke = Callable[[ServiceBusReceivedMessage], Awaitable[object]]

_UPKEEP_SECONDS = 0.5
_log = logging.getLogger("host.servicebus")


@dataclass(slots=True)
class Lock:
    """The lock on a message in hand: how long it holds at a time, and until when it is kept."""

    message: ServiceBusReceivedMessage
    duration: timedelta
    keep_until: datetime

    def due(self, now: datetime) -> bool:
        """Whether half of the lock is used up, and it is still to be kept."""
        locked_until = self.message.locked_until_utc
        return locked_until is not None and now < self.keep_until and locked_until - now < self.duration / 2


class Reception:
    """One connection's worth of messages from a queue, until it is stopped or the connection is lost."""

    def __init__(self, queue: str, receiver: ServiceBusReceiver, invoke: Invoke, options: ServiceBusOptions) -> None:
        self._queue = queue
        self._invoke = invoke
        self._options = options
        self._link = QueueLink(receiver, self._deliver)
        self._slots = asyncio.Semaphore(options.max_concurrent_calls)
        self._tasks: set[asyncio.Task[None]] = set()
        self._locks: dict[int, Lock] = {}
        self._freed = asyncio.Event()

    async def open(self) -> None:
        """Attach to the queue."""
        await self._link.open()

    async def run(self, stopping: asyncio.Event) -> None:
        """Take messages until told to stop, then finish what is in hand; raises when the connection is lost."""
        async with asyncio.TaskGroup() as group:
            pump = group.create_task(self._link.pump())
            upkeep = group.create_task(self._upkeep())
            granting = group.create_task(self._grant())
            await stopping.wait()
            granting.cancel()
            await self._link.stop_taking()
            await self._all_settled()
            upkeep.cancel()
            await self._link.close()
            pump.cancel()

    async def finish(self) -> None:
        """After the connection was lost: let the messages in hand come to their end, and close."""
        await self._all_settled()
        await self._link.close()

    async def _all_settled(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _deliver(self, message: ServiceBusReceivedMessage) -> None:
        task = asyncio.create_task(self._handle(message))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._freed.set()
        if not task.cancelled() and (error := task.exception()):
            _log.error("%s: a message is left to its lock", self._queue, exc_info=error)

    async def _handle(self, message: ServiceBusReceivedMessage) -> None:
        self._keep_lock(message)
        try:
            async with self._slots:
                await self._run(message)
        finally:
            self._locks.pop(id(message), None)

    async def _run(self, message: ServiceBusReceivedMessage) -> None:
        receiver = self._link.receiver
        settle = receiver.complete_message
        try:
            await self._invoke(message)
        except InvocationError as error:
            settle = receiver.abandon_message
            _log.error("%s\n%s", error, error.trace)
        try:
            await settle(message)
        except (ServiceBusError, OSError) as error:
            _log.warning(
                "%s: message %s could not be settled and comes again: %s",
                self._queue,
                message.message_id,
                one_line(error),
            )

    def _keep_lock(self, message: ServiceBusReceivedMessage) -> None:
        now, until = datetime.now(UTC), message.locked_until_utc
        if until is not None:
            self._locks[id(message)] = Lock(message, until - now, now + self._options.max_lock_renewal)

    async def _grant(self) -> None:
        capacity = self._options.max_concurrent_calls + self._options.prefetch_count
        while True:
            self._freed.clear()
            await self._link.grant(max(0, capacity - len(self._tasks)))
            await self._freed.wait()

    async def _upkeep(self) -> None:
        while True:
            await asyncio.sleep(_UPKEEP_SECONDS)
            await self._link.stay_authorized()
            now = datetime.now(UTC)
            for lock in [lock for lock in self._locks.values() if lock.due(now)]:
                await self._renew(lock)

    async def _renew(self, lock: Lock) -> None:
        try:
            await self._link.receiver.renew_message_lock(lock.message)
        except ServiceBusError as error:
            self._locks.pop(id(lock.message), None)
            _log.warning(
                "%s: the lock of message %s is lost: %s", self._queue, lock.message.message_id, one_line(error)
            )
