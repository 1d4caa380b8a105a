"""A soak: stories come in for minutes while one thing after the other goes wrong; then the ledger is audited.

Events come by webhook and by queue, some twice, some errors are reported again; an agent resolves most cases.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

from tests.faults.alerts import CODE, Alert
from tests.faults.audit import Evidence
from tests.faults.chaos import BETWEEN_SECONDS, Chaos
from tests.faults.cloud import Cloud
from tests.faults.desk import Desk
from tests.faults.doors import Door, doors, until_taken
from tests.faults.rest import ledger_at_rest, telling
from tests.faults.waiting import until

PEOPLE = 100
STORIES_A_SECOND = 2.0
REPEATED = 0.2
"""Of the events, how many are sent twice."""
LEFT_OPEN = 10
"""Of so many cases one is left open, and its error reported a second time."""
REST_SECONDS = 1200
"""Several lost locks, and retries that double up to minutes; only a defect needs more."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a soak came to."""

    evidence: Evidence
    violations: list[str]
    rest: float
    """Seconds from the end of the faults until nothing moved any more."""

    def check(self) -> None:
        """Raise AssertionError with the whole ledger where anything is wrong."""
        if self.violations:
            raise AssertionError("\n".join([*self.violations, "", str(self.evidence.ledger)]))


@dataclass
class Soak:
    """One run; while it lasts, what it has come to so far may be looked at."""

    cloud: Cloud
    seconds: float
    seed: int
    between: tuple[float, float] = BETWEEN_SECONDS
    """Seconds from one fault to the next, at least and at most."""
    phase: str = field(default="", init=False)
    alerts: list[Alert] = field(default_factory=list, init=False)
    taken: int = field(default=0, init=False)
    began: float = field(default_factory=time.monotonic, init=False)

    def __post_init__(self) -> None:
        self.chaos = Chaos(self.cloud, self.seed, self.between)
        self.desk = Desk(self.cloud, lambda line: _is_resolved(line["error_code"]))

    async def run(self) -> Result:
        """Return once everything has come to rest; raises NeverHappened, with the ledger, where it does not."""
        async with telling(self.cloud):
            async with asyncio.TaskGroup() as group:
                agent = group.create_task(self.desk.work())
                await self._under_faults()
                ended = time.monotonic()
                await self._until_resolved()
                agent.cancel()
            self.phase = "coming to rest"
            ledger = await ledger_at_rest(self.cloud, REST_SECONDS)
        evidence = Evidence(self.alerts, ledger, resolved=frozenset(self.desk.resolved))
        return Result(evidence, evidence.violations(), time.monotonic() - ended)

    async def _under_faults(self) -> None:
        self.phase = "faults"
        async with asyncio.TaskGroup() as group:
            group.create_task(self.chaos.go_on(self.seconds))
            group.create_task(self._stories())

    async def _until_resolved(self) -> None:
        """Every case that shall be resolved is, by the API's word; so whatever was lost before shows here."""
        self.phase = "resolving the last cases"
        wanted = {(alert.person, alert.code) for alert in self.alerts if _is_resolved(alert.code)}

        async def all_resolved() -> bool:
            return len(self.desk.resolved) >= len(wanted)

        await until("every case is resolved", all_resolved, REST_SECONDS)

    async def _stories(self) -> None:
        """Send what is due, whether or not what came before was taken; return when all of it was."""
        rng = random.Random(self.seed)
        _, by_webhook, by_bus = doors(self.cloud)
        async with asyncio.TaskGroup() as group:
            for number in range(int(self.seconds * STORIES_A_SECOND)):
                await asyncio.sleep(self.began + number / STORIES_A_SECOND - time.monotonic())
                for alert in self._alerts(number):
                    self.alerts.append(alert)
                    for _ in range(1 + (rng.random() < REPEATED)):
                        group.create_task(self._send(rng.choice([by_webhook, by_bus]), alert))

    def _alerts(self, number: int) -> list[Alert]:
        round_, who = divmod(number, len(self.cloud.people))
        person, code = self.cloud.people[who], CODE + LEFT_OPEN * round_ + who % LEFT_OPEN
        times = 1 if _is_resolved(code) else 2
        return [Alert(f"alert-{number}-{time_}", person, code) for time_ in range(times)]

    async def _send(self, door: Door, alert: Alert) -> None:
        await until_taken(door, alert.encode())
        self.taken += 1


def _is_resolved(code: Any) -> bool:
    """Tell by the error code whether an agent resolves the case."""
    return int(code) % LEFT_OPEN != 0
