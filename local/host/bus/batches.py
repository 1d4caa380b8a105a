"""Batch dispatch: one invocation for as many messages as have come, one batch at a time.

The locks of a batch are not renewed, as in Azure: `MaxAutoLockRenewalDuration` "does not apply for functions that
receive a batch of messages" (ServiceBusOptions of the WebJobs extension).
"""

import asyncio
import logging
from datetime import UTC, datetime

from azure.servicebus import ServiceBusReceivedMessage

from local.host.bus.link import QueueLink
from local.host.bus.settlement import Settlement
from local.host.hostjson import ServiceBusOptions

# How long a receiver of .NET looks for more messages once it has one.
_GATHER_SECONDS = 0.02
_log = logging.getLogger("host.servicebus")


class Batches:
    """Messages that wait to be a batch, and the batch in hand."""

    def __init__(self, queue: str, settlement: Settlement, options: ServiceBusOptions) -> None:
        self._queue = queue
        self._settlement = settlement
        self._options = options
        self._waiting: list[ServiceBusReceivedMessage] = []
        self._arrived = asyncio.Event()
        self._in_hand: asyncio.Task[None] | None = None
        self._told = False

    def deliver(self, message: ServiceBusReceivedMessage) -> None:
        """Let a message wait for its batch."""
        self._waiting.append(message)
        self._arrived.set()

    async def take(self, link: QueueLink) -> None:
        """Gather a batch and run it, one after the other, until cancelled; a batch in hand goes on then."""
        while True:
            if len(self._waiting) < self._options.max_batch:
                await link.grant(self._options.max_batch - len(self._waiting))
            await self._gather()
            await link.drain()
            if ahead := self._options.prefetch_count:
                await link.grant(ahead)
            await asyncio.shield(self._run())

    async def flush(self) -> None:
        """Run what has come and waits for more: nothing more will."""
        await self.settled()
        while self._waiting:
            await self._run()

    async def settled(self) -> None:
        """Return when no batch is in hand."""
        if self._in_hand is not None:
            await asyncio.wait([self._in_hand])

    async def _gather(self) -> None:
        """Wait for a first message, for those right behind it, and for a batch of the least size, within limits."""
        await self._until(1, None)
        await self._until(self._options.max_batch, _GATHER_SECONDS)
        await self._until(self._options.min_batch, self._longest_wait())

    async def _until(self, count: int, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                while len(self._waiting) < count:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            return

    def _longest_wait(self) -> float:
        """As long as the app says, but not longer than half of the lock: the other half is for the function."""
        wanted = self._options.max_batch_wait.total_seconds()
        until = self._waiting[0].locked_until_utc
        if until is None or self._options.min_batch == 1:
            return wanted
        half = (until - datetime.now(UTC)).total_seconds() / 2
        if half < wanted and not self._told:
            self._told = True
            _log.warning("%s: maxBatchWaitTime is more than half of the lock: waiting %.1f s", self._queue, half)
        return min(wanted, half)

    def _run(self) -> asyncio.Task[None]:
        batch, self._waiting = (
            self._waiting[: self._options.max_batch],
            self._waiting[self._options.max_batch :],
        )
        self._in_hand = asyncio.create_task(self._settlement.run(batch))
        return self._in_hand
