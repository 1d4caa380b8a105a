"""`/api/tasks`: what people have to do, and that it is done."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api.access import Agent, same_origin
from shared.api.change import Change, Place, refusal_of
from shared.api.json_only import json_only
from shared.api.listing import Listing, Paged, Source
from shared.api.problems import INVALID, NOT_FOUND, NOT_NOW
from shared.api.services import Provided, Services
from shared.runtime.aggregate import read_head
from shared.runtime.codec import typed
from shared.runtime.ids import quoted
from shared.runtime.problem import FieldError, Problem
from shared.runtime.store import Row
from shared.tasks.messages import CloseTask
from shared.tasks.task import HEAD, TABLE, Task, list_of, list_of_contact

TaskId = Annotated[str, Path(alias="task", max_length=64)]
Name = Annotated[str, Query(max_length=256)]
STATES = {"done": "done", "cancel": "cancelled"}

router = APIRouter(prefix="/api/tasks", tags=["tasks"])


class Closing(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field("", max_length=2000)


@router.get("")
async def list_tasks(
    _agent: Agent, services: Provided, pager: Paged, queue: Name = "", person: Name = "", contact: Name = ""
) -> Listing[Task]:
    """List what a queue or a person has to do, or all tasks about a contact; soonest due first."""
    asked = {"queue": queue, "person": person, "contact": contact}
    if len([value for value in asked.values() if value]) != 1:
        raise Problem(INVALID, "Name one of queue, person and contact.", [FieldError("queue", "Field required")])
    place = list_of_contact(contact) if contact else list_of("queue" if queue else "person", queue or person)

    def line(row: Row) -> Task | None:
        return typed(Task, row.data["data"]) if row.data["data"] is not None else None

    return await pager.read(services.store, Source("views", place), line)


@router.get("/{task}")
async def show_task(_agent: Agent, services: Provided, task_id: TaskId, response: Response) -> Task:
    """Show a task. The ETag is what If-Match takes."""
    task = await known_task(services, task_id)
    response.headers["ETag"] = etag_of(task)
    return task


@router.post(
    "/{task}/{command}",
    status_code=202,
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={200: {"model": Task, "description": "Closed, with Prefer: wait"}},
)
async def close_task(
    agent: Agent,
    change: Annotated[Change, Depends()],
    task_id: TaskId,
    command: Literal["done", "cancel"],
    body: Closing,
) -> Response:
    """Say that a task is done, or that nobody needs it any more."""
    task = await known_task(change.services, task_id)
    location, id_ = f"/api/tasks/{task_id}", change.id(agent.id, command, task_id)

    async def check() -> None:
        change.check_version("task", etag_of(task))
        if task.state != "open":
            raise _closed(task)

    closing = CloseTask(task_id, agent.id, STATES[command], body.text)
    row = await change.apply(Place(TABLE, quoted(task_id)), id_, closing, check)
    if row is None:
        return change.accepted(location, {"command": id_, "task": task_id})
    after = await known_task(change.services, task_id)
    if refusal_of(row):
        raise _closed(after)
    return change.done(location, after, etag_of(after))


async def known_task(services: Services, task_id: str) -> Task:
    """Return the task; raises Problem (404)."""
    task = await read_head(services.store, TABLE, quoted(task_id), HEAD, Task)
    if task is None:
        raise Problem(NOT_FOUND, "There is no task with this id.")
    return task


def etag_of(task: Task) -> str:
    """Return the entity tag of a task: its version, strong (RFC 9110, 8.8.3)."""
    return f'"{task.version}"'


def _closed(task: Task) -> Problem:
    return Problem(NOT_NOW, f"The task is {task.state}.", [FieldError("state", "transition_not_allowed")])
