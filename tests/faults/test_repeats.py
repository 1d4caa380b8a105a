"""The same event, and the same error, come many times at once."""

import asyncio
from itertools import cycle
from pathlib import Path

from tests.faults.alerts import Alert
from tests.faults.audit import violations
from tests.faults.cloud import Cloud, running_cloud
from tests.faults.doors import doors, until_taken
from tests.faults.rest import ledger_at_rest

TIMES = 50
REST_SECONDS = 120


async def send_at_once(cloud: Cloud, alerts: list[Alert]) -> list[str]:
    """Send all at the same time through all doors, and return what is wrong once all is at rest."""
    async with asyncio.TaskGroup() as group:
        for alert, door in zip(alerts, cycle(doors(cloud)), strict=False):
            group.create_task(until_taken(door, alert.encode()))
    return violations(alerts, await ledger_at_rest(cloud, REST_SECONDS))


async def test_the_same_event_fifty_times_at_once_is_one_run_one_case_one_sms(tmp_path: Path) -> None:
    async with running_cloud(tmp_path, 1) as cloud:
        assert await send_at_once(cloud, [Alert("the-same", cloud.people[0])] * TIMES) == []


async def test_fifty_alerts_of_one_error_are_one_case_with_fifty_occurrences_and_one_sms(tmp_path: Path) -> None:
    async with running_cloud(tmp_path, 1) as cloud:
        alerts = [Alert(f"alert-{number}", cloud.people[0]) for number in range(TIMES)]
        assert await send_at_once(cloud, alerts) == []
