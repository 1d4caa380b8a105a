"""What goes wrong while alerts come in: small as tests, and by `tests.faults.run` as large as somebody asks for."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from tests.faults.alerts import Alert
from tests.faults.audit import DELIVERED, End, violations
from tests.faults.cloud import Cloud
from tests.faults.doors import Load, doors
from tests.faults.ledger import Ledger
from tests.faults.rest import ledger_at_rest, telling
from tests.faults.waiting import until

Fault = Callable[[], Coroutine[Any, Any, None]]
REST_SECONDS = 240
"""Two lost locks of a minute, and retries after them; only a defect needs more, but for a second an alert."""
RECOVERY_SECONDS = 120
"""The promise for outages: all is done within two minutes of their end."""

FAILURES: Mapping[str, End] = {
    "drop_answer": DELIVERED,
    "drop_request": DELIVERED,
    "throttle": DELIVERED,
    "error": DELIVERED,
    "slow": DELIVERED,
    "reject": End("failed", "provider_rejected", 0),
    "bounce": End("failed", "provider_rejected", 1),
}
"""How the provider fails, and what a delivery then comes to."""
TOO_SLOW_SECONDS = 11
"""Longer than a call to the provider waits: the SMS goes out, and nobody is told."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario came to."""

    violations: Sequence[str]
    ledger: Ledger
    faults: float
    """Seconds from the first alert to the end of the last fault."""
    rest: float
    """Seconds from then until every alert was taken and nothing moved any more."""

    def check(self) -> None:
        """Raise AssertionError with the whole ledger where anything is wrong."""
        if self.violations:
            raise AssertionError("\n".join([*self.violations, "", str(self.ledger)]))


async def kills(cloud: Cloud, victims: Sequence[Fault], number: int, seed: int) -> Outcome:
    """Kill a victim at each of so many random moments while every person's device reports an error."""
    return await _killing(cloud, victims, number, seed, alerts_of(cloud))


async def storm(cloud: Cloud, per_device: int, number: int, seed: int) -> Outcome:
    """Let every device report its error so many times, mixed, while the host is killed as often as said."""
    alerts = [Alert(f"alert-{person.number}-{turn}", person) for turn in range(per_device) for person in cloud.people]
    random.Random(seed).shuffle(alerts)
    return await _killing(cloud, [cloud.crash_host], number, seed, alerts)


async def _killing(cloud: Cloud, victims: Sequence[Fault], number: int, seed: int, alerts: Sequence[Alert]) -> Outcome:
    rng = random.Random(seed)
    load = Load(doors(cloud))
    steps = len(alerts) + len(cloud.people)

    async def kill() -> None:
        for moment in sorted(rng.randrange(1, steps * 9 // 10) for _ in range(number)):
            await _progress(cloud, load, moment)
            # Anywhere on the way of the messages in hand, not just where the one before it has ended.
            await asyncio.sleep(rng.uniform(0, 0.2))
            await rng.choice(victims)()

    return await _under_load(cloud, load, REST_SECONDS + steps, kill, alerts=alerts)


async def outage(cloud: Cloud, away: Fault) -> Outcome:
    """Take something away with the first alerts in hand, while the others keep coming."""
    load = Load(doors(cloud))

    async def leave() -> None:
        await _progress(cloud, load, len(cloud.people) // 3)
        await away()

    return await _under_load(cloud, load, RECOVERY_SECONDS, leave)


async def failures(cloud: Cloud, times: int) -> Outcome:
    """Let the provider fail in every way, so often for each person, while everybody's device reports an error."""
    modes = dict(zip((person.id for person in cloud.people), cycle([*FAILURES, "none"]), strict=False))
    for person in cloud.people:
        if (mode := modes[person.id]) in FAILURES:
            await cloud.sink.fail("sms", mode, to=person.phone, times=times, seconds=TOO_SLOW_SECONDS)
    ends = {contact: FAILURES.get(mode, DELIVERED) for contact, mode in modes.items()}
    return await _under_load(cloud, Load(doors(cloud)), _patience(cloud), ends=ends)


def alerts_of(cloud: Cloud) -> list[Alert]:
    """Return one critical error of each person's device."""
    return [Alert(f"alert-{person.number}", person) for person in cloud.people]


async def _progress(cloud: Cloud, load: Load, moment: int) -> None:
    """Return when the number of alerts taken and SMS sent is as large."""

    async def is_there() -> bool:
        return load.taken + len(await cloud.sink.inbox()) >= moment

    await until(f"{moment} alerts and SMS", is_there, _patience(cloud))


def _patience(cloud: Cloud) -> float:
    return REST_SECONDS + len(cloud.people)


async def _nothing() -> None:
    """What goes wrong on a good day."""


async def _under_load(
    cloud: Cloud,
    load: Load,
    within: float,
    faults: Fault = _nothing,
    ends: Mapping[str, End] | None = None,
    alerts: Sequence[Alert] = (),
) -> Outcome:
    """Send the alerts, or everybody's one, while the faults happen; all must rest `within` seconds of their end."""
    alerts = alerts or alerts_of(cloud)
    began = time.monotonic()
    async with telling(cloud):
        async with asyncio.TaskGroup() as group:
            group.create_task(load.send([alert.encode() for alert in alerts]))
            await faults()
            ended = time.monotonic()
        ledger = await ledger_at_rest(cloud, ended + within - time.monotonic())
    return Outcome(violations(alerts, ledger, ends), ledger, ended - began, time.monotonic() - ended)
