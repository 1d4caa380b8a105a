"""A run: one contact on their way through one journey."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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
    """Partition of the hint row by which an event finds this wait; empty where an answer is awaited."""


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
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the commands of earlier tiles answered: `tiles.<id>.*`."""
    path: tuple[str, ...] = ()
    """The tiles it has come through, in order."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Row `head` of a contact's partition in a journey: what re-entry rules ask for."""

    last: datetime


def run_id(journey: str, event: str) -> str:
    """Return the id of the one run that an event starts in a journey (I2)."""
    return derived("run", journey, event)


def partition(journey: str, contact: str) -> str:
    return joined(journey, contact)


def gone(_message: Message[Any], _facts: object, _now: datetime) -> Decision[Run]:
    """No such run (yet): what is early, or a stray, changes nothing."""
    return Decision()
