"""What moving the waiting runs of a journey to another version would do, before anybody does it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from shared.definitions.journey import Journey
from shared.definitions.names import nearest
from shared.definitions.published import Definitions
from shared.journeys.counting import WAITING
from shared.journeys.move import landing
from shared.runtime.counters import TABLE, shards
from shared.runtime.problem import FieldError
from shared.runtime.store import Store

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Move:
    """The runs that wait at one tile of one version, and where they would wait then."""

    version: int
    tile: str
    runs: int
    to: str | None
    """Null: they stay where they are."""
    reason: str = ""
    """Why they stay: `no_such_tile`, or `another_kind` where the tile is of another kind or raises something else."""


async def waiting(store: Store, journey: str) -> Counter[tuple[int, str]]:
    """Count who waits in a journey, by version and tile."""
    found: Counter[tuple[int, str]] = Counter()
    for partition in shards(journey):
        after: str | None = ""
        while after is not None:
            page = await store.page(TABLE, partition, prefix=WAITING, after=after, limit=PAGE)
            found.update((int(row.data["version"]), str(row.data["tile"])) for row in page.rows)
            after = page.after
    return found


async def preview(
    store: Store, definitions: Definitions, journey: str, to_version: int, places: Mapping[str, str]
) -> list[Move] | list[FieldError]:
    """Return who would land where, the version to move to left out; or what is wrong with the request."""
    try:
        target = await definitions.journey(journey, to_version)
    except LookupError:
        return [FieldError("to_version", "there is no such version")]
    held = await waiting(store, journey)
    versions = {version: await definitions.journey(journey, version) for version, _ in held}
    if faults := _faults(places, target, versions):
        return faults
    return [
        _move(version, tile, count, target, versions[version], places)
        for (version, tile), count in sorted(held.items())
        if version != to_version
    ]


def _faults(places: Mapping[str, str], target: Journey, versions: Mapping[int, Journey]) -> list[FieldError]:
    known = {tile for journey in (*versions.values(), target) for tile in journey.tiles}
    return [
        *(
            FieldError(f"places.{tile}", f"no version has this tile{nearest(tile, known)}")
            for tile in places.keys() - known
        ),
        *(
            FieldError(f"places.{tile}", f"the version has no tile `{to}`{nearest(to, target.tiles)}")
            for tile, to in places.items()
            if to not in target.tiles
        ),
    ]


def _move(version: int, tile: str, runs: int, target: Journey, held: Journey, places: Mapping[str, str]) -> Move:
    to = landing(target, held, tile, places)
    if to is not None:
        return Move(version, tile, runs, to)
    is_there = places.get(tile, tile) in target.tiles
    return Move(version, tile, runs, None, "another_kind" if is_there else "no_such_tile")
