"""When only time does something to a journey: starts, ends of pauses and of stopping, experiments that are over.

In the cloud a timer ticks every minute. A virtual clock ticks when a tick could have something to do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.definitions.catalogue import Catalogue, Published
from shared.definitions.tiles import ExperimentTile
from shared.journeys.experiments import FEWEST
from shared.journeys.tick import LONGEST_PAUSE, SETTLED

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
Entered = Callable[[str], int]
"""How many runs of a journey there are."""


@dataclass(frozen=True, slots=True, order=True)
class Tick:
    at: datetime
    is_full: bool = False
    """Experiments are judged, too."""
    is_again: bool = False
    """Of a journey that starts again and again: it keeps no scenario from coming to rest."""


def following(catalogue: Catalogue, after: datetime, entered: Entered) -> list[Tick]:
    """Return each next tick after this time that could do something, soonest first."""
    found = [
        tick
        for name in sorted(catalogue.journeys)
        for tick in _of(catalogue.journeys[name], after, entered)
        if tick.at > after
    ]
    return sorted(found)


def _of(published: Published, after: datetime, entered: Entered) -> Iterator[Tick]:
    since = published.since
    if published.journey.is_draft or published.state == "stopped":
        return
    if published.state == "paused" and since is not None:
        yield Tick(since + LONGEST_PAUSE)
    elif published.state == "stopping" and since is not None:
        yield Tick(max(since + SETTLED, after + MINUTE))
    else:
        yield from _starts(published, after)
        yield from _experiments(published, after, entered)


def _starts(published: Published, after: datetime) -> Iterator[Tick]:
    start = published.journey.segment
    if start is None:
        return
    first = max(start.at, published.began) if start.at is not None else published.began
    yield Tick(first)
    if published.held_until is not None:  # what was missed while it was paused
        yield Tick(published.held_until)
    if start.repeat == "every" and after >= first:
        yield Tick(first + ((after - first) // start.every + 1) * start.every, is_again=True)


def _experiments(published: Published, after: datetime, entered: Entered) -> Iterator[Tick]:
    """Those that too few have tried are only over when their time is; the others may be won at any hour."""
    tiles = [tile for tile in published.journey.tiles.values() if isinstance(tile, ExperimentTile)]
    ends = [published.live_from + tile.ends_after for tile in tiles]
    for end in ends:
        yield Tick(end, is_full=True, is_again=True)
    if ends and after < max(ends) and entered(published.journey.name) >= 2 * FEWEST:
        yield Tick(after + HOUR, is_full=True, is_again=True)
