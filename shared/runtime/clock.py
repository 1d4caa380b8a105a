"""The one clock. Everything that asks for the time or waits does so through it."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Protocol

MAX_SKEW = timedelta(minutes=2)
"""How far ahead a sender's clock is believed: one laptop's wrong time must not become every later message's time."""


class Clock(Protocol):
    """Wall-clock time in UTC, and the only way to wait."""

    def now(self) -> datetime: ...

    async def pause(self, seconds: float) -> None:
        """Wait about that long: jittered, so that those who failed together do not come back together."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds * random.uniform(0.5, 1.0))  # noqa: S311 - no secret depends on it


def latest(clock: Clock, said: datetime) -> datetime:
    """Return the later of clock and message: what was said has happened, whoever's clock is behind."""
    now = clock.now()
    return max(now, min(said, now + MAX_SKEW))
