"""A journey as data: its tiles in one flat graph, each naming the tile after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.definitions.conditions import Condition, attributes_of
from shared.definitions.mapping import Path, Source

type Tile = SendTile | ActivateTile | BranchTile | IfThenTile | ExitTile


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which case the link in a message is about."""

    case: Source
    number: Source


@dataclass(frozen=True, slots=True)
class SendTile:
    """`next` is the id of the tile that follows; None: the run completes. So in every tile."""

    id: str
    channel: Literal["sms", "email"]
    template: str
    ticket: Ticket | None
    next: str | None


@dataclass(frozen=True, slots=True)
class ActivateTile:
    """Raises a custom trigger; with a `command`, waits for its answer."""

    id: str
    trigger: str
    attributes: Mapping[str, Source]
    command: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class BranchCase:
    when: Condition
    next: str | None


@dataclass(frozen=True, slots=True)
class BranchTile:
    """Goes on with the first case that holds."""

    id: str
    cases: tuple[BranchCase, ...]
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class IfThenTile:
    """Waits for a trigger: yes as soon as it comes, no after `within`.

    An event is this run's if its attribute `by` equals `value`; with `by` `contact`, if its audience is the run's
    contact (then `value` is None). `where` speaks of the event's attributes as `event.*`.
    """

    id: str
    trigger: str
    by: str
    value: Source | None
    where: Condition | None
    within: timedelta
    yes: str | None
    no: str | None


@dataclass(frozen=True, slots=True)
class ExitTile:
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReEntry:
    """When the same contact may enter again; `delay` counts from the last entry and only for `after`."""

    kind: Literal["immediately", "never", "after"]
    delay: timedelta = timedelta()

    def allows(self, last_entry: datetime | None, now: datetime) -> bool:
        if last_entry is None or self.kind == "immediately":
            return True
        return self.kind == "after" and now - last_entry >= self.delay


@dataclass(frozen=True, slots=True)
class Journey:
    name: str
    starts_on: str
    entry: Condition | None
    re_entry: ReEntry
    tiles: Mapping[str, Tile]
    first: str | None

    def needs_contact(self) -> bool:
        """Whether a condition or mapping names the contact, so that it must be read before deciding."""
        return any(path.startswith("contact.") for path in self._paths())

    def triggers(self) -> frozenset[str]:
        """The triggers it starts on, raises and waits for."""
        named = (tile.trigger for tile in self.tiles.values() if isinstance(tile, ActivateTile | IfThenTile))
        return frozenset({self.starts_on, *named})

    def _paths(self) -> Iterator[str]:
        if self.entry:
            yield from attributes_of(self.entry)
        for tile in self.tiles.values():
            yield from paths_of(tile)


def paths_of(tile: Tile) -> Iterator[str]:
    """The paths that the tile's conditions and mappings name, `event.*` included."""
    match tile:
        case SendTile(ticket=Ticket(case, number)):
            yield from _sources(case, number)
        case ActivateTile(attributes=attributes):
            yield from _sources(*attributes.values())
        case BranchTile(cases=cases):
            for each in cases:
                yield from attributes_of(each.when)
        case IfThenTile(value=value, where=where):
            yield from _sources(value)
            yield from attributes_of(where) if where else ()


def _sources(*sources: Source | None) -> Iterator[str]:
    return (source.path for source in sources if isinstance(source, Path))
