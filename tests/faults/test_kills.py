"""Processes are killed at any moment while alerts come in; nobody can tell from what has come of them."""

from pathlib import Path

import pytest

from tests.faults.cloud import running_cloud
from tests.faults.scenarios import kills

ALERTS = 40
KILLS = 4


@pytest.mark.parametrize("victim", ["host", "bus"])
async def test_a_killed_process_loses_nothing_and_repeats_nothing(tmp_path: Path, victim: str) -> None:
    async with running_cloud(tmp_path, ALERTS) as cloud:
        crash = {"host": cloud.crash_host, "bus": cloud.crash_bus}[victim]
        (await kills(cloud, [crash], KILLS, seed=1)).check()
