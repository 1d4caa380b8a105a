"""Published definitions in Table storage: immutable versions, and one row that says which are current.

The row is read at most once per cache period, however many definitions there are; versions are cached for good.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from shared.definitions.calendar import Calendar
from shared.definitions.catalogue import Catalogue, Published
from shared.definitions.current import (
    CATALOGUE,
    LATEST,
    PART,
    TABLE,
    changed_line,
    journey_line,
    key_of,
    pointers,
    time_in,
    version_of,
)
from shared.definitions.faults import Fault, Invalid
from shared.definitions.journey import CONTACTS_CHANGED, Journey
from shared.definitions.kinds import Definition, Kind
from shared.definitions.loader import Documents
from shared.definitions.sla import Sla
from shared.definitions.states import FINAL
from shared.definitions.stored_reader import parse
from shared.definitions.templates import Template
from shared.runtime import codec
from shared.runtime.clock import Clock
from shared.runtime.errors import Conflict, Transient
from shared.runtime.ids import joined
from shared.runtime.store import Insert, Replace, Row, Store

EVERYBODY_KNOWS = timedelta(seconds=5)
"""Added to the cache period before a new version is live: by then no process works with the old catalogue."""


@dataclass(frozen=True, slots=True)
class Change:
    """What publishing did to one definition."""

    kind: Kind
    name: str
    version: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that is published at one moment."""

    sources: Mapping[tuple[Kind, str], Any]
    etag: str


class NotKnownYet(Transient):
    """Another process sent a message about a journey that this one has not read of yet."""


