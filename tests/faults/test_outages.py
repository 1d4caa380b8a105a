"""The bus, or the tables, are away for a while under load; all is done soon after they are back."""

from pathlib import Path

import pytest

from tests.faults.cloud import running_cloud
from tests.faults.scenarios import outage

ALERTS = 30


@pytest.mark.parametrize(
    ("service", "seconds"),
    [
        ("bus", 15),
        # Longer than a function's patience: messages are put off, and no delivery of theirs is burnt.
        ("tables", 25),
    ],
)
async def test_what_came_before_and_during_an_outage_is_done_after_it(
    tmp_path: Path, service: str, seconds: float
) -> None:
    async with running_cloud(tmp_path, ALERTS) as cloud:
        leave = {"bus": cloud.without_bus, "tables": cloud.without_tables}[service]
        (await outage(cloud, lambda: leave(seconds))).check()
