"""Queues for operators: which there are, who is in them, and what waits."""

from collections.abc import Sequence
from typing import Any

from shared.agents.agent import list_of_queue as members_of
from shared.agents.messages import PutAgent
from shared.api.queues import QueueLine, waiting_cases
from shared.cases.placing import list_of_queue
from shared.cli.agents import skills_text, told
from shared.cli.rows import rows
from shared.cli.services import Services
from shared.definitions.names import nearest
from shared.definitions.published import Definitions
from shared.runtime.codec import plain
from shared.runtime.errors import CarebusError


class NoSuchQueue(CarebusError):
    """There is no such queue."""


async def listed(services: Services) -> list[dict[str, Any]]:
    """Return a line for each queue, with how many wait in it."""
    published = (await Definitions(services.store, services.clock).current()).queues
    found = []
    for name in sorted(published):
        waiting = [row.key async for row in rows(services.store, "views", list_of_queue(name))]
        line = plain(QueueLine.of(published[name]))
        found.append({**line, "skills": skills_text(line["skills"]), "waiting": len(waiting)})
    return found


async def shown(services: Services, name: str) -> dict[str, Any]:
    """Return a queue with its members and what waits in it; raises NoSuchQueue."""
    published = (await Definitions(services.store, services.clock).current()).queues
    if name not in published:
        raise NoSuchQueue(f"There is no queue {name}{nearest(name, published)}.")
    members = [row.data["data"] async for row in rows(services.store, "views", members_of(name))]
    lines = [row async for row in rows(services.store, "views", list_of_queue(name))]
    waiting = [plain(case) for case in await waiting_cases(services.store, name, lines)]
    return {
        **plain(QueueLine.of(published[name])),
        "members": [told(member) for member in members if member is not None],
        "cases": [{**case, "passed_over": skills_text(case["passed_over"])} for case in waiting],
    }


async def check(services: Services, bodies: Sequence[PutAgent]) -> None:
    """Raise NoSuchQueue where an agent is put into a queue that is not published."""
    published = (await Definitions(services.store, services.clock).current()).queues
    for name in dict.fromkeys(name for body in bodies for name in body.queues):
        if name not in published:
            raise NoSuchQueue(f"There is no queue {name}{nearest(name, published)}.")
