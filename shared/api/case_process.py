"""`/api/cases/{case}/process`: where a case stands in its business process flow, and taking it on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from shared.api.access import Agent, same_origin
from shared.api.case_commands import Body, Changing
from shared.api.case_views import CaseView
from shared.api.cases import CaseId, known_case
from shared.api.json_only import json_only
from shared.api.process_views import ProcessView, process_of
from shared.api.services import Provided
from shared.cases.messages import AbandonProcess, MoveStage, StartProcess, TickStep

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]

router = APIRouter(prefix="/api/cases/{case}/process", tags=["cases"])
commands = APIRouter(
    prefix="/api/cases/{case}/process",
    tags=["cases"],
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={200: {"model": CaseView, "description": "Applied, with Prefer: wait"}},
)


class Begin(Body):
    process: Name


class Stage(Body):
    to: Annotated[str, Field(max_length=64)] = ""
    """Empty: the next one; else one to go back to."""


class Step(Body):
    step: Name
    done: bool = True


@router.get("")
async def show_process(_agent: Agent, services: Provided, case_id: CaseId) -> ProcessView:
    """Show the stage a case is in, what is still to be done there, and the way it took."""
    case = await known_case(services, case_id)
    return await process_of(services.store, await services.definitions.current(), case, services.clock.now())


@commands.post("/start", status_code=202)
async def start_process(case_id: CaseId, body: Begin, change: Changing) -> Response:
    """Put the case into a process, at its first stage; an active one is left for it."""
    command = StartProcess(case_id, change.by, body.process, body.text, change.if_version)
    return await change.take(case_id, lambda _: command)


@commands.post("/stage", status_code=202)
async def move_stage(case_id: CaseId, body: Stage, change: Changing) -> Response:
    """Go on to the next stage, which all that is required must be done for, or back to an earlier one."""
    return await change.take(case_id, lambda _: MoveStage(case_id, change.by, body.to, body.text, change.if_version))


@commands.post("/step", status_code=202)
async def tick_step(case_id: CaseId, body: Step, change: Changing) -> Response:
    """Say that a step of the stage is done, or not yet."""
    command = TickStep(case_id, change.by, body.step, body.done, body.text, change.if_version)
    return await change.take(case_id, lambda _: command)


@commands.post("/abandon", status_code=202)
async def abandon_process(case_id: CaseId, body: Body, change: Changing) -> Response:
    """Leave the process before its end."""
    return await change.take(case_id, lambda _: AbandonProcess(case_id, change.by, body.text, change.if_version))
