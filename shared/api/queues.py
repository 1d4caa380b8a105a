"""`/api/queues`: where cases wait, who could take them, and in which order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path

from shared.agents.agent import list_of_queue as members_of
from shared.agents.fit import Candidate
from shared.api.access import Agent, is_supervisor
from shared.api.agents import find_agent
from shared.api.case_views import CaseLine
from shared.api.listing import Listing, Paged, Source
from shared.api.principal import Principal
from shared.api.problems import FORBIDDEN, NOT_FOUND
from shared.api.services import Provided, Services
from shared.cases.case import Case
from shared.cases.placing import list_of_queue, waits_at
from shared.cases.reading import find_case
from shared.definitions.queue import Access, Assignment, Queue
from shared.runtime.codec import typed
from shared.runtime.problem import Problem
from shared.runtime.store import Delete, Row, Store

QueueName = Annotated[str, Path(alias="queue", max_length=64)]

router = APIRouter(prefix="/api/queues", tags=["queues"])


@dataclass(frozen=True, slots=True)
class QueueLine:
    name: str
    title: str
    kind: Access
    assignment: Assignment
    skills: Mapping[str, int]
    """What every case in it needs: skill to the least proficiency."""

    @classmethod
    def of(cls, queue: Queue) -> Self:
        return cls(queue.name, queue.title, queue.access, queue.assignment, queue.skills)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCase(CaseLine):
    """A case that waits in a queue."""

    queued_at: datetime | None
    skills: Mapping[str, int]
    """What its agent must be able to do."""
    passed_over: Mapping[str, int]
    """Why nobody had it when it last looked: reason to how many agents it held of."""


@router.get("")
async def list_queues(_agent: Agent, services: Provided, pager: Paged) -> Listing[QueueLine]:
    """List all queues, by name."""
    queues = (await services.definitions.fresh()).queues

    async def items(names: list[str]) -> list[QueueLine]:
        return [QueueLine.of(queues[name]) for name in names]

    return await pager.read_named(list(queues), items)


@router.get("/{queue}")
async def show_queue(_agent: Agent, services: Provided, name: QueueName) -> QueueLine:
    """Show a queue. Its members are under `/agents`, what waits in it is under `/cases`."""
    return QueueLine.of(await _known(services, name))


@router.get("/{queue}/agents")
async def list_members(_agent: Agent, services: Provided, name: QueueName, pager: Paged) -> Listing[Candidate]:
    """List the members of a queue, and how many more cases each could take."""
    await _known(services, name)

    def line(row: Row) -> Candidate | None:
        return typed(Candidate, row.data["data"]) if row.data["data"] is not None else None

    return await pager.read(services.store, Source("views", members_of(name)), line)


@router.get("/{queue}/cases")
async def list_waiting(agent: Agent, services: Provided, name: QueueName, pager: Paged) -> Listing[WaitingCase]:
    """List what waits in a queue: the most urgent first, then who came first. A private one shows it to members."""
    await _check_member(services, await _known(services, name), agent)
    page = await pager.read(services.store, Source("views", list_of_queue(name)), lambda row: row)
    return Listing(items=await waiting_cases(services.store, name, page.items), next=page.next)


async def waiting_cases(store: Store, queue: str, rows: Iterable[Row]) -> list[WaitingCase]:
    """Return lines of a queue's list as they are shown. Each case is asked: a line that is wrong goes for good."""
    shown = [await _waiting(store, list_of_queue(queue), row) for row in rows]
    return [case for case in shown if case is not None]


async def _waiting(store: Store, list_: str, row: Row) -> WaitingCase | None:
    case = typed(Case, row.data["data"])
    if not waits_at(await find_case(store, case.id), list_, row.key):
        await store.write("views", list_, Delete(row.key))
        return None
    held = case.assignment
    own = {field.name: getattr(case, field.name) for field in fields(CaseLine)}
    return WaitingCase(**own, queued_at=held.queued_at, skills=held.skills, passed_over=held.passed_over)


async def _known(services: Services, name: str) -> Queue:
    queue = (await services.definitions.fresh()).queues.get(name)
    if queue is None:
        raise Problem(NOT_FOUND, "There is no queue of this name.")
    return queue


async def _check_member(services: Services, queue: Queue, agent: Principal) -> None:
    if not queue.is_private or is_supervisor(agent):
        return
    held = await find_agent(services.store, agent.id)
    if held is None or queue.name not in held.queues:
        raise Problem(FORBIDDEN, "Only members see what waits in a private queue.")
