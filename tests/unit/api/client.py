"""Somebody who calls the API, signed in as App Service authentication would tell it."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.api import app
from tests.unit.pages.world import CASE, ENVIRONMENT, World

SIGNED_IN = {**ENVIRONMENT, "WEBSITE_AUTH_ENABLED": "True"}
OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"


def principal(*roles: str, subject: str = "11111111-2222") -> dict[str, str]:
    """Return the header that the platform adds for a signed-in principal."""
    claims = [{"typ": OBJECT_ID, "val": subject}, *({"typ": "roles", "val": role} for role in roles)]
    return {"X-MS-CLIENT-PRINCIPAL": b64encode(json.dumps({"auth_typ": "aad", "claims": claims}).encode()).decode()}


@dataclass(slots=True)
class Api:
    """The app over a world in memory; commands on its bus are handled while a caller waits."""

    world: World = field(default_factory=lambda: World(environment=SIGNED_IN))
    headers: Mapping[str, str] = field(default_factory=lambda: principal("agent"))
    works: bool = True
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        transport = httpx.ASGITransport(app.Api(self.world.services))
        self.client = httpx.AsyncClient(transport=transport, base_url="https://care.example.org")
        if self.works:
            self.world.clock.meanwhile = self.world.work

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={**self.headers, **headers})

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Ask for a change of the case; header names are given with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(
            f"/api/cases/{CASE}/{path}", json=body if body is not None else {}, headers={**self.headers, **named}
        )

    def sent(self) -> int:
        """Count the commands that wait on the bus."""
        return len(self.world.bus.ready("case-commands"))


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem that a response must be."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:carebus:problem:")
    assert body["next"]
    return body
