"""Waiting for what must become true, instead of sleeping for as long as it may take."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

PATIENCE_SECONDS = 30
LOOK_AGAIN = 0.05


class NeverHappened(Exception):
    """What the story waited for did not come about."""


async def until[T](what: str, look: Callable[[], Awaitable[T | None]], patience: float = PATIENCE_SECONDS) -> T:
    """Look again and again, and return the first thing seen; raises NeverHappened with `what` in the end."""
    try:
        async with asyncio.timeout(patience):
            while True:
                if seen := await look():
                    return seen
                await asyncio.sleep(LOOK_AGAIN)
    except TimeoutError:
        raise NeverHappened(f"{what}: not within {patience} seconds") from None


async def until_one[T](what: str, look: Callable[[], Awaitable[Sequence[T]]]) -> T:
    """Look until there is something, and return it; raises NeverHappened, too, where there is more than one."""
    seen = await until(what, look)
    if len(seen) != 1:
        raise NeverHappened(f"{what}: {len(seen)} instead of one")
    return seen[0]
