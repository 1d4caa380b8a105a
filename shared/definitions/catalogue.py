"""All published definitions, as one reader sees them at one time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from shared.definitions.journey import IfThenTile, Journey
from shared.definitions.templates import Template
from shared.definitions.trigger import Trigger


@dataclass(frozen=True, slots=True)
class Published:
    journey: Journey
    version: int
    state: Literal["publishing", "live", "stopped"]
    live_from: datetime
    before: "Published | None" = None
    """The version whose place it takes at `live_from`; None where it takes nobody's, or has taken it."""

    def at(self, now: datetime) -> "Published":
        """Return the version in force: an edited journey goes on as it was until everybody knows the new one."""
        return self.before if self.before is not None and now < self.live_from else self


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Triggers, templates, and the latest version of each journey, all by name; it never changes."""

    triggers: Mapping[str, Trigger]
    journeys: Mapping[str, Published]
    templates: Mapping[str, Template]
    waits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Trigger to what earlier versions wait by: runs stay on the version they began with."""

    def __post_init__(self) -> None:
        for name in ("triggers", "journeys", "templates", "waits"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def starting_on(self, trigger: str) -> tuple[Published, ...]:
        """The journeys that the trigger starts, whatever their state, by name."""
        by_name = (self.journeys[name] for name in sorted(self.journeys))
        return tuple(published for published in by_name if published.journey.starts_on == trigger)

    def waiting_on(self, trigger: str) -> frozenset[str]:
        """By what (`contact` or an attribute) published journeys wait for the trigger."""
        return self.waits.get(trigger, frozenset()) | frozenset(
            tile.by
            for published in self.journeys.values()
            for tile in published.journey.tiles.values()
            if isinstance(tile, IfThenTile) and tile.trigger == trigger
        )

    def is_used(self, trigger: str) -> bool:
        """Whether an event of this trigger could start or resume anything."""
        return bool(self.starting_on(trigger) or self.waiting_on(trigger))
