"""Devices report the same error again and again while the host is killed: one case each, and occurrences add up."""

from pathlib import Path

from tests.faults.cloud import running_cloud
from tests.faults.scenarios import storm

DEVICES = 8
PER_DEVICE = 5
KILLS = 2


async def test_alerts_of_a_storm_are_one_case_a_device_and_each_is_counted(tmp_path: Path) -> None:
    async with running_cloud(tmp_path, DEVICES) as cloud:
        outcome = await storm(cloud, PER_DEVICE, KILLS, seed=1)
    outcome.check()
    assert len(outcome.ledger.cases) == DEVICES
    assert sum(guard["count"] for guard in outcome.ledger.guards.values()) == DEVICES * PER_DEVICE
