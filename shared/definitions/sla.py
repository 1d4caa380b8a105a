"""Service levels: by when something must have happened to a case, in business time, and what is done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from shared.definitions.attributes import Attribute
from shared.definitions.calendar import Calendar
from shared.definitions.conditions import All, AnyOf, Condition, Lookup, holds
from shared.definitions.mapping import Source

type Moment = Literal["warn", "fail", "success"]
type Action = Raise | Escalate | Route | AddNote

MOMENTS: tuple[Moment, ...] = ("warn", "fail", "success")
OPENED_AT = "case.opened_at"
ALWAYS: Condition = All(())
NEVER: Condition = AnyOf(())
KPI: Mapping[str, Attribute] = {
    "name": Attribute("text"),
    "sla": Attribute("text"),
    "instance": Attribute("reference"),
    "at": Attribute("datetime"),
    "fails_at": Attribute("datetime", optional=True),
}
"""What a raised trigger may be told of a KPI, as `kpi.<name>`, besides what it is told of the case."""
NONE = "none"
"""The name that no SLA has: set by hand, it says that none applies."""


@dataclass(frozen=True, slots=True)
class Raise:
    """Fire a custom trigger, so that a journey can react."""

    trigger: str
    mapping: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Escalate:
    """Mark the case as escalated."""


@dataclass(frozen=True, slots=True)
class Route:
    """Ask once more who should work on the case."""


@dataclass(frozen=True, slots=True)
class AddNote:
    """Put a note on the case's timeline."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """What is promised of one KPI, for the cases it is applicable to."""

    kpi: str
    fail_after: timedelta
    """Business time."""
    succeeds_when: Condition
    warn_after: timedelta | None = None
    applicable_from: str = OPENED_AT
    """The column of the case that says since when time counts."""
    applicable_when: Condition = ALWAYS
    pauses_when: Condition = NEVER
    succeeded_at: str = ""
    """The column of the case that says when it succeeded; empty: when that is noticed."""
    calendar: Calendar | None = None
    """None: all time is business time."""
    actions: Mapping[Moment, tuple[Action, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sla:
    """Several items may be of the same KPI: the first that is applicable counts."""

    name: str
    items: tuple[Item, ...]
    is_default: bool = False
    """It holds for cases for which nobody says otherwise."""
    reevaluates: bool = False
    """An instance that has ended is evaluated again when what it rests on changes."""

    def kpis(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.kpi for item in self.items))

    def applicable(self, kpi: str, lookup: Lookup) -> int | None:
        """The place of the item that counts for a case, None where there is none."""
        for place, item in enumerate(self.items):
            if item.kpi == kpi and holds(item.applicable_when, lookup):
                return place
        return None
