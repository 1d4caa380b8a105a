"""Tasks for operators: lists, and closing one."""

from datetime import timedelta
from typing import Any

from shared.cli.rows import rows
from shared.cli.sending import commands, send
from shared.cli.services import Services
from shared.cli.waiting import until_applied
from shared.runtime.aggregate import read_head
from shared.runtime.errors import CarebusError
from shared.runtime.ids import quoted
from shared.tasks.messages import CloseTask
from shared.tasks.task import HEAD, TABLE, Task, list_of, list_of_contact


class NotClosed(CarebusError):
    """There is no such task, or it is closed already."""


async def listed(
    services: Services, *, queue: str | None, person: str | None, contact: str | None
) -> list[dict[str, Any]]:
    """Return what a queue or a person has to do, or all tasks about a contact; soonest due first."""
    owner = ("queue", queue) if queue else ("person", person or "")
    place = list_of_contact(contact) if contact else list_of(owner[0], owner[1] or "")
    found = [row.data["data"] async for row in rows(services.store, "views", place)]
    return [data for data in found if data is not None]


async def known(services: Services, id_: str) -> Task:
    """Return an open task; raises NotClosed."""
    task = await read_head(services.store, TABLE, quoted(id_), HEAD, Task)
    if task is None:
        raise NotClosed(f"There is no task {id_}.")
    if task.state != "open":
        raise NotClosed(f"The task is {task.state}.")
    return task


async def close(services: Services, command: CloseTask, wait_seconds: float | None) -> None:
    """Ask for the task to be closed; raises NotClosed."""
    wanted = commands([command], services)
    await send(services, wanted)
    if wait_seconds is not None:
        for refused in await until_applied(services, wanted, timedelta(seconds=wait_seconds)):
            raise NotClosed(f"The task was not closed: {refused.reason}.")
