"""What a journey has come to, per version and tile: exact, whatever was told twice or late (I7)."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.definitions.catalogue import Published
from shared.definitions.journey import Journey
from shared.definitions.states import Phase
from shared.runtime import counters
from shared.runtime.store import Store

FLOW = ("in", "waiting", "processed", "exited")


@dataclass(frozen=True, slots=True)
class TileNumbers:
    """One tile: contacts that came, wait, went on and left; and what became of its messages or ways."""

    tile: str
    kind: str
    arrived: int = 0
    waiting: int = 0
    processed: int = 0
    exited: int = 0
    more: Mapping[str, int] = field(default_factory=dict)
    """`sent`, `delivered`, `opened` and the like; `way:<name>` for the ways taken."""
    blocked: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VersionNumbers:
    """One version of a journey."""

    version: int
    entered: int
    running: int
    completed: int
    exited: Mapping[str, int]
    """By reason."""
    not_entered: Mapping[str, int]
    goal: int
    goal_share: float
    """Contacts that reached the goal, in percent of entries."""
    tiles: tuple[TileNumbers, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A journey with its numbers."""

    journey: str
    phase: Phase
    version: int
    since: datetime | None
    goal_wanted: float | None
    """In percent of entries."""
    versions: tuple[VersionNumbers, ...]
    """The newest first."""
    winners: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Experiment to the verdict on it, of the newest version."""


async def read(
    store: Store,
    published: Published,
    version_of: Callable[[int], Awaitable[Journey]],
    now: datetime,
    winners: Mapping[str, Mapping[str, Any]],
) -> Numbers:
    """Return the numbers of every version that has any, and of the newest one."""
    journey = published.journey
    groups = await counters.read(store, journey.name)
    groups.setdefault(str(published.version), Counter())
    versions = sorted((int(group) for group in groups), reverse=True)
    journeys = {number: await version_of(number) for number in versions}
    told = tuple(of_version(number, journeys[number], groups[str(number)]) for number in versions)
    phase = published.at(now).phase(now)
    if phase == "completing" and not any(version.running for version in told):
        phase = "completed"
    wanted = journey.goal.share if journey.goal else None
    return Numbers(journey.name, phase, published.version, published.since, wanted, told, winners)


def of_version(version: int, journey: Journey, counts: Mapping[str, int]) -> VersionNumbers:
    """Return the numbers of one version from its counters."""
    entered, goal = counts.get(".entered", 0), counts.get(".goal", 0)
    return VersionNumbers(
        version=version,
        entered=entered,
        running=counts.get(".running", 0),
        completed=counts.get(".completed", 0),
        exited=_named(counts, ".exited:"),
        not_entered=_named(counts, ".not_entered:"),
        goal=goal,
        goal_share=round(100 * goal / entered, 1) if entered else 0.0,
        tiles=tuple(_tile(name, type(tile).__name__, counts) for name, tile in journey.tiles.items()),
    )


def _tile(name: str, kind: str, counts: Mapping[str, int]) -> TileNumbers:
    own = _named(counts, f"{name}.")
    flow = {field: own.pop(field, 0) for field in FLOW}
    blocked, failed = _named(own, "blocked:"), _named(own, "failed:")
    more = {key: value for key, value in own.items() if not key.startswith(("blocked:", "failed:"))}
    return TileNumbers(
        name, kind, flow["in"], flow["waiting"], flow["processed"], flow["exited"], more, blocked, failed
    )


def _named(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    """Return what is counted under a prefix, by the rest of the name; a tile's own, not those of a tile inside it."""
    found = {key.removeprefix(prefix): value for key, value in counts.items() if key.startswith(prefix) and value}
    return {key: found[key] for key in sorted(found) if "." not in key}
