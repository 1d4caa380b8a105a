"""A world of casework: cases are held to SLAs, charged to entitlements, planned for, put below others and merged.

`python -m tests.simulation.casework SEED` replays one seed and prints its trace.
"""

import random
import sys
from datetime import date, timedelta
from functools import cache

from shared.cases.messages import (
    AddActivity,
    CancelCase,
    ChangeStatus,
    CoverCase,
    MergeCases,
    MoveStage,
    OpenCase,
    ReactivateCase,
    ResolveCase,
    SetParent,
    SetSla,
    StartProcess,
    TickStep,
    UpdateCase,
)
from shared.definitions.loader import Documents, load
from shared.entitlements.messages import ActivateEntitlement, PutEntitlement, RenewEntitlement, Terms
from shared.runtime.envelope import Body
from shared.runtime.ids import derived
from shared.sla.tick import envelope as sla_tick
from shared.tasks.messages import CloseTask, CreateTask
from tests.simulation.audit_cases import violations
from tests.simulation.cloud import Faults
from tests.simulation.schedule import START
from tests.simulation.staff import say
from tests.simulation.world import World

CASES = ("K0", "K1", "K2", "K3", "K4", "K5")
CUSTOMERS = ("C-1", "C-1", "C-2")
PRIORITIES = ("critical", "high", "normal")
REASONS = ("in_progress", "on_hold", "waiting_for_details", "researching")
MOMENTS = (31, 40, 60, 61, 100, 140, 141, 200, 300, 361, 500)
DEFINITIONS = """
sla: usual
default: true
kpis:
  - kpi: first_response
    succeeds_when: {attribute: case.first_response_at, op: is_set}
    succeeded_at: case.first_response_at
    warn_after: PT1M
    fail_after: PT2M
    actions: {warn: [{activity: Answer them}], fail: [{escalate: true}]}
  - kpi: resolve
    applicable_when: {attribute: case.priority, op: eq, value: critical}
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    pauses_when: {attribute: case.status_reason, op: in, value: [on_hold, waiting_for_details]}
    warn_after: PT90S
    fail_after: PT3M
  - kpi: resolve
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    pauses_when: {attribute: case.status_reason, op: in, value: [on_hold, waiting_for_details]}
    calendar: short-days
    warn_after: PT4M
    fail_after: PT6M
    actions: {fail: [{escalate: true}, {activity: Too late}]}
---
sla: premium
reevaluate: true
kpis:
  - kpi: resolve
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    pauses_when: {attribute: case.status_reason, op: eq, value: on_hold}
    fail_after: PT150S
---
calendar: short-days
time_zone: UTC
weekdays:
  sunday: ["09:00-09:02", "09:04-09:09", "09:10-24:00"]
  monday: ["00:00-24:00"]
---
process: flow
stages:
  - {stage: first, steps: [{step: look, required: true}]}
  - {stage: second}
"""


@cache
def documents(closing: str) -> Documents:
    return load({"casework.yaml": f"{DEFINITIONS}\n---\npolicy: cases\nclosing: {closing}\n"})


def play(seed: int, faults: Faults | None = None) -> tuple[World, list[str]]:
    """Let ten minutes of work go by under faults, then let the world come to rest, and audit it."""
    world = World(seed, faults or Faults.drawn(random.Random(seed)))
    try:
        _tell(world)
        world.run()
        world.calm()
        world.redrive()
        world.run()
        world.time.now += timedelta(minutes=10)
        tick(world)
        world.run()
    except Exception as error:
        return world, [f"the world broke: {type(error).__name__}: {error}"]
    return world, violations(world)


