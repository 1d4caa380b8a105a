"""Deciding a run's recorded inputs once more (I9), with the definitions that the world has published."""

from typing import Any

from shared.definitions.calendar import Calendar
from shared.definitions.journey import Journey
from shared.journeys.replay import Library, differences
from tests.simulation.story import finished
from tests.simulation.world import documents


def replayed(stored: dict[str, Any], steps: list[dict[str, Any]]) -> list[str]:
    """Return where the decisions of today differ from those on record."""
    return finished(differences(stored, steps, Library(_journey, _calendar)))  # type: ignore[no-any-return]


async def _journey(name: str, version: int) -> Journey:
    """Return the version that the run began with; what did not change has the first one only."""
    first, second = documents(1).journeys, documents(2).journeys
    return first[name] if version == 1 and name in first else second[name]


async def _calendar(name: str, _version: int) -> Calendar:
    return documents(1).calendars[name]
