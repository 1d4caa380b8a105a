"""Waiting for what must become true, with a deadline that only a defect reaches."""

import asyncio
import time
from collections.abc import Awaitable, Callable

LOOK_AGAIN = 0.1


class NeverHappened(AssertionError):
    """What a test waited for did not come about."""


async def until(what: str, look: Callable[[], Awaitable[bool]], within: float) -> float:
    """Return after how many seconds it was so; raises NeverHappened naming it after `within` seconds."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(within):
            # What is waited for is other processes': no event of ours tells of it.
            while not await look():  # noqa: ASYNC110
                await asyncio.sleep(LOOK_AGAIN)
    except TimeoutError:
        raise NeverHappened(f"{what}: not within {within:.0f} s") from None
    return time.monotonic() - began
