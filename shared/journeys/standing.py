"""What concerns a run wherever it is: the exits of its journey, and its goal."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.definitions.conditions import Lookup
from shared.definitions.journey import Journey
from shared.definitions.tiles import Match
from shared.journeys.messages import TimeUp
from shared.journeys.run import Run, Watch
from shared.journeys.waits import forget, hint, place_of
from shared.runtime.decision import Outgoing, Put, Remove
from shared.runtime.ids import derived

GOAL_COUNTS_FOR = timedelta(days=3)
"""After the end of a run (DOMAIN.md 3)."""


def watches(run: Run, journey: Journey, lookup: Lookup) -> tuple[Watch, ...]:
    """Return what is to be watched for this run; a rule that no event could meet is left out."""
    found = []
    for number, rule in enumerate(journey.exits):
        place = place_of(rule.match, run, lookup)
        found.append(Watch(derived("exit", run.id, str(number), place), "exit", number, place))
    if journey.goal is not None and run.goal_at is None:
        place = place_of(journey.goal.match, run, lookup)
        found.append(Watch(derived("goal", run.id, place), "goal", 0, place))
    return tuple(watch for watch in found if watch.hint)


def hints(run: Run) -> tuple[Put, ...]:
    return tuple(hint(run, watch.token, watch.hint) for watch in run.watches)


def no_longer(run: Run, watches: Iterable[Watch]) -> tuple[Remove, ...]:
    return tuple(row for watch in watches for row in forget(run, watch.token, watch.hint))


def exits_of(run: Run) -> tuple[Watch, ...]:
    return tuple(watch for watch in run.watches if watch.kind == "exit")


def goal_of(run: Run) -> Watch | None:
    return next((watch for watch in run.watches if watch.kind == "goal"), None)


def goal_closes(run: Run, now: datetime) -> tuple[Outgoing, ...]:
    """Return the timer that stops looking for the goal of a run that has ended; none where it was reached."""
    goal = goal_of(run)
    if goal is None or run.goal_at is not None:
        return ()
    body = TimeUp(run.journey, run.contact, run.id, goal.token)
    return (Outgoing(derived("limit", goal.token), body, at=now + GOAL_COUNTS_FOR),)


def match_of(journey: Journey, watch: Watch) -> Match | None:
    """Return which events a watch is about; None where it is a segment."""
    if watch.kind == "goal":
        return journey.goal.match if journey.goal else None
    return journey.exits[watch.rule].match
