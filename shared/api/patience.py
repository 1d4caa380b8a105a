"""Looking again until something is so."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from shared.runtime.clock import Clock

FIRST_LOOK = 0.05
LONGEST_PAUSE = 0.5
"""Seconds between two looks at whether a command was applied; doubling from the one to the other."""


async def until[T](clock: Clock, seconds: float, look: Callable[[], Awaitable[T | None]]) -> T | None:
    """Look until there is something to see, or that many seconds are over."""
    deadline = clock.now() + timedelta(seconds=seconds)
    found, pause = None, FIRST_LOOK
    while found is None and clock.now() < deadline:
        await clock.pause(pause)
        found, pause = await look(), min(pause * 2, LONGEST_PAUSE)
    return found
