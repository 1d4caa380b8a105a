"""Agents for operators: lists and changes."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from shared.agents.agent import AGENTS
from shared.agents.checks import faults_of
from shared.agents.messages import PutAgent
from shared.api.agents import AgentView, find_agent
from shared.cli.rows import rows
from shared.cli.sending import commands, send
from shared.cli.services import Services
from shared.cli.waiting import until_applied
from shared.runtime.codec import plain
from shared.runtime.envelope import Body
from shared.runtime.errors import CarebusError

WORDS = {
    "transition_not_allowed": "Whoever comes in is available or away first.",
    "unknown_presence": "Agents are available, busy, away or offline.",
    "invalid_value": "The agent's capacity, skills or queues cannot be so.",
}
"""Why an agent refuses."""


class NoSuchAgent(CarebusError):
    """There is no such agent."""


class NotDone(CarebusError):
    """The command was refused."""


async def listed(services: Services) -> list[dict[str, Any]]:
    """Return a line for each agent, with their slots as they are now."""
    lines = [row async for row in rows(services.store, "views", AGENTS)]
    found = [await find_agent(services.store, str(row.data["data"]["id"])) for row in lines]
    return [told(AgentView.of(agent)) for agent in found if agent is not None]


async def say(services: Services, bodies: Sequence[Body], wait_seconds: float | None) -> None:
    """Send commands and, where asked to, wait for them; raises NotDone."""
    wanted = commands(bodies, services)
    await send(services, wanted)
    if wait_seconds is None:
        return
    refused = await until_applied(services, wanted, timedelta(seconds=wait_seconds))
    if refused:
        reason = refused[0].reason
        raise NotDone(f"It was refused ({reason}). {WORDS.get(reason, '')}".rstrip())


async def present(services: Services, agent: str) -> None:
    """Raise NoSuchAgent where there is none."""
    if await find_agent(services.store, agent) is None:
        raise NoSuchAgent(f"There is no agent {agent}.")


def skills_of(text: str) -> dict[str, int]:
    """Read `pumps:3 german:5`; raises ValueError."""
    pairs = [item.rpartition(":") for item in text.split()]
    return {name: int(level) for name, _, level in pairs}


def skills_text(skills: Mapping[str, int]) -> str:
    """Return skills as they are written: `german:5 pumps:3`."""
    return " ".join(f"{name}:{skills[name]}" for name in sorted(skills))


def fault_of(body: PutAgent) -> str:
    """Return what is wrong with an agent, in one line."""
    return "; ".join(f"{field} {reason}" for field, reason in faults_of(body))


def told(agent: object) -> dict[str, Any]:
    """Return an agent as a table shows one."""
    line: dict[str, Any] = plain(agent)
    return {**line, "skills": skills_text(line["skills"]), "queues": " ".join(line["queues"])}
