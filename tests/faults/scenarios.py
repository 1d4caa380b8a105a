"""What goes wrong while alerts come in: small as tests, and by `tests.faults.run` as large as somebody asks for."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.alerts import Alert
from tests.faults.audit import violations
from tests.faults.cloud import Cloud
from tests.faults.doors import Load, doors
from tests.faults.ledger import Ledger
from tests.faults.rest import ledger_at_rest
from tests.faults.waiting import until

Fault = Callable[[], Awaitable[None]]
REST_SECONDS = 240
"""Two lost locks of a minute, and retries after them; only a defect needs more."""
RECOVERY_SECONDS = 120
"""The promise for outages: all is done within two minutes of their end."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario came to."""

    violations: Sequence[str]
    ledger: Ledger
    loaded: float
    """Seconds until all alerts were taken, faults included."""
    rested: float
    """Seconds from then, or from the end of the outage, until nothing moved any more."""

    def check(self) -> None:
        """Raise AssertionError with the whole ledger where anything is wrong."""
        if self.violations:
            raise AssertionError("\n".join([*self.violations, "", str(self.ledger)]))


async def kills(cloud: Cloud, victims: Sequence[Fault], number: int, seed: int) -> Outcome:
    """Kill a victim at each of so many random moments while every person's device reports an error."""
    rng = random.Random(seed)
    alerts = alerts_of(cloud)
    load = Load(doors(cloud))

    async def kill() -> None:
        for moment in sorted(rng.randrange(1, 2 * len(alerts) * 9 // 10) for _ in range(number)):
            await _progress(cloud, load, moment)
            # Anywhere on the way of the messages in hand, not just where the one before it has ended.
            await asyncio.sleep(rng.uniform(0, 0.2))
            await rng.choice(victims)()

    return await _under_load(cloud, alerts, load, kill(), REST_SECONDS)


async def outage(cloud: Cloud, away: Fault) -> Outcome:
    """Take something away when a third of the alerts were taken, while the others keep coming."""
    alerts = alerts_of(cloud)
    load = Load(doors(cloud))

    async def leave() -> None:
        await _progress(cloud, load, len(alerts) // 3)
        await away()

    return await _under_load(cloud, alerts, load, leave(), RECOVERY_SECONDS)


def alerts_of(cloud: Cloud) -> list[Alert]:
    """Return one critical error of each person's device."""
    return [Alert(f"alert-{person.number}", person) for person in cloud.people]


async def _progress(cloud: Cloud, load: Load, moment: int) -> None:
    """Return when the number of alerts taken and SMS sent is as large."""

    async def is_there() -> bool:
        return load.taken + len(await cloud.sink.inbox()) >= moment

    await until(f"{moment} alerts and SMS", is_there, REST_SECONDS)


async def _under_load(
    cloud: Cloud, alerts: Sequence[Alert], load: Load, faults: Coroutine[Any, Any, None], within: float
) -> Outcome:
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(load.send([alert.encode() for alert in alerts]))
        group.create_task(faults)
    loaded = time.monotonic()
    ledger = await ledger_at_rest(cloud, within)
    return Outcome(violations(alerts, ledger), ledger, loaded - began, time.monotonic() - loaded)
