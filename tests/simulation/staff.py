"""A world of agents and queues: cases come, agents come and go, supervisors meddle, and everything can go wrong.

`python -m tests.simulation.staff SEED` replays one seed and prints its trace.
"""

import random
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from shared.agents.agent import Agent
from shared.agents.agent import list_of_queue as members_of
from shared.agents.fit import misfit
from shared.agents.messages import PutAgent, SetPresence
from shared.cases.case import Case
from shared.cases.messages import (
    AssignCase,
    MoveToQueue,
    OpenCase,
    PickCase,
    ReactivateCase,
    ReleaseCase,
    ResolveCase,
    RouteCase,
    UpdateCase,
)
from shared.cases.placing import list_of, need_of
from shared.definitions.loader import Documents, load
from shared.runtime.bus import BusMessage
from shared.runtime.codec import plain, typed
from shared.runtime.envelope import Body, Envelope
from shared.runtime.ids import derived
from shared.runtime.store import Delete
from tests.simulation.cloud import Faults
from tests.simulation.world import World

QUEUES = ("first", "second", "closed-shop", "by-hand")
MANUAL = ("by-hand",)
SKILLS = ("pumps", "german")
STAFF = ("kim", "lee", "sam", "ute")
PRIORITIES = ("critical", "high", "normal", "low")
DEFINITIONS = """
queue: first
---
queue: second
skills: {pumps: 2}
---
queue: closed-shop
kind: private
---
queue: by-hand
assignment: manual
---
routing: cases
rules:
  - {rule: late, when: {attribute: case.escalated, op: eq, value: true}, queue: second}
  - rule: burning
    when: {attribute: case.priority, op: eq, value: critical}
    queue: second
    skills: {pumps: 4}
  - {rule: asked, when: {attribute: case.type, op: eq, value: question}, queue: by-hand}
  - {rule: known, when: {attribute: case.product, op: is_set}, person: kim}
  - {rule: secret, when: {attribute: case.priority, op: eq, value: low}, queue: closed-shop}
otherwise: {queue: first}
"""
IMPATIENT = """
---
sla: impatient
default: true
kpis:
  - kpi: begin
    succeeds_when: {attribute: case.worked_by, op: is_set}
    warn_after: PT1M
    fail_after: PT4M
    actions: {warn: [{route: true}], fail: [{escalate: true}, {route: true}], success: [{route: true}]}
"""
"""In every other world cases are routed again by their SLA, too; at times just when they have found somebody."""


@cache
def documents(*, is_impatient: bool) -> Documents:
    return load({"staff.yaml": DEFINITIONS + (IMPATIENT if is_impatient else "")})


def play(seed: int, faults: Faults | None = None) -> tuple[World, list[str]]:
    """Let some hours of work go by under faults, then let the world come to rest, and audit it."""
    world = World(seed, faults or Faults.drawn(random.Random(seed)))
    try:
        _tell(world)
        world.run()
        world.calm()
        world.redrive()
        world.run()
    except Exception as error:
        return world, [f"the world broke: {type(error).__name__}: {error}"]
    return world, [*_never_too_many(world), *_at_rest(world)]


def _tell(world: World) -> None:
    rng, raging = world.rng, world.faults
    world.calm()
    published = documents(is_impatient=rng.random() < 0.5)
    world.call("publish", lambda services: services.definitions.publish(published))
    for agent in STAFF:
        world.plan(20, lambda agent=agent: say(world, f"put-{agent}", _put(rng, agent)))  # type: ignore[misc]

    def rage() -> None:
        world.faults = world.store.faults = world.bus.faults = world.provider.faults = raging

    world.plan(30, rage)
    for number in range(rng.randint(2, 6)):
        _plan_case(world, f"K{number}")
    for number in range(rng.randint(4, 14)):
        body = _deed(rng)
        at = rng.choice((31, 60, 61, 300, 301, 900))
        world.plan(at, lambda number=number, body=body: say(world, f"deed-{number}", body))  # type: ignore[misc]


def _plan_case(world: World, case: str) -> None:
    rng = world.rng
    opening = OpenCase(
        case,
        f"C-{rng.randint(1, 2)}",
        "It drips",
        priority=rng.choice(PRIORITIES),
        origin="phone",
        type=rng.choice(("problem", "problem", "question")),
        product=rng.choice(("", "", "pump")),
        queue_name=rng.choice(("", "", "", "closed-shop")),
    )
    world.plan(rng.choice((25, 60, 61, 300)), lambda: say(world, f"open-{case}", opening))


