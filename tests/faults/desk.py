"""An agent who resolves cases over the API, whatever happens to it meanwhile."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.faults.cloud import Cloud

LOOK_AGAIN = 1.0
PAGE = 200
TAKEN = (200, 202)


@dataclass
class Desk:
    """Resolves the open cases that it is told to."""

    cloud: Cloud
    wants: Callable[[dict[str, Any]], bool]
    """Whether a case of the list shall be resolved."""
    resolved: set[str] = field(default_factory=set, init=False)
    """Cases whose resolution was accepted: from then on it must come."""
    _asked: set[str] = field(default_factory=set, init=False)

    async def work(self) -> None:
        """Look at the list of open cases, for ever."""
        while True:
            try:
                wanted = [case["id"] for case in await self._open_cases() if self.wants(case)]
                # Accepted, and the answer was lost: nobody else takes a case off the list.
                self.resolved |= self._asked - set(wanted)
                for case in wanted:
                    await self._resolve(case)
            except (aiohttp.ClientError, TimeoutError):
                pass  # whatever is away: the case is on the list until it is resolved
            await asyncio.sleep(LOOK_AGAIN)

    async def _open_cases(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        following: str | None = f"/api/cases?limit={PAGE}"
        while following is not None:
            async with self.cloud.http.get(self.cloud.host.url + following) as response:
                response.raise_for_status()
                page = await response.json()
            found, following = found + page["items"], page["next"]
        return found

    async def _resolve(self, case: str) -> None:
        """Ask under the case's own key: however often that is, it is one command."""
        if case in self.resolved:
            return
        self._asked.add(case)
        url, headers = f"{self.cloud.host.url}/api/cases/{case}/resolve", {"Idempotency-Key": case}
        async with self.cloud.http.post(url, json={"text": "Done."}, headers=headers) as response:
            if response.status in TAKEN:
                self.resolved.add(case)
