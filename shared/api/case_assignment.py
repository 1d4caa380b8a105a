"""`POST /api/cases/{case}/{pick|assign|release|route|queue}`: who works on a case, and where it waits."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from shared.agents.agent import Agent as Colleague
from shared.agents.slots import Glance, assign_case, pick_case
from shared.api.access import Agent, OnlySupervisor, is_supervisor, same_origin
from shared.api.agents import find_agent
from shared.api.case_change import NotTaken
from shared.api.case_commands import Accepted, Body, Changing
from shared.api.case_views import CaseView
from shared.api.cases import CaseId, known_case
from shared.api.json_only import json_only
from shared.api.principal import Principal
from shared.api.problems import FORBIDDEN
from shared.api.services import Provided, Services
from shared.cases.messages import AssignCase, MoveToQueue, PickCase, ReleaseCase, RouteCase
from shared.runtime.decision import Refusal
from shared.runtime.envelope import Message
from shared.runtime.problem import Problem

Name = Annotated[str, Field(min_length=1, max_length=256)]


class Assigning(Body):
    agent: Name


class Queueing(Body):
    queue: Annotated[str, Field(min_length=1, max_length=64)]


router = APIRouter(
    prefix="/api/cases/{case}",
    tags=["cases"],
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={202: {"model": Accepted}, 200: {"model": CaseView, "description": "Applied, with Prefer: wait"}},
)


@router.post("/pick", status_code=202)
async def pick(case_id: CaseId, body: Body, agent: Agent, services: Provided, change: Changing) -> Response:
    """Take a case that nobody works on. A 409 names who does (`worked_by`), or says that you have no slot left."""
    command = PickCase(case_id, agent.id, body.text, change.if_version)
    if not await change.has_heard(command):
        await _check_slot(services, command)
    return await change.take(case_id, lambda _: command)


@router.post("/assign", status_code=202)
async def assign(
    case_id: CaseId, body: Assigning, by: OnlySupervisor, services: Provided, change: Changing
) -> Response:
    """Give a case to an agent; whoever works on it loses it. Needs the role supervisor."""
    command = AssignCase(case_id, body.agent, by.id, body.text, change.if_version)
    if not await change.has_heard(command):
        await _check_slot(services, command)
    return await change.take(case_id, lambda _: command)


@router.post("/release", status_code=202)
async def release(case_id: CaseId, body: Body, agent: Agent, change: Changing) -> Response:
    """Give a case back to its queue, for others. A supervisor may give back anybody's."""
    command = ReleaseCase(case_id, agent.id, body.text, change.if_version, own=not is_supervisor(agent))
    return await change.take(case_id, lambda _: command)


@router.post("/route", status_code=202)
async def route(case_id: CaseId, body: Body, agent: Agent, services: Provided, change: Changing) -> Response:
    """Send a case where the rules lead it; one that is worked on there already stays."""
    command = RouteCase(case_id, agent.id, body.text, change.if_version)
    if not await change.has_heard(command):
        await _check_theirs(services, case_id, agent)
    return await change.take(case_id, lambda _: command)


@router.post("/queue", status_code=202)
async def queue(case_id: CaseId, body: Queueing, agent: Agent, services: Provided, change: Changing) -> Response:
    """Put a case into a queue, away from whoever works on it."""
    command = MoveToQueue(case_id, agent.id, body.queue, body.text, change.if_version)
    if not await change.has_heard(command):
        await _check_theirs(services, case_id, agent)
    return await change.take(case_id, lambda _: command)


async def _check_theirs(services: Services, case_id: str, agent: Principal) -> None:
    """Only members move what waits in a private queue, else they could have it out of another one."""
    case = await known_case(services, case_id)
    if is_supervisor(agent) or case.worked_by == agent.id:
        return
    if case.worked_by:
        raise Problem(FORBIDDEN, "Another agent works on the case: this needs the role supervisor.")
    catalogue = await services.definitions.current()
    held = catalogue.queues.get(case.queue)
    if held is None or not held.is_private:
        return
    member = await find_agent(services.store, agent.id)
    if member is None or case.queue not in member.queues:
        raise NotTaken(case, Refusal("not_a_member", "agent"), catalogue)


async def _check_slot(services: Services, command: PickCase | AssignCase) -> None:
    """Ask the agent's own decision, and do nothing; raises NotTaken."""
    case, catalogue = await known_case(services, command.case), await services.definitions.current()
    held = catalogue.queues.get(case.queue)
    glance = Glance(case.is_open, case.worked_by, case.queue, held is not None and held.is_private)
    agent = await find_agent(services.store, command.agent)
    refusal = _refusal(agent, command, glance, services) if agent else Refusal("unknown_agent", "agent")
    if refusal is not None:
        raise NotTaken(case, refusal, catalogue)


def _refusal(agent: Colleague, command: PickCase | AssignCase, case: Glance, services: Services) -> Refusal | None:
    now = services.clock.now()
    if isinstance(command, PickCase):
        return pick_case(agent, Message("", now, command), case, now).refused
    return assign_case(agent, Message("", now, command), case, now).refused
