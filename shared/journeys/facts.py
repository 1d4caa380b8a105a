"""What a step of a run rests on besides its state and its message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.definitions.calendar import Calendar
from shared.definitions.journey import Journey
from shared.definitions.states import Phase


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Read only where the tiles ahead ask for it; recorded by `inputs`, so that a replay decides the same (I9)."""

    journey: Journey
    contact: Mapping[str, str] = field(default_factory=dict)
    """What mappings see of the contact."""
    verdicts: Mapping[str, bool] = field(default_factory=dict)
    """What conditions on the contact and its segments found: not the values, which are personal."""
    case: Mapping[str, Any] = field(default_factory=dict)
    device: Mapping[str, Any] = field(default_factory=dict)
    winners: Mapping[str, str] = field(default_factory=dict)
    """Experiment to the way that has won it."""
    channels: Mapping[str, float] = field(default_factory=dict)
    """Channel that may be used to how often the contact has answered to it, from 0 to 1."""
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    calendar_versions: Mapping[str, int] = field(default_factory=dict)
    happened: bool = False
    """Asked after a wait was begun: whether what it waits for is so already."""
    held: Journey | None = None
    """When a run is moved: the version that it comes from."""
    phase: Phase = "live"

    def inputs(self) -> dict[str, Any]:
        recorded = {
            "contact": self.contact,
            "verdicts": self.verdicts,
            "case": self.case,
            "device": self.device,
            "winners": self.winners,
            "channels": self.channels,
            "calendars": self.calendar_versions,
            "happened": self.happened,
            "phase": self.phase if self.phase != "live" else None,
        }
        return {name: value for name, value in recorded.items() if value}


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What an entry rests on: which version of the journey is in force, and what its first step needs."""

    version: int
    run: RunFacts
