"""Single dispatch: an invocation for each message, several at once, each message's lock renewed."""

import asyncio
import logging

from azure.servicebus import ServiceBusReceivedMessage

from local.host.bus.link import QueueLink
from local.host.bus.locks import Locks
from local.host.bus.settlement import Settlement
from local.host.hostjson import ServiceBusOptions

_log = logging.getLogger("host.servicebus")


class Singles:
    """Messages in hand, each with a task of its own; a slot that gets free takes the next one."""

    def __init__(self, queue: str, settlement: Settlement, locks: Locks, options: ServiceBusOptions) -> None:
        self._queue = queue
        self._settlement = settlement
        self._locks = locks
        self._capacity = options.max_concurrent_calls + options.prefetch_count
        self._slots = asyncio.Semaphore(options.max_concurrent_calls)
        self._tasks: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()

    def deliver(self, message: ServiceBusReceivedMessage) -> None:
        """Take a message in hand."""
        task = asyncio.create_task(self._handle(message))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def take(self, link: QueueLink) -> None:
        """Let the broker send as many messages as there is room for, until cancelled."""
        while True:
            self._freed.clear()
            await link.grant(max(0, self._capacity - len(self._tasks)))
            await self._freed.wait()

    async def flush(self) -> None:
        """Nothing waits here that is not in hand already."""

    async def settled(self) -> None:
        """Return when nothing is in hand."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._freed.set()
        if not task.cancelled() and (error := task.exception()):
            _log.error("%s: a message is left to its lock", self._queue, exc_info=error)

    async def _handle(self, message: ServiceBusReceivedMessage) -> None:
        self._locks.keep(message)
        try:
            async with self._slots:
                await self._settlement.run([message])
        finally:
            self._locks.drop(message)
