"""A case: what it is about and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from shared.cases.progress import Progress
from shared.cases.waiting import Assignment
from shared.definitions.conditions import MISSING, NOW, Lookup
from shared.runtime.ids import joined
from shared.sla.instance import Instance

MOST_ACTIVITIES = 100
"""What may be open for one case: all of it moves in one message when the case is merged."""


@dataclass(frozen=True, slots=True)
class OpenActivity:
    """Something that is still to be done for a case; its home is the table `tasks`."""

    type: str
    subject: str


@dataclass(frozen=True, slots=True)
class Child:
    """A case below this one, as it said last; or one that is there no longer."""

    is_open: bool
    version: int
    is_below: bool = True
    asked: str = ""
    """The adoption (by id) that it has not answered yet: until then it may be there."""

    @property
    def is_here(self) -> bool:
        return self.is_below or bool(self.asked)

    @property
    def may_be_open(self) -> bool:
        return bool(self.asked) or (self.is_below and self.is_open)


@dataclass(frozen=True, slots=True)
class Case:
    """The head of a case's partition; its timeline is the lines beside it."""

    id: str
    number: str
    epoch: int
    """How often it was opened; a device's guard names the epoch it counts on."""
    contact: str
    title: str
    priority: str
    """critical | high | normal | low"""
    origin: str
    """phone | email | web | sms | iot | chat"""
    opened_at: datetime
    device: str | None = None
    error_code: int | None = None
    status: str = "active"
    status_reason: str = "in_progress"
    resolution: str = ""
    closed_at: datetime | None = None
    version: int = 1
    """Grows with every change; read models apply only what is newer."""
    type: str = "problem"
    """question | problem | request"""
    description: str = ""
    subject: str = ""
    product: str = ""
    owner: str = ""
    """The agent who is responsible."""
    worked_by: str = ""
    """The agent who has taken it out of its queue, and has a slot for it."""
    queue: str = ""
    escalated: bool = False
    billable_minutes: int = 0
    first_response_at: datetime | None = None
    changed_at: datetime | None = None
    entitlement: str | None = None
    entitlement_sla: str = ""
    """The SLA of its entitlement: comes and goes with it."""
    sla: str = ""
    """Set by hand; `none`: it has no SLA. Empty: the entitlement's, or the default one."""
    parent: str | None = None
    children: Mapping[str, Child] = field(default_factory=dict)
    merged_into: str | None = None
    merging: Mapping[str, str] = field(default_factory=dict)
    """Cases that are merged into this one: pending, merged, or why one was not."""
    open_activities: Mapping[str, OpenActivity] = field(default_factory=dict)
    process: Progress | None = None
    assignment: Assignment = field(default_factory=Assignment)
    """On its way to whoever works on it."""
    test: bool = False
    """Opened in a test run: it counts nowhere."""
    alert_key: str = ""
    """The key of the guard that counts its alerts; empty: its device and error code."""
    instances: Mapping[str, Instance] = field(default_factory=dict)
    """What it is held to by its SLA, by KPI."""

    @property
    def is_open(self) -> bool:
        return self.status == "active"

    @property
    def below(self) -> tuple[str, ...]:
        return tuple(id_ for id_, child in self.children.items() if child.is_here)

    @property
    def open_children(self) -> tuple[str, ...]:
        return tuple(id_ for id_, child in self.children.items() if child.may_be_open)

    @property
    def is_merging(self) -> bool:
        """Whether another case is just being merged into it."""
        return "pending" in self.merging.values()


TABLE = "cases"
HEAD = "head"
OPEN_LIST = "open-cases"


def list_of_contact(contact: str) -> str:
    """Name the list of a contact's cases, open and closed."""
    return joined("cases-of", contact)


def order_of(case: Case) -> str:
    """Return the key that sorts a list by the time of opening."""
    return joined(case.opened_at.isoformat(), case.id)


COLUMNS = frozenset(column.name for column in fields(Case))
PREFIX = "case."


def lookup(case: Case, now: datetime) -> Lookup:
    """Return how conditions of definitions about cases see one: `case.<column>` (an empty one is missing), and now."""

    def look(path: str) -> object:
        if path == NOW:
            return now
        name = path.removeprefix(PREFIX)
        value = case.id if name == "case" else getattr(case, name) if name in COLUMNS else None
        if isinstance(value, datetime):
            return value.isoformat()
        return MISSING if value is None or value == "" else value

    return look
