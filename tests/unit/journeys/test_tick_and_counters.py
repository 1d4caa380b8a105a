"""A full tick says what time does, whether counters can be folded or not."""

import logging
from datetime import timedelta

import pytest

from shared.cases.messages import OpenCase
from shared.journeys.messages import ChangeJourney
from shared.journeys.tick import envelope
from shared.runtime.counters import NEW, TABLE
from shared.runtime.errors import CarebusError, TooLarge, Unavailable
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Change, Delete
from tests.unit.definitions.world import load
from tests.unit.journeys.test_pausing import LONGER
from tests.unit.pages.world import CASE, CONTACT, World


class Unfolded(MemoryStore):
    """A store that takes rows to be folded, and refuses to take them away for a total."""

    def __init__(self, trouble: CarebusError) -> None:
        super().__init__()
        self._trouble = trouble

    async def write(self, table: str, partition: str, *changes: Change) -> dict[str, str]:
        if table == TABLE and any(isinstance(each, Delete) and each.key.startswith(NEW) for each in changes):
            raise self._trouble
        return await super().write(table, partition, *changes)


@pytest.mark.parametrize("trouble", [TooLarge(), Unavailable()], ids=["too large", "unavailable"])
async def test_counters_that_cannot_be_folded_are_told_and_hide_nothing_else(
    trouble: CarebusError, caplog: pytest.LogCaptureFixture
) -> None:
    """Found in review: the whole tick was refused, every ten minutes, and what it had to say with it.

    Found by the simulation: of a tick's hundreds of requests one was always unavailable, and all began anew.
    """
    world = World(store=Unfolded(trouble))
    await world.services.definitions.publish(load(LONGER))
    world.clock.at += timedelta(minutes=1)
    await world.say(ChangeJourney("j", "pause"))
    await world.say(OpenCase(CASE, CONTACT, "Error 11"))
    await world.work()
    world.clock.at = (world.clock.at + timedelta(days=22)).replace(minute=0)
    with caplog.at_level(logging.WARNING, "carebus"):
        await world.services.pipeline.take(envelope(world.clock.at))
    await world.work()
    assert (await world.services.definitions.published("j")).state == "stopping"
    told = [record.__dict__["fields"] for record in caplog.records if record.getMessage() == "not_accounted"]
    assert told == [{"counters": "CASES", "trouble": type(trouble).__name__}]
    assert world.store.partitions("rejected") == []
