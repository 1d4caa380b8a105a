"""A journey as data: its tiles in one flat graph, who may enter, and what takes people out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.definitions.conditions import Condition, attributes_of
from shared.definitions.tiles import ActivateTile, IfThenTile, Match, Tile, always_waits, paths_in, ways_of
from shared.definitions.tiles import all_paths as paths_of_tile

CONTACTS_CHANGED = "record:contacts"
"""What a run waits for that waits for a segment: any change of its contact."""


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
class SegmentStart:
    """Starts for the members of a segment: once for those it has then, with newcomers, or again and again."""

    segment: str
    repeat: Literal["once", "newcomers", "every"] = "once"
    every: timedelta = timedelta()
    at: datetime | None = None
    """When it first starts; None: as soon as the journey is live."""


@dataclass(frozen=True, slots=True)
class ExitRule:
    """Takes the customer out wherever they are: on an event of theirs, or once they are in a segment."""

    reason: str
    match: Match | None = None
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """What the journey is for: an event of the customer's, of which `share` percent is hoped for."""

    match: Match
    share: float


@dataclass(frozen=True, slots=True)
class Journey:
    name: str
    starts_on: str
    """The trigger; empty where it starts for a segment."""
    entry: Condition | None
    re_entry: ReEntry
    tiles: Mapping[str, Tile]
    first: str | None
    segment: SegmentStart | None = None
    exclude: str = ""
    """The segment whose members do not enter."""
    exits: tuple[ExitRule, ...] = ()
    goal: Goal | None = None
    ends: datetime | None = None
    """Nobody enters from then on; who is inside goes on."""
    is_draft: bool = False

    def triggers(self) -> frozenset[str]:
        """The triggers it starts on, raises and waits for."""
        raised = (tile.trigger for tile in self.tiles.values() if isinstance(tile, ActivateTile))
        started = (self.starts_on,) if self.starts_on else ()
        return frozenset({*started, *raised, *(match.trigger for match in self.matches())})

    def matches(self) -> Iterator[Match]:
        """Every event that one of its runs may wait for, that ends a run, or that is its goal."""
        yield from (tile.match for tile in self.tiles.values() if isinstance(tile, IfThenTile) and tile.match)
        yield from (rule.match for rule in self.exits if rule.match)
        yield from (self.goal.match,) if self.goal else ()

    def keeps_out(self) -> tuple[str, ...]:
        """The segments whose members do not enter: those that would take them out again, too."""
        leaving = (rule.segment for rule in self.exits if rule.segment)
        return (self.exclude, *leaving) if self.exclude else tuple(leaving)

    def watches_contact(self) -> bool:
        """Whether a change of a contact may move a run: by a segment it comes into."""
        waiting = any(isinstance(tile, IfThenTile) and tile.segment for tile in self.tiles.values())
        return waiting or any(rule.segment for rule in self.exits)

    def waited_by(self, trigger: str) -> frozenset[str]:
        """By what (`contact` or an attribute) its runs wait for the trigger."""
        if trigger == CONTACTS_CHANGED:
            return frozenset({"contact"}) if self.watches_contact() else frozenset()
        return frozenset(match.by for match in self.matches() if match.trigger == trigger)

    def ahead(self, *tiles: str | None) -> tuple[Tile, ...]:
        """Return the tiles that a run at one of these may come through in one step, those that wait included."""
        found: dict[str, Tile] = {}
        open_ = [tile for tile in tiles if tile is not None]
        while open_:
            name = open_.pop()
            if name not in found:
                found[name] = self.tiles[name]
                open_ += [way for way in ways_of(found[name]) if way is not None and not always_waits(found[name])]
        return tuple(found.values())

    def paths(self) -> Iterator[str]:
        """Every path that its conditions and mappings name."""
        if self.entry:
            yield from attributes_of(self.entry)
        for tile in self.tiles.values():
            yield from paths_of_tile(tile)
        for match in self.matches():
            yield from paths_in(match.value)
            yield from attributes_of(match.where) if match.where else ()