class Definitions:
    """Reads what is published. One per process; safe for concurrent use."""

    def __init__(self, store: Store, clock: Clock, cache_for: timedelta = timedelta(seconds=10)) -> None:
        self._store = store
        self._clock = clock
        self._cache_for = cache_for
        self._parsed: dict[tuple[str, str, int], Any] = {}
        self._catalogue: Catalogue | None = None
        self._pointers: Mapping[str, Any] = pointers(None)
        self._etag = ""
        self._fresh_until: datetime | None = None

    async def current(self) -> Catalogue:
        """Return everything that is published, at most one cache period old."""
        now = self._clock.now()
        if self._catalogue is None or self._fresh_until is None or now >= self._fresh_until:
            row = await self._store.get(TABLE, CATALOGUE, LATEST)
            if self._catalogue is None or row is None or row.etag != self._etag:
                held = pointers(row)
                catalogue = await self._assembled(held)
                # Together: what is used and the number it is recorded under must not be of two publications.
                self._catalogue, self._pointers, self._etag = catalogue, held, row.etag if row else ""
            self._fresh_until = now + self._cache_for
        return self._catalogue

    async def fresh(self) -> Catalogue:
        """Return everything that is published as it is now: for people, who have just changed something."""
        self._fresh_until = None
        return await self.current()

    async def standing(self) -> Standing:
        """Return the sources of everything that is published now."""
        row = await self._store.get(TABLE, CATALOGUE, LATEST)
        held = pointers(row)
        names = [(kind, name) for kind, part in PART.items() for name in held[part]]
        found = {(kind, name): await self.source(kind, name, version_of(held, kind, name)) for kind, name in names}
        return Standing(found, row.etag if row else "")

    async def source(self, kind: Kind, name: str, version: int) -> Any:
        """Return one version of a definition as it is stored; raises LookupError."""
        row: Row | None = await self._store.get(TABLE, joined(kind, name), key_of(version))
        if row is None:
            raise LookupError(f"{kind} {name} has no version {version}")
        return row.data["source"]

    def known_at(self, now: datetime) -> datetime:
        """Return by when every process has read of what is published now."""
        return now + self._cache_for + EVERYBODY_KNOWS

    async def published(self, journey: str, now: datetime | None = None) -> Published:
        """Return the version of a journey in force; raises NotKnownYet where only others have read of it so far."""
        catalogue = await self.current()
        if journey not in catalogue.journeys:
            raise NotKnownYet
        return catalogue.journeys[journey].at(now or self._clock.now())

    async def is_stopped(self, journey: str) -> bool:
        """Tell whether a journey has been stopped, as far as this process knows."""
        catalogue = await self.current()
        return journey in catalogue.journeys and catalogue.journeys[journey].state in FINAL

    async def journey(self, name: str, version: int) -> Journey:
        """Return one version of a journey: what a run that began with it goes on with."""
        journey: Journey = await self._version("journey", name, version)
        return journey

    async def sla(self, name: str, version: int) -> Sla:
        """Return one version of an SLA: what an instance that began with it is counted by."""
        sla: Sla = await self._version("sla", name, version)
        return sla

    async def template(self, name: str) -> tuple[Template | None, int]:
        """Return the current version of a template and its number; None and 0 where there is none."""
        catalogue = await self.current()
        return catalogue.templates.get(name), self._pointers["templates"].get(name, 0)

    async def calendar(self, name: str) -> tuple[Calendar, int]:
        """Return the current version of a calendar and its number; raises NotKnownYet where there is none so far."""
        catalogue = await self.current()
        if name not in catalogue.calendars:
            raise NotKnownYet
        return catalogue.calendars[name], self._pointers["calendars"][name]

    async def calendar_version(self, name: str, version: int) -> Calendar:
        """Return one version of a calendar."""
        calendar: Calendar = await self._version("calendar", name, version)
        return calendar

    async def publish(self, documents: Documents, based_on: Standing | None = None) -> list[Change]:
        """Make these the current definitions: all of them at once, or none. Unchanged ones keep their version.

        Raises Conflict where somebody else published meanwhile, or since what it is `based_on`; Invalid where a stopped
        trigger is to live again, or a stopped journey to change.
        """
        row = await self._store.get(TABLE, CATALOGUE, LATEST)
        if based_on is not None and based_on.etag != (row.etag if row else ""):
            raise Conflict(LATEST)
        held = pointers(row)
        await self._check_lives(held, documents)
        changes = [
            change
            for (kind, name), source in documents.sources.items()
            if (change := await self._put(held, kind, name, source)) is not None
        ]
        for change in changes:
            self._point(held, change, documents)
        if changes:
            latest = Replace(LATEST, held, row.etag) if row else Insert(LATEST, held)
            await self._store.write(TABLE, CATALOGUE, latest)
        return changes

    async def change_state(
        self, journey: str, command: str, id_: str, now: datetime, since: datetime | None = None
    ) -> Published:
        """Pause, resume, stop or finish a journey, and return it as it is then; a repeat (by id) changes nothing.

        With `since`, only the state that it has had since then is changed. Raises LookupError where there is no such
        journey, NotAllowed where its state does not take the command, and Conflict where somebody else changed
        definitions meanwhile.
        """
        row = await self._store.get(TABLE, CATALOGUE, LATEST)
        held = pointers(row)
        if row is None or journey not in held["journeys"]:
            raise LookupError(journey)
        line = changed_line(held["journeys"][journey], command, id_, now, self.known_at(now), since)
        if line is not None:
            held["journeys"][journey] = line
            await self._store.write(TABLE, CATALOGUE, Replace(LATEST, held, row.etag))
            self._fresh_until = None
        return await self._published(journey, held["journeys"][journey])

    async def _check_lives(self, held: Mapping[str, Any], documents: Documents) -> None:
        reviving = [
            f"trigger {name}"
            for name, trigger in documents.triggers.items()
            if trigger.state != "stopped"
            and (version := version_of(held, "trigger", name))
            and (await self._version("trigger", name, version)).state == "stopped"
        ]
        reviving += [
            f"journey {name}"
            for name in documents.journeys
            if (line := held["journeys"].get(name)) is not None
            and line["state"] in FINAL
            and await self.source("journey", name, line["version"]) != documents.sources["journey", name]
        ]
        if reviving:
            reason = "it is stopped for good; what goes on needs another name"
            raise Invalid([Fault(name, 0, reason) for name in reviving])

    async def _put(self, held: Mapping[str, Any], kind: Kind, name: str, source: Any) -> Change | None:
        version = version_of(held, kind, name)
        if version and (await self.source(kind, name, version)) == source:
            return None
        for following in count(version + 1):
            try:
                await self._store.write(TABLE, joined(kind, name), Insert(key_of(following), {"source": source}))
            except Conflict:
                continue  # left by a publication that did not come to its end
            return Change(kind, name, following, not version)
        raise AssertionError

    def _point(self, held: dict[str, Any], change: Change, documents: Documents) -> None:
        if change.kind != "journey":
            held[PART[change.kind]][change.name] = change.version
            return
        journey, now = documents.journeys[change.name], self._clock.now()
        lines, waits = held["journeys"], held["waits"]
        lines[change.name] = journey_line(
            lines.get(change.name), change.version, self.known_at(now), now, is_draft=journey.is_draft
        )
        for trigger in (*journey.triggers(), CONTACTS_CHANGED):
            if by := journey.waited_by(trigger) | set(waits.get(trigger, ())):
                waits[trigger] = sorted(by)

    async def _assembled(self, held: Mapping[str, Any]) -> Catalogue:
        plain = {
            part: {name: await self._version(kind, name, number) for name, number in held[part].items()}
            for kind, part in PART.items()
            if kind not in ("journey", "contact_attributes")
        }
        journeys = {name: await self._published(name, line) for name, line in held["journeys"].items()}
        waits = {trigger: frozenset(by) for trigger, by in held["waits"].items()}
        return Catalogue(**plain, journeys=journeys, waits=waits, versions={part: held[part] for part in plain})

    async def _published(self, name: str, line: Mapping[str, Any]) -> Published:
        journey = await self.journey(name, line["version"])
        live_from = datetime.fromisoformat(line["live_from"])
        since, held_until, first_live = (time_in(line, name) for name in ("since", "held_until", "first_live"))
        before = None
        if self._clock.now() < live_from and "before" in line:
            before = await self._published(name, line["before"])
            # Events are routed by what the newest version starts on: only those are also the older one's.
            before = before if before.journey.starts_on == journey.starts_on else None
        return Published(journey, line["version"], line["state"], live_from, before, since, held_until, first_live)

    async def _version(self, kind: Kind, name: str, version: int) -> Any:
        key = (kind, name, version)
        if key not in self._parsed:
            self._parsed[key] = _parsed(kind, codec.text(await self.source(kind, name, version)))
        return self._parsed[key]


@lru_cache(maxsize=1024)
def _parsed(kind: Kind, source: str) -> Definition:
    """Equal sources are read once a process: a version that only goes back to an earlier text, or a thousand worlds."""
    return parse(kind, json.loads(source))
