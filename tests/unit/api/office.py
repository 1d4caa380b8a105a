"""A world with queues, rules and agents, and people who work in it by the API."""

import asyncio
from typing import Any

import httpx

from shared.agents.messages import PutAgent, SetPresence
from shared.definitions.loader import load
from tests.unit.api.client import SIGNED_IN, Api, principal
from tests.unit.pages.world import World

QUEUES = """
queue: first
title: First line
---
queue: experts
kind: private
skills: {pumps: 3}
---
queue: returns
assignment: manual
"""
ROUTING = """
---
routing: cases
rules: [{rule: burning, when: {attribute: case.priority, op: eq, value: critical}, queue: experts}]
otherwise: {queue: first}
"""


class Office:
    """The API; `kim` is an agent, `boss` a supervisor, and both sign in by these ids."""

    def __init__(self) -> None:
        self.world = World(environment=SIGNED_IN)
        self.api = Api(self.world)

    async def publish(self, text: str = QUEUES + ROUTING) -> None:
        await self.world.services.definitions.publish(load({"office.yaml": text}))
        await self.world.clock.pause(60)

    async def has_agent(self, agent: str = "kim", presence: str = "available", **fields: Any) -> None:
        known: dict[str, Any] = {"capacity": 2, "queues": ("first",)}
        await self.world.say(PutAgent(agent, agent.title(), "boss", **{**known, **fields}))
        steps = {"offline": (), "busy": ("available", "busy")}.get(presence, (presence,))
        for step in steps:
            await self.world.say(SetPresence(agent, step, agent))
        await self.world.work()

    async def has_case(self, case: str = "K-1", **fields: Any) -> None:
        await self.world.has_case(f"Case {case}", case, **fields)
        await self.world.work()

    async def get(self, path: str, by: str = "kim") -> httpx.Response:
        return await self.api.client.get(path, headers=signed_in(by))

    async def seen(self, path: str, by: str = "kim") -> Any:
        response = await self.get(path, by)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, body: Any = None, by: str = "kim", **headers: str) -> httpx.Response:
        return await self.api.client.post(path, json=body or {}, headers=_named(by, headers))

    async def put(self, path: str, body: Any, by: str = "boss", **headers: str) -> httpx.Response:
        return await self.api.client.put(path, json=body, headers=_named(by, headers))

    async def worked_by(self, case: str = "K-1") -> str:
        return str((await self.seen(f"/api/cases/{case}"))["worked_by"])


def signed_in(by: str) -> dict[str, str]:
    return principal("supervisor" if by == "boss" else "agent", subject=by)


def _named(by: str, headers: dict[str, str]) -> dict[str, str]:
    patient = {"Prefer": "wait=10", **headers}
    return signed_in(by) | {name.replace("_", "-"): value for name, value in patient.items() if value}


async def office(*, routed: bool = True) -> Office:
    """Return one whose definitions are in force."""
    found = Office()
    await found.publish(QUEUES + ROUTING if routed else QUEUES)
    return found


async def at_once(*requests: Any) -> list[httpx.Response]:
    return list(await asyncio.gather(*requests))
