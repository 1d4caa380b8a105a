"""Waiting for conditions, with a limit that only a defect reaches."""

import asyncio
from collections.abc import Callable

from tests.cloud.host import Host
from tests.cloud.servicebus import Emulator

LIMIT_SECONDS = 60


async def until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; TimeoutError where it never does."""
    async with asyncio.timeout(LIMIT_SECONDS):
        # The condition is another process's: no event of ours tells of it.
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def wait_for_output(host: Host, text: str) -> None:
    """Return when the host has printed the text."""
    await until(lambda: text in host.output)


async def eventually(bus: Emulator, queue: str, **counts: int) -> None:
    """Return when the queue has these counts."""
    await until(lambda: counts.items() <= bus.counts(queue).items())
