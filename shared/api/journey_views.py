"""Journeys as people see them: in the API and on the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.definitions.catalogue import Catalogue, Published
from shared.definitions.journey import SegmentStart
from shared.definitions.published import Definitions
from shared.definitions.states import Phase, commands_for
from shared.definitions.stored import USES
from shared.definitions.tiles import ExperimentTile
from shared.journeys import analytics, experiments
from shared.journeys.analytics import Numbers, VersionNumbers
from shared.journeys.segment_walk import ONCE, read_occurrence
from shared.journeys.tick import due
from shared.runtime.store import Store

LATEST_OCCURRENCES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyLine:
    """A journey in a list, with the numbers of its newest version."""

    name: str
    phase: Phase
    version: int
    starts_on: str
    """The trigger; empty where it starts for a segment."""
    segment: str
    entered: int
    running: int
    completed: int
    exited: int
    not_entered: int
    goal: int
    goal_share: float
    """In percent of entries."""


@dataclass(frozen=True, slots=True)
class OccurrenceView:
    """One start of a segment-based journey. Times are UTC."""

    name: str
    started_at: datetime
    pages: int
    """Pages of contacts that were looked through."""
    entered: int
    """Members that were sent into the journey."""
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyView(JourneyLine):
    """A journey with its definition and its exact numbers."""

    live_version: int
    """The version that who enters now begins with."""
    live_from: datetime
    since: datetime | None
    """When it was last paused, resumed or stopped."""
    allowed: tuple[str, ...]
    """The commands that it takes now."""
    goal_wanted: float | None
    definition: Mapping[str, Any]
    versions: tuple[VersionNumbers, ...]
    """The newest first."""
    experiments: Mapping[str, Mapping[str, Any]]
    """Experiments that are decided, by tile."""
    occurrences: tuple[OccurrenceView, ...]
    """The latest ones."""


async def lines(
    store: Store, definitions: Definitions, now: datetime, names: Sequence[str] | None = None
) -> list[JourneyLine]:
    """Return a line for each journey, or for those of these names, by name."""
    catalogue = await definitions.fresh()
    listed = [catalogue.journeys[name] for name in sorted(catalogue.journeys) if names is None or name in names]
    return [JourneyLine(**_line(each, await numbers(store, definitions, each, now))) for each in listed]


async def view(store: Store, definitions: Definitions, name: str, now: datetime) -> JourneyView | None:
    """Return all that is known of a journey; None where there is none."""
    published = (await definitions.fresh()).journeys.get(name)
    if published is None:
        return None
    told = await numbers(store, definitions, published, now)
    source = await definitions.source("journey", name, published.version)
    return JourneyView(
        **_line(published, told),
        live_version=published.at(now).version,
        live_from=published.live_from,
        since=published.since,
        allowed=allowed(published),
        goal_wanted=told.goal_wanted,
        definition={key: value for key, value in source.items() if key != USES},
        versions=told.versions,
        experiments=told.winners,
        occurrences=await _occurrences(store, published, published.journey.segment, now),
    )


async def numbers(store: Store, definitions: Definitions, published: Published, now: datetime) -> Numbers:
    """Return the numbers of a journey."""
    journey = published.journey
    tiles = [tile.id for tile in journey.tiles.values() if isinstance(tile, ExperimentTile)]
    verdicts = await experiments.verdicts(store, journey.name, published.version, tiles)
    return await analytics.read(
        store, published, lambda version: definitions.journey(journey.name, version), now, verdicts
    )


def allowed(published: Published) -> tuple[str, ...]:
    """Name the commands that a journey takes as it stands; one that was never live takes none."""
    never_lived = published.journey.is_draft and published.first_live is None
    return () if never_lived else commands_for(published.state)


def triggers(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return what is known of each trigger, by name."""
    return [
        {
            "name": name,
            "kind": trigger.kind,
            "state": trigger.state,
            "attributes": trigger.attributes,
            "audience": trigger.audience,
            "table": trigger.table,
            "columns": trigger.columns,
            "used_in": catalogue.used_in(name),
        }
        for name, trigger in sorted(catalogue.triggers.items())
    ]


def _line(published: Published, told: Numbers) -> dict[str, Any]:
    journey = published.journey
    newest = next(version for version in told.versions if version.version == published.version)
    return {
        "name": journey.name,
        "phase": told.phase,
        "version": published.version,
        "starts_on": journey.starts_on,
        "segment": journey.segment.segment if journey.segment else "",
        "entered": newest.entered,
        "running": newest.running,
        "completed": newest.completed,
        "exited": sum(newest.exited.values()),
        "not_entered": sum(newest.not_entered.values()),
        "goal": newest.goal,
        "goal_share": newest.goal_share,
    }


async def _occurrences(
    store: Store, published: Published, start: SegmentStart | None, now: datetime
) -> tuple[OccurrenceView, ...]:
    if start is None:
        return ()
    last = next((name for name, _ in due(start, published.began, now)), None)
    if last is None:
        return ()
    newest = 0 if last == ONCE else int(last)
    numbered = (str(number) for number in range(newest, max(newest - LATEST_OCCURRENCES, -1), -1))
    names = (ONCE,) if last == ONCE else tuple(numbered)
    walks = [(name, await read_occurrence(store, published.journey.name, name)) for name in names]
    return tuple(
        OccurrenceView(name, walk.started_at, walk.pages, walk.entered, walk.finished_at)
        for name, walk in walks
        if walk
    )
