"""Which way of an experiment has won: judged from the journey's counters, and on record once it is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from statistics import NormalDist
from typing import Any, Literal

from shared.definitions.journey import Journey
from shared.definitions.tiles import ExperimentTile, SendTile, ways_of
from shared.runtime.codec import plain
from shared.runtime.counters import TABLE
from shared.runtime.errors import Conflict
from shared.runtime.ids import joined
from shared.runtime.store import Insert, Store

CONFIDENCE = 0.95
FEWEST = 100
"""Tries on each way before a difference is believed: with fewer, the test's normal approximation is none."""

SUCCESS: Mapping[str, str] = {"clicks": "clicked", "opens": "opened"}
"""What an experiment is won by, to the counter of the send tiles on its ways."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which way has won, why, and on which counts."""

    winner: Literal["a", "b"]
    reason: Literal["significant", "time_over"]
    tried: Mapping[str, int]
    succeeded: Mapping[str, int]


def judge(
    tile: ExperimentTile, journey: Journey, counts: Mapping[str, int], began: datetime, now: datetime
) -> Verdict | None:
    """Return the verdict, None while the experiment is open.

    A way has won if a two-sided two-proportion z-test says with 95 % confidence that the ways differ; after
    `ends_after` without that, the default has.
    """
    tried = {way: _tried(tile, journey, counts, way) for way in ("a", "b")}
    succeeded = {way: _succeeded(tile, journey, counts, way) for way in ("a", "b")}
    if min(tried.values()) >= FEWEST and differ(tried["a"], succeeded["a"], tried["b"], succeeded["b"]):
        better: Literal["a", "b"] = "a" if succeeded["a"] / tried["a"] > succeeded["b"] / tried["b"] else "b"
        return Verdict(better, "significant", tried, succeeded)
    if now - began >= tile.ends_after:
        return Verdict(tile.default, "time_over", tried, succeeded)
    return None


def differ(tried_a: int, succeeded_a: int, tried_b: int, succeeded_b: int) -> bool:
    """Tell whether two shares differ by more than chance would have it."""
    pooled = (succeeded_a + succeeded_b) / (tried_a + tried_b)
    spread = sqrt(pooled * (1 - pooled) * (1 / tried_a + 1 / tried_b)) if 0 < pooled < 1 else 0.0
    if not spread:
        return False
    z = abs(succeeded_a / tried_a - succeeded_b / tried_b) / spread
    return z > NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def tiles_on(journey: Journey, tile: ExperimentTile, way: str) -> frozenset[str]:
    """Return the tiles that only this way leads to."""
    own, other = (tile.a, tile.b) if way == "a" else (tile.b, tile.a)
    return _behind(journey, own) - _behind(journey, other)


async def winners(store: Store, journey: str, version: int, tiles: Collection[str]) -> dict[str, str]:
    """Return the way that has won each of these experiments; one that is open is left out."""
    found = await verdicts(store, journey, version, tiles)
    return {tile: str(verdict["winner"]) for tile, verdict in found.items()}


async def verdicts(store: Store, journey: str, version: int, tiles: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Return what is on record of each of these experiments; one that is open is left out."""
    found = {}
    for tile in sorted(tiles):
        row = await store.get(TABLE, _place(journey), _key(version, tile))
        if row is not None:
            found[tile] = row.data
    return found


async def record(store: Store, journey: str, version: int, tile: str, verdict: Verdict, now: datetime) -> None:
    """Put the verdict on record; the first one holds for good."""
    try:
        row = Insert(_key(version, tile), plain(verdict) | {"at": now.isoformat(), "version": version, "tile": tile})
        await store.write(TABLE, _place(journey), row)
    except Conflict:
        return


def _place(journey: str) -> str:
    return joined(journey, "experiments")


def _key(version: int, tile: str) -> str:
    return joined(f"v{version:06d}", tile)


def _tried(tile: ExperimentTile, journey: Journey, counts: Mapping[str, int], way: str) -> int:
    """Return how often a way was tried: contacts for a goal, messages that went out for what they are answered with."""
    if tile.winner_by == "goal":
        return counts.get(f"{tile.id}.way:{way}", 0)
    return sum(counts.get(f"{sending}.sent", 0) for sending in _sends(journey, tile, way))


def _succeeded(tile: ExperimentTile, journey: Journey, counts: Mapping[str, int], way: str) -> int:
    if tile.winner_by == "goal":
        return counts.get(f"{tile.id}.goal:{way}", 0)
    counter = SUCCESS[tile.winner_by]
    return sum(counts.get(f"{sending}.{counter}", 0) for sending in _sends(journey, tile, way))


def _sends(journey: Journey, tile: ExperimentTile, way: str) -> list[str]:
    return [name for name in sorted(tiles_on(journey, tile, way)) if isinstance(journey.tiles[name], SendTile)]


def _behind(journey: Journey, tile: str | None) -> frozenset[str]:
    found: set[str] = set()
    open_ = [tile] if tile is not None else []
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += [way for way in ways_of(journey.tiles[name]) if way is not None]
    return frozenset(found)
