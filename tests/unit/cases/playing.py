"""Cases in the whole system, in memory: told in any order, twice, and to processes that end anywhere; then audited."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from shared.cases.case import HEAD, TABLE, Case
from shared.cases.messages import OpenCase
from shared.cases.timeline import LINE, Line, key_of, read_lines
from shared.runtime.aggregate import read_head
from shared.runtime.bus import BusMessage
from shared.runtime.codec import plain, typed
from shared.runtime.envelope import Body, Envelope
from shared.runtime.memory.bus import Delivery
from shared.runtime.memory.store import MemoryStore
from shared.runtime.step import Head
from shared.runtime.store import Insert
from shared.scenarios.world import VirtualClock, World
from shared.tasks.task import HEAD as TASK_HEAD
from shared.tasks.task import TABLE as TASKS
from shared.tasks.task import Task
from tests.unit.definitions.world import load

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CONTACT = "C-1"


class Crash(Exception):
    """A process ended just after it had written something."""


class DisorderedWorld(World):
    """Messages come in the order that a chance chooses, and some of them twice; else what comes back comes last."""

    chance: Random | None = None
    is_patient = True
    """Whether a message may come once more: a bus gives up after ten times."""

    async def _handle(self, locked: Delivery) -> None:
        self.is_patient = locked.deliveries < 6
        await super()._handle(locked)

    def _next(self, *, checks: bool = True) -> Delivery | None:
        due = [each for queue in self._bus.queues.values() for each in queue.waiting if each.due <= self.clock.now()]
        if due and self.chance:
            return self.chance.choice(due)
        return min(due, key=lambda each: (each.deliveries, each.sequence)) if due else super()._next(checks=checks)

    async def _take(self, queue: str, raw: bytes) -> None:
        await super()._take(queue, raw)
        if self.chance and self.chance.random() < 0.3:
            await super()._take(queue, raw)


class Cases:
    """The system, what a test says, and what it finds."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NOON)
        self.world = DisorderedWorld(self.clock, self._written)
        self.store: MemoryStore = self.world.services.store  # type: ignore[assignment]
        self._writes_left = 0
        self._said = 0
        self.has_crashed = False
        self.chance: Random | None = None
        """Where set, processes end now and then."""

    def crash_after(self, writes: int) -> None:
        """Let the process that makes this write, counted from now, end before it does anything else."""
        self._writes_left, self.has_crashed = writes, False

    def _written(self, _table: str, _partition: str, _changes: object) -> None:
        self._writes_left -= 1
        chance = self.chance if self.world.is_patient else None
        if self._writes_left == 0 or (chance and chance.random() < 0.1):
            self.has_crashed = True
            raise Crash

    async def publish(self, text: str) -> None:
        await self.world.services.definitions.publish(load(text))
        await self.world.work(self.clock.now() + timedelta(minutes=1))

    async def open(self, *ids: str, contact: str = CONTACT) -> None:
        for id_ in ids:
            await self.say(OpenCase(id_, contact, id_, origin="phone"))

    async def say(self, *bodies: Body) -> None:
        """Put messages on their queues, all before the first is handled, and see to what comes of them."""
        services = self.world.services
        for body in bodies:
            self._said += 1
            said = Envelope(f"said-{self._said}", body.kind, self.clock.now(), plain(body))
            await services.bus.send(body.queue, [BusMessage(said.id, said.encode())])
        await self.world.work(self.clock.now() + timedelta(hours=1))
        assert [problem for problem in self.world.problems if "Crash at" not in problem] == []

    async def has_lines(self, case: str, number: int, text: str = "") -> None:
        """Put older lines on a case's timeline, as many steps would have."""
        for each in range(number):
            at = NOON - timedelta(minutes=each + 1)
            line = Line(id=f"{case}-{each}", kind="note", at=at, outcome="added", text=text, case=case)
            await self.store.write(TABLE, case, Insert(key_of(line, 1), plain(Head(line, at, 1))))

    async def case(self, id_: str) -> Case:
        found = await read_head(self.store, TABLE, id_, HEAD, Case)
        assert found is not None
        return found

    async def cases(self) -> dict[str, Case]:
        ids = self.store.partitions(TABLE)
        return {id_: await self.case(id_) for id_ in ids}

    async def lines(self, case: str) -> list[Line]:
        """Return the timeline of a case, newest first."""
        rows = (await self.store.page(TABLE, case, prefix=LINE, limit=10_000)).rows
        return [typed(Line, row.data["state"]) for row in rows]

    async def said(self, case: str) -> list[tuple[str, str]]:
        """Return (kind, outcome or reason) of each line, oldest first."""
        page = await read_lines(self.store, case, limit=1000)
        return [(line.kind, line.reason or line.outcome) for line in reversed(page.lines)]

    async def tasks(self) -> dict[str, Task]:
        ids = self.store.partitions(TASKS)
        found = {id_: await read_head(self.store, TASKS, id_, TASK_HEAD, Task) for id_ in ids}
        return {id_: task for id_, task in found.items() if task is not None}

    async def rejected(self) -> list[str]:
        """Return why messages were refused for good."""
        days = self.store.partitions("rejected")
        return [row.data["reason"] for day in days for row in (await self.store.page("rejected", day)).rows]

    async def audit(self) -> None:
        """Check what must hold once nothing is left to do."""
        cases = await self.cases()
        _check_families(cases)
        self._check_tasks(cases, (await self.tasks()).values())
        for case in cases.values():
            assert "pending" not in case.merging.values(), case.id
            if case.merged_into is not None:
                assert cases[case.merged_into].merging[case.id] == "merged"
            await self._check_lines(case)
            await self._check_closed(case)

    async def _check_closed(self, case: Case) -> None:
        """What is still to be done for a closed case was planned after its end."""
        if case.is_open or not case.open_activities:
            return
        told = await self.lines(case.id)
        ended = next(number for number, line in enumerate(told) if line.outcome == case.status_reason)
        since = {line.detail["task"] for line in told[:ended] if line.outcome == "planned"}
        assert set(case.open_activities) <= since, case.id

    async def _check_lines(self, case: Case) -> None:
        """Every line of a merged case is in the one that it went into, once, and stays where it was."""
        own = await self.lines(case.id)
        assert len({(line.case, line.id) for line in own}) == len(own)
        if case.merged_into is None:
            return
        merged = next(number for number, line in enumerate(own) if line.outcome == "merged" and line.case == case.id)
        there = Counter((line.case, line.id) for line in await self.lines(case.merged_into))
        assert {(line.case, line.id): there[line.case, line.id] for line in own[merged:]} == {
            (line.case, line.id): 1 for line in own[merged:]
        }

    def _check_tasks(self, cases: dict[str, Case], found: Iterable[Task]) -> None:
        """A case counts exactly what is to be done for it, or for one that was merged into it."""
        open_tasks: dict[str, set[str]] = {id_: set() for id_ in cases}
        for task in found:
            if task.state == "open" and task.case is not None:
                open_tasks[_stays(cases, task.case)].add(task.id)
        assert {id_: set(case.open_activities) for id_, case in cases.items()} == open_tasks


def _stays(cases: dict[str, Case], id_: str) -> str:
    merged_into = cases[id_].merged_into
    return id_ if merged_into is None else _stays(cases, merged_into)


def _check_families(cases: dict[str, Case]) -> None:
    """A case above knows exactly those below it and which are open; one level, and none is below a merged one."""
    for case in cases.values():
        below = {id_: each.is_open for id_, each in cases.items() if each.parent == case.id}
        assert set(case.below) == set(below), case.id
        assert set(case.open_children) == {id_ for id_, is_open in below.items() if is_open}, case.id
        assert not below or (case.parent is None and case.merged_into is None), case.id
