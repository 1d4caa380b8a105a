"""A scenario: who there is, what happens when, and what shall come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.contacts.messages import PutContact
from shared.devices.messages import PutDevice

REPORTS = ("delivered", "failed", "bounced_hard", "bounced_soft", "opened", "clicked")
"""What a provider may say of a delivery."""
LONGEST = timedelta(days=400)
"""Virtual time after its last event in which a scenario without `until` must come to rest."""

type Action = Fire | Command | Report | Reply | Agree | Person | Subscribe | ChangeOfJourney | PutDevice


@dataclass(frozen=True, slots=True)
class Person:
    """A contact, and by `channel/purpose` what they agreed to."""

    contact: PutContact
    consents: Mapping[str, str] = field(default_factory=dict)
    takes_push: bool = False


@dataclass(frozen=True, slots=True)
class Fire:
    """A trigger fires. Without an id, one is derived from scenario, seed and place."""

    trigger: str
    data: Mapping[str, Any]
    id: str = ""
    source: str = "/scenarios"
    is_about_case: bool = False
    """It names the newest case, of `contact` if one is given, in its attributes `case` and `number`."""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """An agent's command to the newest case, or to the newest one of a contact."""

    kind: Literal["resolve", "cancel", "status", "reactivate"]
    status_reason: str = ""
    text: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The provider tells what became of the newest delivery of a tile."""

    tile: str
    report: str
    journey: str
    contact: str = ""
    link: str = ""
    """What was clicked."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A customer answers the newest SMS of a tile."""

    tile: str
    text: str
    journey: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A contact's browser takes push messages, or takes them no more."""

    contact: str
    is_subscribed: bool


@dataclass(frozen=True, slots=True)
class ChangeOfJourney:
    """An operator pauses, resumes or stops a journey."""

    journey: str
    command: Literal["pause", "resume", "stop"]


@dataclass(frozen=True, slots=True)
class Agree:
    contact: str
    consents: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens so long after the start; `line` is where it is written."""

    at: timedelta
    action: Action
    line: int = 0


@dataclass(frozen=True, slots=True)
class ExpectedRun:
    """None is not asked for; so in every expectation."""

    journey: str
    contact: str
    status: str | None = None
    reason: str | None = None
    path: tuple[str, ...] | None = None
    goal: bool | None = None
    """Whether it reached the goal of its journey."""


@dataclass(frozen=True, slots=True)
class ExpectedMessage:
    """Without a `state`, a message that was given to the provider."""

    to: str
    channel: str | None = None
    template: str | None = None
    journey: str | None = None
    tile: str | None = None
    language: str | None = None
    state: str | None = None
    reason: str | None = None
    subject: str | None = None
    at: timedelta | None = None
    contains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectations:
    runs: tuple[ExpectedRun, ...] = ()
    messages: tuple[ExpectedMessage, ...] = ()
    not_entered: tuple[ExpectedRun, ...] = ()
    nothing_else: bool = False

    def count(self) -> int:
        return len(self.runs) + len(self.messages) + len(self.not_entered) + self.nothing_else


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    journey: str
    """Whose path is shown; empty: every journey's."""
    starts: datetime
    steps: tuple[Step, ...]
    people: tuple[Person, ...] = ()
    devices: tuple[PutDevice, ...] = ()
    until: timedelta | None = None
    """It ends there, whatever still waits; None: it must come to rest."""
    expect: Expectations = Expectations()
    file: str = ""
    line: int = 0
