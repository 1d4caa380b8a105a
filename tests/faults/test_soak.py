"""A short soak: whatever goes wrong at random while stories come in, nothing is lost and nothing doubled."""

from pathlib import Path

from tests.faults.cloud import running_cloud
from tests.faults.soak import Soak
from tests.faults.tally import Tally

PEOPLE = 20
SECONDS = 30
BETWEEN_SECONDS = (1.0, 4.0)
SEED = 21
"""Kills the host and the bus, and lets the bus and the sink stand still."""


async def test_half_a_minute_of_anything_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    async with running_cloud(tmp_path, PEOPLE) as cloud:
        soak = Soak(cloud, SECONDS, SEED, BETWEEN_SECONDS)
        result = await soak.run()
    result.check()
    assert soak.chaos.happened.keys() >= {"kill host", "kill bus", "pause bus", "pause sink"}
    for channel in ("sms", "email"):
        tally = Tally.of(result.evidence, channel)
        assert (tally.lost, tally.doubled) == (0, 0)
        assert tally.received >= tally.owed - tally.unknown > 0
