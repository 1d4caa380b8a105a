"""`/api/cases/{case}/process`: where a case stands in its business process flow, and taking it on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from shared.api.access import Agent, same_origin
from shared.api.case_commands import AtDesk, Body
from shared.api.case_views import CaseView
from shared.api.cases import CaseId, known_case
from shared.api.json_only import json_only
from shared.api.services import Provided
from shared.cases.case import TABLE, Case
from shared.cases.flow import STAGE, is_done
from shared.cases.messages import AbandonProcess, MoveStage, StartProcess, TickStep
from shared.cases.progress import Passage, Progress
from shared.definitions.process import Process
from shared.runtime.codec import typed
from shared.runtime.ids import quoted

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
MOST_PASSAGES = 200

router = APIRouter(prefix="/api/cases/{case}/process", tags=["cases"])
commands = APIRouter(
    prefix="/api/cases/{case}/process",
    tags=["cases"],
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={200: {"model": CaseView, "description": "Applied, with Prefer: wait"}},
)


@dataclass(frozen=True, slots=True)
class StepView:
    step: str
    title: str
    column: str
    """Of the case, which must be filled; empty: a box to tick."""
    required: bool
    done: bool


@dataclass(frozen=True, slots=True)
class PassageView:
    """A stage that the case has left, and how long it was there (seconds)."""

    process: str
    stage: str
    entered_at: datetime
    left_at: datetime
    to: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ProcessView:
    """`stages` are all of the process, `steps` those of the stage the case is in, `path` the way it took."""

    process: str
    state: str
    stage: str
    entered_at: datetime | None
    seconds_in_stage: float | None
    stages: tuple[str, ...]
    steps: tuple[StepView, ...]
    path: tuple[PassageView, ...]


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
    case, now = await known_case(services, case_id), services.clock.now()
    page = await services.store.page(TABLE, quoted(case_id), prefix=STAGE, limit=MOST_PASSAGES)
    path = tuple(_passage(typed(Passage, row.data["state"])) for row in page.rows)
    progress, catalogue = case.process, await services.definitions.current()
    if progress is None:
        return ProcessView("", "none", "", None, None, (), (), path)
    process = catalogue.processes.get(progress.process)
    is_active = progress.state == "active"
    return ProcessView(
        process=progress.process,
        state=progress.state,
        stage=progress.stage if is_active else "",
        entered_at=progress.entered_at if is_active else None,
        seconds_in_stage=(now - progress.entered_at).total_seconds() if is_active else None,
        stages=tuple(stage.id for stage in process.stages) if process else (),
        steps=_steps(case, progress, process, now) if is_active else (),
        path=path,
    )


def _steps(case: Case, progress: Progress, process: Process | None, now: datetime) -> tuple[StepView, ...]:
    stage = process.stage(progress.stage) if process else None
    steps = stage.steps if stage else ()
    return tuple(StepView(step.id, step.title, step.column, step.required, is_done(case, step, now)) for step in steps)


def _passage(one: Passage) -> PassageView:
    seconds = (one.left_at - one.entered_at).total_seconds()
    return PassageView(one.process, one.stage, one.entered_at, one.left_at, one.to, seconds)


@commands.post("/start", status_code=202)
async def start_process(case_id: CaseId, body: Begin, desk: AtDesk) -> Response:
    """Put the case into a process, at its first stage; an active one is left for it."""
    command = StartProcess(case_id, desk.by, body.process, body.text, desk.if_version)
    return await desk.take(case_id, lambda _: command)


@commands.post("/stage", status_code=202)
async def move_stage(case_id: CaseId, body: Stage, desk: AtDesk) -> Response:
    """Go on to the next stage, which all that is required must be done for, or back to an earlier one."""
    return await desk.take(case_id, lambda _: MoveStage(case_id, desk.by, body.to, body.text, desk.if_version))


@commands.post("/step", status_code=202)
async def tick_step(case_id: CaseId, body: Step, desk: AtDesk) -> Response:
    """Say that a step of the stage is done, or not yet."""
    command = TickStep(case_id, desk.by, body.step, body.done, body.text, desk.if_version)
    return await desk.take(case_id, lambda _: command)


@commands.post("/abandon", status_code=202)
async def abandon_process(case_id: CaseId, body: Body, desk: AtDesk) -> Response:
    """Leave the process before its end."""
    return await desk.take(case_id, lambda _: AbandonProcess(case_id, desk.by, body.text, desk.if_version))
