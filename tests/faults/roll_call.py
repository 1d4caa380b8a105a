"""The promise of a segment-based journey, held against the tables: each member once, nobody else, counted exactly."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from shared.journeys import segment_walk
from shared.journeys.counting import WAITING
from shared.journeys.run import TABLE as RUNS
from shared.journeys.segment_walk import ONCE, Occurrence, read_occurrence
from shared.runtime import counters
from shared.tasks.task import TABLE as TASKS
from tests.faults.cloud import Cloud
from tests.faults.ledger import Rows
from tests.faults.members import JOURNEY, WAITED, Crowd
from tests.faults.rest import Queues, queues

WAYS = {"1": ("exited", WAITED), "2": ("completed", "")}
"""Way of the split to how a run ends that took it."""


@dataclass(frozen=True, slots=True)
class RollCall:
    """Who should have entered, and what the tables say."""

    crowd: Crowd
    runs: Sequence[Mapping[str, Any]]
    steps: Mapping[str, int]
    """Run to how many steps it has on record."""
    tasks: Sequence[Mapping[str, Any]]
    occurrence: Occurrence | None
    counted: Mapping[str, int]
    listed: int
    """How many the list of those that wait has."""
    rejected: int
    queues: Queues = field(default_factory=dict)

    @classmethod
    async def read(cls, cloud: Cloud, crowd: Crowd) -> Self:
        runs, tasks = await cloud.tables.rows(RUNS), await cloud.tables.rows(TASKS)
        return cls(
            crowd,
            runs=_states(runs, "run:"),
            steps=Counter(key.split(":")[1] for _, key in runs if key.startswith("step:")),
            tasks=_states(tasks, "head"),
            occurrence=await read_occurrence(cloud.store, JOURNEY, ONCE),
            counted=(await counters.read(cloud.store, JOURNEY)).get("1", {}),
            listed=sum(key.startswith(WAITING) for _, key in await cloud.tables.rows(counters.TABLE)),
            rejected=len(await cloud.tables.rows("rejected")),
            queues=await queues(cloud),
        )

    def took(self, way: str) -> list[Mapping[str, Any]]:
        return [run for run in self.runs if run["choices"].get("half") == way]

    @property
    def entering(self) -> float:
        """Seconds from the first entry to the last one."""
        times = [datetime.fromisoformat(run["entered_at"]) for run in self.runs]
        return (max(times) - min(times)).total_seconds() if times else 0.0

    def __str__(self) -> str:
        ends = Counter((run["status"], run["reason"]) for run in self.runs)
        return "\n".join(
            (
                f"members     {len(self.crowd.members)}, others {len(self.crowd.outsiders)}",
                f"runs        {len(self.runs)} of {len({run['contact'] for run in self.runs})}: {dict(ends)}",
                f"tasks       {len(self.tasks)}",
                f"occurrence  {self._walked()}",
                f"counters    {dict(sorted(self.counted.items()))}",
                f"waiting     {self.listed} on the list",
                f"rejected    {self.rejected}",
                f"queues      {dict(_held(self.queues))}",
            )
        )

    def _walked(self) -> str:
        walk = self.occurrence
        return f"{walk.pages} pages, {walk.entered} entered, {walk.finished_at or 'goes on'}" if walk else "none"


def violations(it: RollCall) -> list[str]:
    return [found for check in CHECKS for found in check(it)]


def _every_member_once(it: RollCall) -> Iterator[str]:
    entered, members = Counter(run["contact"] for run in it.runs), set(it.crowd.members)
    lost, strangers = members - entered.keys(), entered.keys() - members
    twice = [contact for contact, number in entered.items() if number > 1]
    for what, found in (("lost", lost), ("entered, and is no member", strangers), ("entered more than once", twice)):
        if found:
            yield f"{len(found)} {what}: {sorted(found)[:5]}"


def _every_run_ended(it: RollCall) -> Iterator[str]:
    for run in it.runs:
        if (run["status"], run["reason"]) != WAYS.get(run["choices"].get("half", "")):
            yield f"run {run['id']} of {run['contact']} is {run['status']} ({run['reason']}) with {run['choices']}"


def _every_step_once(it: RollCall) -> Iterator[str]:
    for run in it.runs:
        expected = 2 if run["choices"].get("half") == "1" else 1
        if it.steps.get(run["id"]) != expected:
            yield f"run {run['id']} has {it.steps.get(run['id'])} steps, not {expected}"


def _every_task_once(it: RollCall) -> Iterator[str]:
    owed, made = {run["id"] for run in it.took("2")}, Counter(task["run"] for task in it.tasks)
    if made != Counter(owed):
        yield f"{made.total()} tasks for {len(made)} runs, of {len(owed)} that owe one"


def _counted_exactly(it: RollCall) -> Iterator[str]:
    waited, called = len(it.took("1")), len(it.took("2"))
    expected = {
        ".entered": waited + called,
        ".exited": waited,
        f".exited:{WAITED}": waited,
        ".completed": called,
        **{f"half.{name}": waited + called for name in ("in", "processed")},
        "half.way:1": waited,
        "half.way:2": called,
        **{f"pause.{name}": waited for name in ("in", "processed")},
        **{f"left.{name}": waited for name in ("in", "exited")},
        **{f"call.{name}": called for name in ("in", "processed")},
    }
    counted = {name: value for name, value in it.counted.items() if value}
    for name in sorted(expected.keys() | counted.keys()):
        if counted.get(name, 0) != expected.get(name, 0):
            yield f"counted {name}: {counted.get(name, 0)}, not {expected.get(name, 0)}"
    if it.listed:
        yield f"{it.listed} are on the list of those that wait"


def _occurrence_finished(it: RollCall) -> Iterator[str]:
    walk = it.occurrence
    if walk is None or walk.finished_at is None:
        yield f"the {segment_walk.ONCE} occurrence has not finished: {walk}"
    elif walk.entered != len(it.crowd.members):
        yield f"the occurrence says that {walk.entered} entered, not {len(it.crowd.members)}"


def _nothing_refused(it: RollCall) -> Iterator[str]:
    if it.rejected:
        yield f"{it.rejected} messages were rejected"
    yield from (f"{queue} holds {held}" for queue, held in _held(it.queues))


CHECKS: Sequence[Callable[[RollCall], Iterator[str]]] = (
    _every_member_once,
    _every_run_ended,
    _every_step_once,
    _every_task_once,
    _counted_exactly,
    _occurrence_finished,
    _nothing_refused,
)


def _held(counts: Queues) -> Iterator[tuple[str, dict[str, int]]]:
    for queue, each in counts.items():
        held = {name: each[name] for name in ("active", "locked", "scheduled", "deadletter") if each.get(name)}
        if held:
            yield queue, held


def _states(rows: Rows, prefix: str) -> list[Mapping[str, Any]]:
    return [data["state"] for (_, key), data in rows.items() if key.startswith(prefix)]
