"""The bus, seen from outside: whether anything is still on its way."""

from dataclasses import dataclass

import aiohttp


@dataclass(frozen=True, slots=True)
class Queues:
    """What the queues hold, by the emulator's own account."""

    session: aiohttp.ClientSession
    admin_url: str

    async def are_idle(self) -> bool:
        """Say whether nothing is waiting or in hand; what is scheduled for later does not count."""
        return await self._sum("active", "locked") == 0

    async def dead_letters(self) -> int:
        """Count what was given up."""
        return await self._sum("deadletter")

    async def _sum(self, *states: str) -> int:
        async with self.session.get(f"{self.admin_url}/queues") as response:
            queues = (await response.json())["queues"]
        return sum(counts[state] for counts in queues.values() for state in states)
