"""`/api/cases/{case}/timeline`, `activities`, `tasks`: what happened to a case, was written down and is planned."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, Field

from shared.api.access import Agent, same_origin
from shared.api.case_change import NotTaken
from shared.api.case_commands import Body, Changing
from shared.api.case_views import CaseView, Entry
from shared.api.cases import CaseId, known_case
from shared.api.errand import Errand
from shared.api.json_only import json_only
from shared.api.listing import Listing, Paged, Source
from shared.api.problems import INVALID, NOT_NOW, key_reused
from shared.api.services import Provided, Services
from shared.api.tasks import show_task
from shared.cases.case import MOST_ACTIVITIES, TABLE
from shared.cases.messages import AddActivity
from shared.cases.refusals import WORDS
from shared.cases.timeline import LINE, Line, activity
from shared.runtime.codec import plain, typed
from shared.runtime.decision import Refusal
from shared.runtime.ids import derived, quoted
from shared.runtime.problem import FieldError, Problem
from shared.runtime.store import Row
from shared.tasks.messages import CreateTask

Kinds = Annotated[tuple[str, ...], Query(max_length=20)]
SKEW = timedelta(minutes=1)
"""By how much the clock of who writes something down may be fast."""
CHANGED = {200: {"model": CaseView, "description": "Applied, with Prefer: wait"}}

router = APIRouter(prefix="/api/cases/{case}", tags=["cases"])
commands = APIRouter(
    prefix="/api/cases/{case}",
    tags=["cases"],
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses=CHANGED,  # type: ignore[arg-type]
)


class Activity(Body):
    type: Literal["phone_call", "email", "sms", "note", "appointment", "conversation"]
    direction: Literal["in", "out", ""] = ""
    subject: str = Field("", max_length=200)
    text: str = Field("", max_length=10_000)
    parties: list[Annotated[str, Field(max_length=256)]] = Field([], max_length=20)
    at: AwareDatetime | None = Field(None, strict=False)
    conversation: str = Field("", max_length=256)


class Plan(Body):
    """Something to do for the case; without `queue` and `person` whoever asks does it."""

    type: Literal["task", "phone_call", "appointment", "email"] = "task"
    subject: str = Field(min_length=1, max_length=200)
    due_at: AwareDatetime = Field(strict=False)
    queue: str = Field("", max_length=64)
    person: str = Field("", max_length=256)


@router.get("/timeline")
async def timeline(
    _agent: Agent,
    services: Provided,
    pager: Paged,
    case_id: CaseId,
    kind: Kinds = (),
) -> Listing[Entry]:
    """List what happened to a case, newest first; with `kind`, which may come more than once, only such lines."""
    await known_case(services, case_id)

    def entry(row: Row) -> Entry | None:
        line = typed(Line, row.data["state"])
        return Entry.of(line) if not kind or line.kind in kind else None

    return await pager.read(services.store, Source(TABLE, quoted(case_id), LINE), entry)


@commands.post("/activities", status_code=202)
async def add_activity(case_id: CaseId, body: Activity, change: Changing, services: Provided) -> Response:
    """Put a call, a mail, a note on the timeline; the first one to the customer is the first response.

    It records what was done: posting an outgoing e-mail sends nothing.
    """
    if not (body.subject.strip() or body.text.strip()):
        raise Problem(INVALID, "An activity says something.", [FieldError("text", "is empty, and so is subject")])
    if body.at is not None and body.at > services.clock.now() + SKEW:
        raise Problem(INVALID, "What is yet to be done is a task.", [FieldError("at", "is in the future")])
    said = body.model_dump(exclude={"parties"})
    command = AddActivity(case_id, by=change.by, parties=tuple(body.parties), if_version=change.if_version, **said)
    return await change.take(case_id, lambda _: command)


@commands.post("/tasks", status_code=202)
async def plan(
    agent: Agent, errand: Annotated[Errand, Depends()], case_id: CaseId, body: Plan, services: Provided
) -> Response:
    """Plan something to do for an active case: it must be done, or cancelled, before the case is closed."""
    if body.queue and body.person:
        raise Problem(INVALID, "Either a queue or a person does it.", [FieldError("person", "not with a queue")])
    case = await known_case(services, case_id)
    id_ = errand.id(agent.id, "plan", case_id)
    owner, name = ("queue", body.queue) if body.queue else ("person", body.person or agent.id)
    task = derived("task", id_)
    command = CreateTask(
        task, body.subject, case.contact, owner, name, body.due_at, case_id, type=body.type, by=agent.id
    )
    before = await activity(services.store, case_id, id_)
    if before is not None and before.body["task"] != plain(command):
        raise key_reused()
    if before is None and not case.is_open:
        raise Problem(NOT_NOW, "The case is closed.", [FieldError("case", "case_is_closed")])
    if before is None and len(case.open_activities) >= MOST_ACTIVITIES:
        raise _too_many()
        raise NotTaken(case, Refusal("case_is_closed", "case"), await services.definitions.current())
    if before is None:
        await errand.send(id_, command)
    location = f"/api/tasks/{task}"
    created = await errand.until(lambda: _planned(services, case_id, id_, task))
    if created is None or not errand.is_patient:
        return errand.accepted(location, {"command": id_, "task": task})
    shown = await show_task(agent, services, task, Response())
    response = errand.done(location, shown)
    response.status_code = 201
    return response


async def _planned(services: Services, case: str, command: str, task: str) -> Row | None:
    """Return the task's row once it is there; raises Problem where the case has refused it meanwhile."""
    if (row := await services.store.get("tasks", quoted(task), "head")) is not None:
        return row
    step = await activity(services.store, case, command)
    if step is not None and step.outcome == "refused":
        raise _too_many()
    return None


def _too_many() -> Problem:
    return Problem(NOT_NOW, WORDS["too_many_activities"], [FieldError("case", "too_many_activities")])
