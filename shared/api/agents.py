"""`/api/agents`: who works on cases, what they can do, and whether they are there."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.agents.agent import AGENTS, HEAD, TABLE, Agent
from shared.agents.checks import faults_of
from shared.agents.messages import PutAgent, SetPresence
from shared.api.access import Agent as AnyAgent
from shared.api.access import OnlySupervisor, is_supervisor, same_origin
from shared.api.change import Change, Place, refusal_of
from shared.api.json_only import json_only
from shared.api.listing import Listing, Paged, Source
from shared.api.problems import FORBIDDEN, INVALID, NOT_FOUND, NOT_NOW, version_changed
from shared.api.services import Provided, Services
from shared.runtime.aggregate import read_head
from shared.runtime.codec import typed
from shared.runtime.ids import quoted
from shared.runtime.problem import FieldError, Problem
from shared.runtime.store import Row, Store

AgentId = Annotated[str, Path(alias="agent", max_length=256)]
Asked = Annotated[Change, Depends()]

router = APIRouter(prefix="/api/agents", tags=["agents"])


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLine:
    """An agent in a list."""

    id: str
    name: str
    capacity: int
    skills: Mapping[str, int]
    queues: tuple[str, ...]
    presence: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView(AgentLine):
    """An agent, and the cases that they have slots for."""

    free_slots: int
    cases: tuple[str, ...]
    last_assigned_at: datetime | None

    @classmethod
    def of(cls, agent: Agent) -> Self:
        return cls(
            id=agent.id,
            name=agent.name,
            capacity=agent.capacity,
            skills=agent.skills,
            queues=agent.queues,
            presence=agent.presence,
            version=agent.version,
            free_slots=agent.free,
            cases=tuple(agent.slots.values()),
            last_assigned_at=agent.last_assigned_at,
        )


class Profile(BaseModel):
    """What is said of an agent, as a whole: what is left out is none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=200)
    capacity: int = Field(ge=0, le=100)
    skills: dict[str, int] = Field(default_factory=dict)
    queues: list[str] = Field(default_factory=list)


class Presence(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    presence: Literal["available", "busy", "away", "offline"]


CHANGES: dict[int | str, dict[str, Any]] = {200: {"model": AgentView, "description": "Applied, with Prefer: wait"}}


@router.get("")
async def list_agents(_agent: AnyAgent, services: Provided, pager: Paged) -> Listing[AgentLine]:
    """List all agents. What they have at the moment, each agent's own page tells."""

    def line(row: Row) -> AgentLine | None:
        return typed(AgentLine, row.data["data"]) if row.data["data"] is not None else None

    return await pager.read(services.store, Source("views", AGENTS), line)


@router.get("/{agent}")
async def show_agent(_agent: AnyAgent, services: Provided, agent_id: AgentId, response: Response) -> AgentView:
    """Show an agent. The ETag is what If-Match takes."""
    agent = await known_agent(services, agent_id)
    response.headers["ETag"] = etag_of(agent)
    return AgentView.of(agent)


@router.put("/{agent}", status_code=202, dependencies=[Depends(same_origin), Depends(json_only)], responses=CHANGES)
async def put_agent(by: OnlySupervisor, change: Asked, agent_id: AgentId, body: Profile) -> Response:
    """Create an agent, or change one as a whole; presence and cases stay. The id is the one that they sign in with."""
    command = PutAgent(
        agent_id, body.name, by.id, body.capacity, body.skills, tuple(body.queues), if_version=change.if_version
    )

    async def check() -> None:
        known = (await change.services.definitions.fresh()).queues
        faults = [FieldError(field, reason) for field, reason in faults_of(command)]
        missing = [name for name in body.queues if name not in known]
        faults += [FieldError("queues", "names a queue that is not published") for _ in missing]
        if faults:
            raise Problem(INVALID, f"Wrong: {', '.join(dict.fromkeys(fault.field for fault in faults))}.", faults)

    return await _changed(change, change.id(by.id, "put", agent_id), command, check)


@router.put(
    "/{agent}/presence",
    status_code=202,
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses=CHANGES,
)
async def set_presence(by: AnyAgent, change: Asked, agent_id: AgentId, body: Presence) -> Response:
    """Say whether you are there; a supervisor may say it of others."""
    if by.id != agent_id and not is_supervisor(by):
        raise Problem(FORBIDDEN, "Only a supervisor may change the presence of others.")
    await known_agent(change.services, agent_id)
    command = SetPresence(agent_id, body.presence, by.id, change.if_version)
    return await _changed(change, change.id(by.id, "presence", agent_id), command)


async def find_agent(store: Store, agent_id: str) -> Agent | None:
    return await read_head(store, TABLE, quoted(agent_id), HEAD, Agent)


async def known_agent(services: Services, agent_id: str) -> Agent:
    """Return the agent; raises Problem (404)."""
    agent = await find_agent(services.store, agent_id)
    if agent is None:
        raise Problem(NOT_FOUND, "There is no agent with this id.")
    return agent


def etag_of(agent: Agent) -> str:
    """Return the entity tag of an agent: its version, strong (RFC 9110, 8.8.3)."""
    return f'"{agent.version}"'


async def _nothing() -> None:
    """There is nothing else to check."""


async def _changed(
    change: Change, id_: str, command: PutAgent | SetPresence, check: Callable[[], Awaitable[None]] = _nothing
) -> Response:
    services, location = change.services, f"/api/agents/{quoted(command.agent)}"

    async def checked() -> None:
        await check()
        held = await find_agent(services.store, command.agent)
        change.check_version("agent", etag_of(held) if held else "")

    row = await change.apply(Place(TABLE, quoted(command.agent)), id_, command, checked)
    if row is None:
        return change.accepted(location, {"command": id_, "agent": command.agent})
    if refusal := refusal_of(row):
        if refusal.reason == "version_changed":
            raise version_changed("agent")
        refused = FieldError(refusal.field, refusal.reason)
        raise Problem(NOT_NOW, f"The agent refuses this: {refused.reason}.", [refused])
    agent = await known_agent(services, command.agent)
    return change.done(location, AgentView.of(agent), etag_of(agent))