def _tell(world: World) -> None:
    rng, raging = world.rng, world.faults
    world.calm()
    published = documents(rng.choice(("independent", "cascade", "blocked")))
    world.call("publish", lambda services: services.definitions.publish(published))
    world.plan(15, lambda: tick(world))
    for number, entitlement in enumerate(("E0", "E1")):
        put = PutEntitlement(entitlement, "boss", _terms(rng, CUSTOMERS[-number]))
        world.plan(16, lambda put=put: say(world, put.entitlement, put))  # type: ignore[misc]
        world.plan(18, lambda held=entitlement: say(world, f"go-{held}", ActivateEntitlement(held, "boss")))  # type: ignore[misc]

    def rage() -> None:
        world.faults = world.store.faults = world.bus.faults = world.provider.faults = raging

    world.plan(30, rage)
    for case in CASES[: rng.randint(2, 5)]:
        opening = _opening(rng, case)
        world.plan(rng.choice((25, 35, 60, 90)), lambda one=opening: say(world, f"open-{one.case}", one))  # type: ignore[misc]
    for number in range(rng.randint(4, 14)):
        body = _deed(rng, number)
        at = rng.choice(MOMENTS)
        world.plan(at, lambda number=number, body=body: say(world, f"deed-{number}", body))  # type: ignore[misc]
    if rng.random() < 0.3:
        way = (StartProcess("K0", "kim", "flow"), TickStep("K0", "kim", "look"), MoveStage("K0", "kim"))
        for at, step in zip((100, 120, 130), way, strict=True):
            world.plan(at, lambda step=step: say(world, step.kind, step))  # type: ignore[misc]
    for at in sorted(rng.sample(range(60, 700), rng.randint(1, 4))):
        world.plan(at, lambda: tick(world))


def tick(world: World) -> None:
    """Let the timer fire; a tick that is lost is made up for by the next."""
    world.call("sla tick", lambda services: services.pipeline.take(sla_tick(world.time.now)))


def _terms(rng: random.Random, contact: str) -> Terms:
    return Terms(
        contact,
        "Support",
        date(2026, 1, 1),
        date(2026, 12, 31),
        rng.choice((0, 1, 2, 90)),
        allocation=rng.choice(("cases", "hours")),
        decrement_on=rng.choice(("create", "resolve")),
        restrict=rng.random() < 0.7,
        default=rng.random() < 0.7,
        sla=rng.choice(("", "premium")),
    )


def _opening(rng: random.Random, case: str) -> OpenCase:
    return OpenCase(
        case,
        rng.choice(CUSTOMERS),
        "It drips",
        priority=rng.choice(PRIORITIES),
        origin="phone",
        sla=rng.choice(("", "", "premium", "none")),
        entitlement=rng.choice((None, None, "E0", "E1")),
        parent=rng.choice((None, None, None, *CASES)),
    )


def _deed(rng: random.Random, number: int) -> Body:
    case, other = rng.choice(CASES), rng.choice(CASES)
    if number % 5 == 0:
        due = START + timedelta(days=1)
        return CreateTask(derived("task", str(number)), f"call {number}", "C-1", "person", "kim", due, case)
    deeds: list[Body] = [
        *(ChangeStatus(case, "kim", rng.choice(REASONS)) for _ in range(3)),
        UpdateCase(case, "kim", {"priority": rng.choice(PRIORITIES)}),
        SetSla(case, "kim", rng.choice(("", "premium", "none"))),
        AddActivity(case, rng.choice(("email", "note")), "kim", "hello", direction="out"),
        *(ResolveCase(case, "kim", text="done", billable_minutes=30, cancel_activities=rng.random() < 0.6),) * 2,
        CancelCase(case, "kim"),
        ReactivateCase(case, "kim"),
        CloseTask(derived("task", str(5 * rng.randint(0, number // 5))), "kim"),
        SetParent(case, "kim", rng.choice((None, other, other))),
        MergeCases(case, "kim", tuple({other, rng.choice(CASES)})),
        CoverCase(case, "kim", rng.choice((None, "E0", "E1"))),
        RenewEntitlement("E0", "E0-next", "boss"),
        StartProcess(case, "kim", "flow"),
        TickStep(case, "kim", "look"),
        MoveStage(case, "kim"),
    ]
    return rng.choice(deeds)


def main() -> int:
    seed = int(sys.argv[1])
    world, found = play(seed)
    print("\n".join(world.log))
    print(f"\nseed {seed}, {world.deliveries} deliveries, faults {world.faults}")
    print("\n".join(found) or "no violation")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
