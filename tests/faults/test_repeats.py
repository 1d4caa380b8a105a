"""The same event, and different events of the same error, come many times at once through all doors."""

import asyncio
from itertools import chain, cycle
from pathlib import Path

from tests.faults.alerts import Alert
from tests.faults.audit import violations
from tests.faults.cloud import running_cloud
from tests.faults.doors import doors, until_taken
from tests.faults.rest import ledger_at_rest, telling

TIMES = 50
REST_SECONDS = 120


async def test_fifty_repeats_are_one_run_and_fifty_alerts_one_case_and_either_is_one_sms(tmp_path: Path) -> None:
    async with running_cloud(tmp_path, 2) as cloud:
        first, second = cloud.people
        repeats = [Alert("the-same", first)] * TIMES
        alerts = [Alert(f"alert-{number}", second) for number in range(TIMES)]
        mixed = list(chain.from_iterable(zip(repeats, alerts, strict=True)))
        async with telling(cloud):
            async with asyncio.TaskGroup() as group:
                for alert, door in zip(mixed, cycle(doors(cloud)), strict=False):
                    group.create_task(until_taken(door, alert.encode()))
            ledger = await ledger_at_rest(cloud, REST_SECONDS)
        assert violations(mixed, ledger) == [], str(ledger)
        assert len(ledger.cases) == len(ledger.received()) == len(cloud.people)
