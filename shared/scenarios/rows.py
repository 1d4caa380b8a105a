"""Stored rows as a scenario sees them: only what is told or judged; whatever else a row has is left alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Waiting:
    tile: str
    until: datetime
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RunRow:
    id: str
    journey: str
    contact: str
    attributes: Mapping[str, Any]
    status: str
    reason: str = ""
    waiting: Waiting | None = None
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    choices: Mapping[str, Any] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    goal_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What the provider was given."""

    to: str
    text: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    template: str
    journey: str = ""
    tile: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery."""

    id: str
    contact: str
    channel: str
    state: str
    request: Request
    requested_at: datetime
    reason: str = ""
    language: str = ""
    outgoing: Content | None = None
    times: Mapping[str, datetime] = field(default_factory=dict)
    engagements: Mapping[str, int] = field(default_factory=dict)

    def has_left(self) -> bool:
        """True once the provider took it."""
        return "sent" in self.times or self.state in ("sent", "delivered")


@dataclass(frozen=True, slots=True)
class CaseRow:
    id: str
    number: str
    contact: str
    title: str
    status: str
    status_reason: str
    device: str | None = None
    error_code: int | None = None
    alert_key: str = ""


@dataclass(frozen=True, slots=True)
class StepRow:
    """What one message did to one aggregate."""

    kind: str
    outcome: str
    body: Mapping[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """What the decision rested on besides."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    subject: str
    contact: str
    owner: str
    name: str
    due_at: datetime
    state: str
    journey: str = ""


@dataclass(frozen=True, slots=True)
class WalkRow:
    """How far a segment-based journey has come with letting its members in."""

    journey: str
    segment: str
    entered: int
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stored[S]:
    """An aggregate's or a run's row: its state is what counts."""

    state: S
