"""The one clock. Everything that asks for the time or waits does so through it."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Protocol


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
