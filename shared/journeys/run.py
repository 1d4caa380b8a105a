"""A run: one contact on their way through one journey."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shared.runtime.decision import Decision
from shared.runtime.envelope import Message
from shared.runtime.ids import derived, joined

TABLE = "runs"


@dataclass(frozen=True, slots=True)
class Wait:
    """What a run waits for. An answer, event or timer that does not bring this token changes nothing (I5)."""

    token: str
    tile: str
    until: datetime
    hint: str = ""
    """Partition of the hint row by which an event finds this wait; empty where none can."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What concerns a run wherever it is: an exit, or the journey's goal."""

    token: str
    kind: Literal["exit", "goal"]
    rule: int
    """Which of the journey's exits; 0 for its goal."""
    hint: str


@dataclass(frozen=True, slots=True)
class Run:
    """Row `run:<id>`. Pinned to the version of the journey it began with."""

    id: str
    journey: str
    version: int
    contact: str
    event: str
    attributes: Mapping[str, Any]
    """The starting trigger's attributes: `trigger.*`."""
    entered_at: datetime
    status: str = "running"
    """running | completed | exited | not_entered"""
    reason: str = ""
    waiting: Wait | None = None
    watches: tuple[Watch, ...] = ()
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the commands of earlier tiles answered: `tiles.<id>.*`."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Which way it took at splits, experiments and choices of a channel."""
    path: tuple[str, ...] = ()
    """The tiles it has come through, in order."""
    moved_by: tuple[str, ...] = ()
    """The events that were what it waited for: told again, one is no answer to the wait behind."""
    ended_at: datetime | None = None
    goal_at: datetime | None = None
    test: bool = False
    """It counts nowhere."""
    points_of: str = ""
    """In a test run: the contact whose contact points are written to."""
    event_at: datetime | None = None
    """The event's own time; None where that was not kept."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Row `head` of a contact's partition in a journey: what re-entry rules ask for."""

    last: datetime


def run_id(journey: str, event: str) -> str:
    """Return the id of the one run that an event starts in a journey (I2)."""
    return derived("run", journey, event)


def member_run_id(journey: str, occurrence: str, contact: str) -> str:
    """Return the id of the one run that a contact gets by being in a segment, whoever finds that out."""
    return derived("run", journey, "segment", occurrence, contact)


def partition(journey: str, contact: str) -> str:
    return joined(journey, contact)


def delivery_id(run: str, tile: str) -> str:
    """Return the id of the one message that a send tile sends in a run (I3)."""
    return derived("delivery", run, tile)


def gone(_message: Message[Any], _facts: object, _now: datetime) -> Decision[Run]:
    """No such run (yet): what is early, or a stray, changes nothing."""
    return Decision()
