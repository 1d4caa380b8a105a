"""The agent and the operator: what they see and do over the API."""

from dataclasses import dataclass
from typing import Any

import aiohttp

from local.story.reply import Reply


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who is signed in; on this machine the development identity is."""

    session: aiohttp.ClientSession
    url: str

    async def cases(self, contact: str) -> list[dict[str, Any]]:
        """Return a contact's cases, the oldest first."""
        return await self._list("cases", contact=contact)

    async def case(self, case: str) -> dict[str, Any]:
        """Return one case with its timeline and occurrences."""
        return dict(await self._get(f"cases/{case}"))

    async def deliveries(self, contact: str) -> list[dict[str, Any]]:
        """Return what was sent to a contact."""
        return await self._list("deliveries", contact=contact)

    async def unmatched(self) -> list[dict[str, Any]]:
        """Return today's events that nobody could take."""
        return await self._list("unmatched")

    async def rejected(self) -> list[dict[str, Any]]:
        """Return today's messages that were refused for good."""
        return await self._list("rejected")

    async def not_entered(self, journey: str) -> list[dict[str, Any]]:
        """Return the events that did not start a journey."""
        return await self._list(f"journeys/{journey}/not-entered")

    async def resolve(self, case: str, text: str) -> Reply:
        """Resolve a case, and wait up to ten seconds until that is done."""
        body = {"resolution": "problem_solved", "text": text}
        headers = {"Prefer": "wait=10"}
        async with self.session.post(f"{self.url}/api/cases/{case}/resolve", json=body, headers=headers) as response:
            return await Reply.of(response)

    async def _list(self, path: str, **query: str) -> list[dict[str, Any]]:
        return list((await self._get(path, **query))["items"])

    async def _get(self, path: str, **query: str) -> Any:
        async with self.session.get(f"{self.url}/api/{path}", params=query) as response:
            response.raise_for_status()
            return await response.json()
