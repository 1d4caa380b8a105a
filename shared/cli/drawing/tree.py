"""A journey as the nested lists that it is written in: where ways meet again, the list goes on behind them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from shared.cli.drawing.words import way_words, words
from shared.definitions.journey import Journey
from shared.definitions.tiles import ExitTile, ways_of


@dataclass(frozen=True, slots=True)
class Way:
    """One of several ways out of a tile, with the tiles that only it leads to."""

    name: str
    label: str
    tiles: "tuple[Drawn, ...]"
    ends: bool
    """The journey ends behind it: nothing follows where the ways meet."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tile, and its ways where it has several."""

    tile: str
    what: str
    ways: tuple[Way, ...] = ()
    is_exit: bool = False


def tree(journey: Journey) -> tuple[Drawn, ...]:
    """Return the journey's tiles in lists; each tile is there once."""
    return tuple(_sequence(journey, journey.first, None, _Meetings(journey)))


def _sequence(journey: Journey, first: str | None, stop: str | None, meetings: "_Meetings") -> Iterator[Drawn]:
    tile = first
    while tile is not None and tile != stop:
        definition = journey.tiles[tile]
        following = ways_of(definition)
        meeting = meetings.of(tile)
        ways: tuple[Way, ...] = ()
        if len(following) > 1:
            named = zip(way_words(definition), following, strict=True)
            ways = tuple(_way(journey, name, label, way, meeting, meetings) for (name, label), way in named)
        yield Drawn(tile, words(definition), ways, isinstance(definition, ExitTile))
        tile = meeting


def _way(
    journey: Journey,
    name: str,
    label: str,
    first: str | None,
    stop: str | None,
    meetings: "_Meetings",
) -> Way:
    tiles = tuple(_sequence(journey, first, stop, meetings))
    return Way(name, label, tiles, ends=_ends(tiles))


def _ends(tiles: tuple[Drawn, ...]) -> bool:
    """Whether nobody comes out of these tiles again."""
    if not tiles:
        return False
    last = tiles[-1]
    return last.is_exit or (bool(last.ways) and all(way.ends for way in last.ways))


class _Meetings:
    """Where the ways of a tile meet, found from the order of the tiles: each, those inside it, then what follows."""

    def __init__(self, journey: Journey) -> None:
        self._tiles = tuple(journey.tiles)
        self._place = {tile: place for place, tile in enumerate(self._tiles)}
        self._ways = [ways_of(journey.tiles[tile]) for tile in self._tiles]

    def of(self, tile: str) -> str | None:
        """Return the tile that follows when a way has been gone to its end; None: nothing does."""
        ways = self._ways[self._place[tile]]
        places = [self._place.get(way, len(self._tiles)) if way else len(self._tiles) for way in ways]
        if not places:
            return None
        if len(places) > 1 and any(one >= other for one, other in pairwise(places)):
            return self._at(max(places))  # a way without tiles of its own leads straight there
        return self._at(next(self._out_of(places), places[-1]))

    def _out_of(self, places: Sequence[int]) -> Iterator[int]:
        """Yield where the tiles of a way lead that is not the last one, other than to one another."""
        for first, behind in pairwise(places):
            for way in chain.from_iterable(self._ways[first:behind]):
                place = len(self._tiles) if way is None else self._place[way]
                if place >= behind:
                    yield place

    def _at(self, place: int) -> str | None:
        return self._tiles[place] if place < len(self._tiles) else None
