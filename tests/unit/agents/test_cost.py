"""What it costs to find an agent, in requests: the same among many closed cases, and while many wait elsewhere."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.agents.messages import PutAgent, SetPresence
from shared.cases.messages import MoveToQueue, OpenCase, ResolveCase
from shared.definitions.loader import load
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Change, Page, Row
from tests.unit.pages.world import World

DEFINITIONS = """
queue: mine
---
queue: others
---
routing: cases
otherwise: {queue: mine}
"""


@dataclass
class CountingStore(MemoryStore):
    """A store that counts requests, and the rows that lists bring."""

    requests: int = 0
    rows: int = field(default=0)

    def __post_init__(self) -> None:
        super().__init__()

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        self.requests += 1
        return await super().get(table, partition, key)

    async def write(self, table: str, partition: str, *changes: Change) -> dict[str, str]:
        self.requests += 1
        return await super().write(table, partition, *changes)

    async def page(self, table: str, partition: str, **asked: Any) -> Page:
        self.requests += 1
        page = await super().page(table, partition, **asked)
        self.rows += len(page.rows)
        return page


async def office(closed: int, elsewhere: int) -> tuple[World, CountingStore]:
    """Return a world where so many cases were closed in the queue, and so many wait in another one."""
    store = CountingStore()
    world = World(store=store)
    await world.services.definitions.publish(load({"office.yaml": DEFINITIONS}))
    await world.clock.pause(60)
    await world.say(PutAgent("kim", "Kim", "boss", 1, {}, ("mine",)))
    await world.say(SetPresence("kim", "available", "kim"))
    for number in range(closed):
        await world.say(OpenCase(f"closed-{number}", "C-1", "It drips", priority="critical"))
        await world.say(ResolveCase(f"closed-{number}", "kim"))
        await world.work()
    if not elsewhere:
        return world, store
    await world.say(SetPresence("kim", "away", "kim"))
    for number in range(elsewhere):
        await world.say(OpenCase(f"else-{number}", "C-1", "It drips", priority="critical", queue_name="others"))
    await world.work()
    return world, store


def nothing_published() -> tuple[World, CountingStore]:
    store = CountingStore()
    return World(store=store), store


async def cost(closed: int, elsewhere: int) -> tuple[int, int, int, int]:
    """Count requests and rows of a case that finds an agent, and of an agent who finds a case."""
    world, store = await office(closed, elsewhere)
    if elsewhere:
        await world.say(SetPresence("kim", "available", "kim"))
    store.requests = store.rows = 0
    await world.say(OpenCase("K-1", "C-2", "It drips"))
    found_by_case = store.requests, store.rows
    await world.say(OpenCase("K-2", "C-2", "It drips"))
    store.requests = store.rows = 0
    await world.say(ResolveCase("K-1", "kim"))
    await world.work()
    heads = [await store.get("cases", case, "head") for case in ("K-1", "K-2")]
    assert [row.data["state"]["worked_by"] for row in heads if row] == ["", "kim"]
    return (*found_by_case, store.requests - 2, store.rows)


@pytest.mark.parametrize(("closed", "elsewhere"), [(60, 0), (0, 60), (60, 60)])
async def test_it_costs_the_same_among_many_closed_cases_and_while_many_wait_elsewhere(
    closed: int, elsewhere: int
) -> None:
    assert await cost(closed, elsewhere) == await cost(1, 1)


async def opening(*, routed: bool) -> int:
    """Count the requests of a case that is opened and finds its agent, or goes nowhere."""
    world, store = await office(0, 0) if routed else nothing_published()
    await world.services.definitions.current()
    store.requests = 0
    await world.say(OpenCase("K-1", "C-2", "It drips"))
    return store.requests


async def test_a_case_that_finds_its_agent_costs_fifteen_requests_more_than_one_that_goes_nowhere() -> None:
    """Its line and the end of it; the members; who is asked; their head and line; then the case once more."""
    assert await opening(routed=True) - await opening(routed=False) == 15


async def test_a_case_that_leaves_a_queue_leaves_nothing_behind() -> None:
    world, store = await office(5, 3)
    await world.say(MoveToQueue("else-0", "boss", "mine"))
    await world.work()
    assert len((await store.page("views", "waiting-in~mine")).rows) == 1
    assert len((await store.page("views", "waiting-in~others")).rows) == 2
