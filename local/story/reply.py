"""An HTTP answer that holds JSON."""

from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and what came with it; `body` is None where it was no JSON."""

    status: int
    body: Any

    @classmethod
    async def of(cls, response: aiohttp.ClientResponse) -> "Reply":
        """Read a response to its end."""
        is_json = response.content_type.endswith("json")
        return cls(response.status, await response.json(content_type=None) if is_json else None)

    @property
    def problem(self) -> str:
        """The problem details (RFC 9457) in a line: what is wrong, and with which fields."""
        if not isinstance(self.body, dict) or "errors" not in self.body:
            return f"{self.status}, no problem details"
        faults = "; ".join(f"{error['field']}: {error['reason']}" for error in self.body["errors"])
        return f"{self.status} {self.body['title']} ({faults or self.body['detail']})"