def _put(rng: random.Random, agent: str) -> PutAgent:
    skills = {skill: rng.randint(1, 5) for skill in SKILLS if rng.random() < 0.7}
    queues = tuple(queue for queue in QUEUES if rng.random() < 0.7)
    return PutAgent(agent, agent.title(), "boss", rng.randint(0, 3), skills, queues)


def _deed(rng: random.Random) -> Body:
    case, agent = f"K{rng.randint(0, 5)}", rng.choice(STAFF)
    deeds: list[Body] = [
        *(
            SetPresence(agent, presence, agent)
            for presence in ("available", "available", "available", "away", "offline")
        ),
        _put(rng, agent),
        PickCase(case, agent),
        AssignCase(case, agent, "boss"),
        ReleaseCase(case, "boss"),
        ReleaseCase(case, "boss"),
        RouteCase(case, "boss"),
        MoveToQueue(case, "boss", rng.choice(QUEUES)),
        UpdateCase(case, "boss", {"priority": rng.choice(PRIORITIES)}),
        ResolveCase(case, "boss", text="done"),
        ReactivateCase(case, "boss"),
    ]
    return rng.choice(deeds)


def say(world: World, id_: str, body: Body) -> None:
    """Send a command as a caller does, who repeats it until the bus has taken it."""
    envelope = Envelope(derived("said", id_), body.kind, world.time.now, plain(body)).encode()
    message = BusMessage(derived("bus", id_), envelope)

    def again() -> None:
        world.call(f"say {id_}", lambda services: services.bus.send(body.queue, [message]), again)

    again()


def _never_too_many(world: World) -> Iterator[str]:
    """A slot is taken only where there is one: at every moment, not just at the end."""
    held: dict[str, int] = {}
    for table, partition, change in world.commits:
        if table != "agents" or isinstance(change, Delete) or change.key != "head":
            continue
        state = change.data["state"]
        if len(state["slots"]) > max(state["capacity"], held.get(partition, 0)):
            yield f"{partition} has {len(state['slots'])} slots of {state['capacity']}"
        held[partition] = len(state["slots"])


def _at_rest(world: World) -> Iterator[str]:
    cases, agents = heads(world, "cases", Case), heads(world, "agents", Agent)
    for agent in agents.values():
        for slot, held in agent.slots.items():
            if held not in cases or (cases[held].worked_by, cases[held].assignment.slot) != (agent.id, slot):
                yield f"{agent.id} has a slot for {held}, which is not theirs"
        yield from _lines(world, agent)
    for case in cases.values():
        yield from _case(world, case, agents)


def _case(world: World, case: Case, agents: dict[str, Agent]) -> Iterator[str]:
    slot, place = case.assignment.slot, case.assignment.place
    if case.worked_by and (not case.is_open or slot not in agents[case.worked_by].slots):
        yield f"{case.id} is with {case.worked_by}, who has no slot for it"
    if bool(slot) != bool(case.worked_by):
        yield f"{case.id} names a slot of nobody"
    if bool(place) != (case.is_open and not case.worked_by):
        yield f"{case.id} waits though it should not, or not though it should"
    if not place:
        return
    if place not in rows_of(world, "views", list_of(case)):
        yield f"{case.id} waits unseen"
    if case.queue in MANUAL:
        return
    could = [agent.id for agent in agents.values() if not misfit(agent.candidate(), need_of(case))]
    if not case.queue:
        could = [agent for agent in could if agent == case.assignment.person]
    if could:
        yield f"{case.id} waits, though {could} could take it"


def _lines(world: World, agent: Agent) -> Iterator[str]:
    for queue in QUEUES:
        line = rows_of(world, "views", members_of(queue)).get(agent.id, {"data": None})["data"]
        if line != (plain(agent.candidate()) if queue in agent.queues else None):
            yield f"{queue} shows {agent.id} as they were"


def heads[S](world: World, table: str, state: type[S]) -> dict[str, S]:
    found = {}
    for partition in world.rows.partitions(table):
        rows = rows_of(world, table, partition)
        if "head" in rows:
            found[partition] = typed(state, rows["head"]["state"])
    return found


def rows_of(world: World, table: str, partition: str) -> dict[str, Any]:
    page = world.rows.page(table, partition, limit=10_000)
    try:
        page.send(None)
    except StopIteration as done:
        return {row.key: row.data for row in done.value.rows}
    raise AssertionError("memory does not wait")


def main() -> int:
    seed = int(sys.argv[1])
    world, found = play(seed)
    print("\n".join(world.log))
    print(f"\nseed {seed}, {world.deliveries} deliveries, faults {world.faults}")
    print("\n".join(found) or "no violation")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
