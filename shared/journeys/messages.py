"""What journeys say on the bus: what moves one run of one contact, and what moves a journey as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import AwareDatetime

from shared.events.messages import TriggerFired


@dataclass(frozen=True, slots=True)
class EnterJourney:
    """An event, or being in a segment, may start a run of this journey for this contact; its rules decide."""

    kind: ClassVar[str] = "enter_journey"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    contact: str
    run: str
    event: str
    """The event, or the occurrence of a segment-based journey, that starts it."""
    attributes: Mapping[str, Any]
    time: AwareDatetime
    points_of: str = ""
    """In a test run: the contact whose contact points are written to."""


@dataclass(frozen=True, slots=True)
class ToRun:
    """A message to one run."""

    journey: str
    contact: str
    run: str


@dataclass(frozen=True, slots=True)
class Answered(ToRun):
    """The command that a tile issued was answered; `token` names the question."""

    kind: ClassVar[str] = "answered"
    queue: ClassVar[str] = "journey-steps"

    token: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Awaited(ToRun):
    """An event happened that the run said it waits for; `token` names the wait, the exit or the goal."""

    kind: ClassVar[str] = "awaited"
    queue: ClassVar[str] = "journey-steps"

    token: str
    event: str
    attributes: Mapping[str, Any]
    time: AwareDatetime
    also: tuple[str, ...] = ()
    """What else of this run the event was found by: an exit among it comes before a wait."""
    hint: str = ""
    """Partition of the hint row that it was found by."""


@dataclass(frozen=True, slots=True)
class TellWaiters:
    """An event happened that more than a page of runs wait for: tell those behind `after`."""

    kind: ClassVar[str] = "tell_waiters"
    queue: ClassVar[str] = "journey-steps"

    event: str
    fired: TriggerFired
    place: str
    """The partition of the hints of those who wait."""
    after: str


@dataclass(frozen=True, slots=True)
class TimeUp(ToRun):
    """A wait has reached its limit; `token` names the wait."""

    kind: ClassVar[str] = "time_up"
    queue: ClassVar[str] = "journey-steps"

    token: str


@dataclass(frozen=True, slots=True)
class LookAgain(ToRun):
    """What the run waits for may be so already. Handled where the wait was begun; sent only after a pause."""

    kind: ClassVar[str] = "look_again"
    queue: ClassVar[str] = "journey-steps"

    token: str


@dataclass(frozen=True, slots=True)
class EndRun(ToRun):
    """Take the run out wherever it is."""

    kind: ClassVar[str] = "end_run"
    queue: ClassVar[str] = "journey-steps"

    reason: str


@dataclass(frozen=True, slots=True)
class MoveRun(ToRun):
    """Let a waiting run go on in another version of its journey, at this tile."""

    kind: ClassVar[str] = "move_run"
    queue: ClassVar[str] = "journey-steps"

    version: int
    places: Mapping[str, str] = field(default_factory=dict)
    """Tile to the tile where a run that waits there shall wait; a tile that is not named stays."""


@dataclass(frozen=True, slots=True)
class ChangeJourney:
    """Pause, resume or stop a journey."""

    kind: ClassVar[str] = "change_journey"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    command: str
    """pause | resume | stop"""
    by: str = ""
    since: AwareDatetime | None = None
    """Of a pause that has lasted too long: when it began. Another one does not stop for it."""


@dataclass(frozen=True, slots=True)
class ReleaseParked:
    """Send again, in order, what came to a journey while it was paused; goes on page by page."""

    kind: ClassVar[str] = "release_parked"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    until: AwareDatetime
    """Until when some process may still park: from then on, an empty page is the last."""
    page: int = 0


@dataclass(frozen=True, slots=True)
class EndRuns:
    """Take every waiting run of a journey out; goes on page by page through the shards of its list."""

    kind: ClassVar[str] = "end_runs"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    reason: str
    shard: int = 0
    after: str = ""


@dataclass(frozen=True, slots=True)
class MoveRuns:
    """Move every waiting run of a journey to a version; goes on page by page through the shards of its list."""

    kind: ClassVar[str] = "move_runs"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    version: int
    places: Mapping[str, str] = field(default_factory=dict)
    shard: int = 0
    after: str = ""


@dataclass(frozen=True, slots=True)
class RepairRuns:
    """Tell every run whose time was up a while ago that it is: its timer, or its answer, was lost."""

    kind: ClassVar[str] = "repair_runs"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    shard: int = 0
    after: str = ""


@dataclass(frozen=True, slots=True)
class WalkSegment:
    """Enter the members of a segment, a page of contacts at a time; `page` counts the pages from 0."""

    kind: ClassVar[str] = "walk_segment"
    queue: ClassVar[str] = "journey-steps"

    journey: str
    occurrence: str
    started_at: AwareDatetime
    page: int = 0


@dataclass(frozen=True, slots=True)
class JourneyTick:
    """A minute has passed: see to what only time does to journeys."""

    kind: ClassVar[str] = "journey_tick"
    queue: ClassVar[str] = "journey-steps"

    full: bool = False
    """Also fold counters, judge experiments, and tell who waits in a journey that stops once more."""
