"""An experiment is won by what is significantly better, else by its default once its time is over; and for good."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.definitions.journey import Journey
from shared.definitions.tiles import ExperimentTile
from shared.events.messages import TriggerFired
from shared.journeys.counting import step_tally
from shared.journeys.experiments import FEWEST, Verdict, differ, judge, tiles_on
from shared.runtime import counters
from tests.unit.definitions.world import load
from tests.unit.journeys.building import NOON, run
from tests.unit.journeys.playing import Play

DAY = timedelta(days=1)
TEXT = """
journey: j
starts_on: alarm
goal: {trigger: case-changed, by: contact}
tiles:
- id: e
  experiment:
    winner_by: %s
    default: b
    ends_after: P10D
    a: [{id: a1, send_email: letter}, {id: a2, send_sms: hello}]
    b: [{id: b1, send_email: letter}]
- {id: both, send_email: letter}
"""
CLICKS = load(TEXT % "clicks").journeys["j"]


def verdict(counts: Mapping[str, int], winner_by: str = "clicks", days: float = 1) -> Verdict | None:
    journey = load(TEXT % winner_by).journeys["j"]
    return judge(tile_of(journey), journey, counts, NOON, NOON + days * DAY)


def tile_of(journey: Journey) -> ExperimentTile:
    tile = journey.tiles["e"]
    assert isinstance(tile, ExperimentTile)
    return tile


def tried(a: int, good_a: int, b: int, good_b: int, success: str = "clicked") -> dict[str, int]:
    return {"a1.sent": a, f"a1.{success}": good_a, "b1.sent": b, f"b1.{success}": good_b}


@pytest.mark.parametrize(
    ("a", "good_a", "b", "good_b", "winner"),
    [
        (1000, 100, 1000, 50, "a"),
        (1000, 50, 1000, 100, "b"),
        (1000, 100, 1000, 99, None),
        (1000, 0, 1000, 0, None),
        (1000, 1000, 1000, 1000, None),
        (FEWEST - 1, 90, 1000, 10, None),
        (FEWEST, 90, 1000, 10, "a"),
        (0, 0, 0, 0, None),
    ],
)
@pytest.mark.parametrize(("winner_by", "success"), [("clicks", "clicked"), ("opens", "opened")])
def test_the_better_way_wins_once_the_difference_is_no_chance(
    a: int, good_a: int, b: int, good_b: int, winner: str | None, winner_by: str, success: str
) -> None:
    found = verdict(tried(a, good_a, b, good_b, success), winner_by)
    assert (found and (found.winner, found.reason)) == (winner and (winner, "significant"))


def test_by_a_goal_contacts_are_counted_and_not_messages() -> None:
    counts = {"e.way:a": 500, "e.goal:a": 100, "e.way:b": 500, "e.goal:b": 20, "a1.sent": 1, "b1.sent": 9}
    found = verdict(counts, "goal")
    assert found == Verdict("a", "significant", {"a": 500, "b": 500}, {"a": 100, "b": 20})


@pytest.mark.parametrize(("days", "winner"), [(9.99, None), (10, "b"), (11, "b")])
def test_when_its_time_is_over_the_default_wins(days: float, winner: str | None) -> None:
    found = verdict(tried(1000, 100, 1000, 99), days=days)
    assert (found and (found.winner, found.reason)) == (winner and (winner, "time_over"))


def test_only_messages_of_one_way_speak_for_it() -> None:
    assert tiles_on(CLICKS, tile_of(CLICKS), "a") == {"a1", "a2"}
    assert tiles_on(CLICKS, tile_of(CLICKS), "b") == {"b1"}
    assert verdict({"both.sent": 5000, "both.clicked": 100}) is None


def test_the_test_is_that_of_two_proportions() -> None:
    """z = 1.96 is the limit: 50 of 1,000 against 71 is just beyond it, against 70 not."""
    assert differ(1000, 50, 1000, 71)
    assert not differ(1000, 50, 1000, 70)


def alarm(play: Play) -> TriggerFired:
    said: Mapping[str, Any] = {"device": "D-1", "code": 1, "at": "2026-01-01T00:00:00Z", "loud": True}
    return TriggerFired("alarm", said, play.clock.now(), contact="C-1")


@pytest.mark.parametrize(("better", "path"), [("a", ("e", "a1", "a2", "both")), ("b", ("e", "b1", "both"))])
async def test_once_a_way_has_won_everyone_takes_it_and_that_stays(better: str, path: tuple[str, ...]) -> None:
    play = Play()
    await play.contact()
    await play.publish(TEXT % "clicks")
    for way, clicked in ((better, 300), ("b" if better == "a" else "a", 100), ("a" if better == "b" else "b", 1000)):
        counts = Counter({f"{way}1.clicked": clicked, f"{way}1.sent": 1000 if clicked < 1000 else 0})
        await counters.count(play.store, step_tally(run(id=f"{way}-{clicked}"), "m", counts, play.clock.now()))
        if clicked == 100:
            await play.tick(11)
    await play.tick(11)
    await play.say(alarm(play), "e1")
    assert await play.paths() == {"e1": path}
