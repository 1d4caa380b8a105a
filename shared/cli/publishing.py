"""Reading, checking and publishing a folder of definitions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from shared.cli.case_definitions import of_cases
from shared.cli.services import Services
from shared.definitions import stored_reader
from shared.definitions.calendar import Calendar
from shared.definitions.conditions import InSegment, asks
from shared.definitions.difference import DocumentChange, differences
from shared.definitions.faults import Fault, Invalid
from shared.definitions.loader import Documents, load, read_tree
from shared.definitions.published import EVERYBODY_KNOWS, Change, Definitions
from shared.definitions.rehearsal import Forgetful
from shared.runtime.codec import plain
from shared.runtime.errors import CarebusError, Conflict
from shared.runtime.settings import definitions_cache


class PublishedMeanwhile(CarebusError):
    """Somebody else published meanwhile, and nothing was changed; run this again."""


@dataclass(frozen=True, slots=True)
class Publication:
    changes: Sequence[Change]
    live_at: datetime | None
    """From when on every process works with it (UTC); None where nothing waits for that."""
    differences: Sequence[DocumentChange]


def read(folder: Path, *, examples: bool = False) -> Documents:
    """Return the definitions in a folder; raises Invalid with everything wrong, in files named from where we are."""
    texts = {str(folder / file): text for file, text in read_tree(folder, examples=examples).items()}
    if not texts:
        raise Invalid([Fault(str(folder), 0, "no .yaml file is in this folder")])
    return load(texts)


def overview(documents: Documents) -> list[dict[str, Any]]:
    """Return a line for each definition: its kind, its name, and what it does."""
    return [
        *_lines("trigger", {name: trigger.kind for name, trigger in documents.triggers.items()}),
        *_lines("template", {name: _template(documents, name) for name in documents.templates}),
        *_lines("contact_attributes", _contact_attributes(documents)),
        *_lines("segment", {name: _segment(documents, name) for name in documents.segments}),
        *_lines("journey", {name: _journey(documents, name) for name in documents.journeys}),
        *_lines("calendar", {name: _calendar(calendar) for name, calendar in documents.calendars.items()}),
        *of_cases(documents),
    ]


async def publish(services: Services, documents: Documents, environment: Mapping[str, str]) -> Publication:
    """Make the documents the current definitions; raises PublishedMeanwhile."""
    cache = definitions_cache(environment)
    before = await Definitions(services.store, services.clock).current()
    try:
        changes = await Definitions(services.store, services.clock, cache).publish(documents)
    except Conflict:
        raise PublishedMeanwhile from None
    live_at = await _live_at(services, documents, cache, bool(changes))
    return Publication(changes, live_at, differences(documents, changes, before))


async def rehearse(services: Services, documents: Documents) -> Publication:
    """Tell what publishing would change, and change nothing."""
    changes = await Definitions(Forgetful(services.store), services.clock).publish(documents)
    before = await Definitions(services.store, services.clock).current()
    return Publication(changes, None, differences(documents, changes, before))


async def until_live(services: Services, live_at: datetime) -> None:
    while (left := live_at - services.clock.now()) > timedelta():
        await services.clock.pause(min(left.total_seconds(), 1.0))


def changed(publication: Publication) -> list[dict[str, Any]]:
    """Return a line for each document: new, changed or unchanged, and which tiles of a journey."""
    return [{**plain(each), "tiles": _tiles(each)} for each in publication.differences]


def _tiles(difference: DocumentChange) -> str:
    told = difference.tiles
    if told is None:
        return ""
    signs = {"+": told.added, "-": told.removed, "~": told.changed}
    return " ".join(f"{sign}{tile}" for sign, tiles in signs.items() for tile in tiles)


async def _live_at(services: Services, documents: Documents, cache: timedelta, is_changed: bool) -> datetime | None:
    """Return when the last of these journeys is live, and every process has read what changed."""
    now = services.clock.now()
    catalogue = await Definitions(services.store, services.clock).current()
    times = [catalogue.journeys[name].live_from for name in documents.journeys]
    times += [now + cache + EVERYBODY_KNOWS] if is_changed else []
    return max((time for time in times if time > now), default=None)


def _lines(kind: str, described: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"kind": kind, "name": name, "what": described[name]} for name in sorted(described)]


def _template(documents: Documents, name: str) -> str:
    template = documents.templates[name]
    return f"{template.channel}, {template.purpose}, in {', '.join(sorted(template.languages))}"


def _contact_attributes(documents: Documents) -> dict[str, str]:
    of_kind = {name: source for (kind, name), source in documents.sources.items() if kind == "contact_attributes"}
    return {name: ", ".join(stored_reader.parse("contact_attributes", of_kind[name]).attributes) for name in of_kind}


def _segment(documents: Documents, name: str) -> str:
    asked = asks(documents.segments[name].members)
    return ", ".join(sorted({each.name if isinstance(each, InSegment) else each.path for each in asked}))


def _journey(documents: Documents, name: str) -> str:
    journey = documents.journeys[name]
    tiles = len(journey.tiles)
    starts = f"for segment {journey.segment.segment}" if journey.segment else f"on {journey.starts_on}"
    return f"starts {starts}, {tiles} tile{'' if tiles == 1 else 's'}"


def _calendar(calendar: Calendar) -> str:
    windows = [window for windows in calendar.weekdays for window in windows]
    hours = sum((window.closes - window.opens for window in windows), timedelta()) / timedelta(hours=1)
    place = "-".join(filter(None, (calendar.country, calendar.subdivision)))
    return f"{calendar.time_zone}, {hours:g} hours a week{f', holidays of {place}' if place else ''}"
