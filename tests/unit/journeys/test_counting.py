"""The numbers of a journey add up after every step, whatever its tiles and whatever comes (I7); and it replays (I9)."""

import asyncio
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from shared.definitions.calendar import Calendar
from shared.definitions.journey import Journey
from shared.journeys.replay import Library, differences
from shared.runtime.codec import plain
from tests.unit.journeys.building import calendars
from tests.unit.journeys.drawn import History, happenings, journeys, known

SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)


def counted(history: History) -> Counter[str]:
    counts: Counter[str] = Counter()
    for tally in history.tallies.values():
        counts.update(tally.counts)
    return counts


def check(history: History) -> None:
    counts, run = counted(history), history.run
    for tile in history.journey.tiles:
        flow = {name: counts[f"{tile}.{name}"] for name in ("in", "waiting", "processed", "exited")}
        assert flow["in"] == flow["waiting"] + flow["processed"] + flow["exited"], tile
        assert flow["in"] == run.path.count(tile), tile
        assert flow["waiting"] == (run.waiting is not None and run.waiting.tile == tile), tile
    assert counts[".entered"] == 1 == counts[".running"] + counts[".completed"] + counts[".exited"]
    assert counts[f".{run.status}"] == 1
    assert counts[f".exited:{run.reason}"] == (run.status == "exited")
    assert counts[".goal"] == (run.goal_at is not None)


def played(data: st.DataObject, is_test: bool) -> History:
    journey = data.draw(journeys())
    history = History.of_entry(data.draw(known(journey).filter(may_enter)), is_test)
    for _ in range(data.draw(st.integers(0, 12))):
        if is_test:
            assert counted(history) == Counter()
        else:
            check(history)
        history.apply(*data.draw(happenings(history)))
    return history


def may_enter(facts: Any) -> bool:
    return not facts.verdicts["segment vip"]


@SETTINGS
@given(st.data())
def test_every_number_adds_up_after_every_step(data: st.DataObject) -> None:
    history = played(data, is_test=False)
    check(history)
    event(history.run.status)
    assert replayed(history) == []


@SETTINGS
@given(st.data())
def test_a_test_run_counts_nothing(data: st.DataObject) -> None:
    history = played(data, is_test=True)
    assert counted(history) == Counter()
    assert replayed(history) == []


def replayed(history: History) -> list[str]:
    async def journey(_name: str, _version: int) -> Journey:
        return history.journey

    async def calendar(name: str, _version: int) -> Calendar:
        return calendars()[name]

    return asyncio.run(differences(plain(history.run), history.steps, Library(journey, calendar)))
