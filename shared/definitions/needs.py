"""What a step of a run must know: only what the tiles ahead of it refer to is read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.definitions.conditions import Compare, Condition, InSegment, asks, attributes_of
from shared.definitions.journey import Journey
from shared.definitions.templates import Channel
from shared.definitions.tiles import (
    ChannelTile,
    ExperimentTile,
    IfThenTile,
    Tile,
    WaitTile,
    conditions_of,
    paths_in,
    paths_of,
    ways_of,
)


@dataclass(frozen=True, slots=True)
class Needs:
    mapped: frozenset[str] = frozenset()
    """Paths that are mapped into messages."""
    compared: frozenset[str] = frozenset()
    """Paths that conditions name."""
    asked: frozenset[Compare | InSegment] = frozenset()
    """What is to be found out about the contact."""
    experiments: frozenset[str] = frozenset()
    choices: tuple[tuple[Channel, str], ...] = ()
    """Channels to choose among, each with the purpose that must be allowed."""
    calendars: frozenset[str] = frozenset()

    def names(self, root: str) -> bool:
        """Whether anything under this root is needed."""
        return any(path.startswith(f"{root}.") for path in self.mapped | self.compared)


def of_entry(journey: Journey) -> Needs:
    """Return what entering needs: the rules, what to watch for, and the first step's tiles."""
    conditions = (journey.entry,) if journey.entry else ()
    values = [match.value for match in journey.matches()]
    return _needs(journey.ahead(journey.first), conditions, journey.keeps_out(), paths_in(*values))


def of_step(journey: Journey, tile: str) -> Needs:
    """Return what a run needs that goes on from this tile, whichever way."""
    return _needs(journey.ahead(*ways_of(journey.tiles[tile])), (), ())


def of_move(journey: Journey) -> Needs:
    """Return what a run needs to be found by what another version waits and watches for."""
    return Needs(mapped=frozenset(paths_in(*(match.value for match in journey.matches()))))


def of_segment(segment: str, more: Needs | None = None) -> Needs:
    """Return the need to know whether the contact is in a segment, beside others."""
    more = more or Needs()
    return replace(more, asked=more.asked | {InSegment(segment)})


def _needs(
    tiles: Iterable[Tile], conditions: Iterable[Condition], segments: Iterable[str], paths: Iterable[str] = ()
) -> Needs:
    ahead = tuple(tiles)
    asked = [*conditions, *(condition for tile in ahead for condition in conditions_of(tile))]
    waited = [tile.segment for tile in ahead if isinstance(tile, IfThenTile) and tile.segment]
    return Needs(
        mapped=frozenset([*paths, *(path for tile in ahead for path in paths_of(tile))]),
        compared=frozenset[str]().union(*map(attributes_of, asked)),
        asked=frozenset[Compare | InSegment]().union(
            *map(asks, asked), {InSegment(name) for name in (*segments, *waited)}
        ),
        experiments=frozenset(tile.id for tile in ahead if isinstance(tile, ExperimentTile)),
        choices=tuple(
            (channel, tile.purpose) for tile in ahead if isinstance(tile, ChannelTile) for channel in tile.ways
        ),
        calendars=frozenset(tile.calendar for tile in ahead if isinstance(tile, WaitTile) and tile.calendar),
    )
