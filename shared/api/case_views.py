"""A case as the API shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal, Self

from shared.cases.case import OPEN_LIST, Case, OpenActivity
from shared.cases.number import parts_of
from shared.cases.progress import Progress
from shared.cases.reading import find_case
from shared.cases.timeline import Line, read_lines
from shared.devices.device import TABLE as DEVICES
from shared.devices.guard import Guard
from shared.devices.messages import guard_place
from shared.runtime.aggregate import read_head
from shared.runtime.store import Store

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in a list. Times are UTC."""

    id: str
    number: str
    title: str
    status: str
    status_reason: str
    priority: str
    origin: str
    contact: str
    device: str | None
    error_code: int | None
    opened_at: datetime
    closed_at: datetime | None
    resolution: str
    version: int
    type: str
    subject: str
    product: str
    owner: str
    worked_by: str
    queue: str
    escalated: bool
    parent: str | None
    first_response_at: datetime | None

    @classmethod
    def of(cls, case: Case) -> Self:
        return cls(**_fields(case))


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How often the device reported the error that this case is open for."""

    count: int
    first_seen: datetime
    last_seen: datetime
    recovered_at: datetime | None = None
    """When the device was last seen to work, if that was after the last occurrence."""
    is_flapping: bool = False
    """Whether the error comes and goes, so that recoveries do not resolve the case at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline."""

    id: str
    kind: str
    at: datetime
    outcome: str
    by: str
    text: str
    reason: str
    """Why it was refused; empty otherwise."""
    direction: str
    subject: str
    parties: tuple[str, ...]
    conversation: str
    detail: Mapping[str, Any]
    case: str

    @classmethod
    def of(cls, line: Line) -> Self:
        return cls(**{field.name: getattr(line, field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView(CaseLine):
    """A case with all that belongs to it.

    `occurrences` is null where its device's guard counts elsewhere. `timeline` has the newest lines, oldest first; all
    are under `/timeline`.
    """

    description: str
    billable_minutes: int
    entitlement: str | None
    sla: str
    merged_into: str | None
    merging: Mapping[str, str]
    children: Mapping[str, Literal["open", "closed"]]
    open_activities: Mapping[str, OpenActivity]
    process: Progress | None
    occurrences: Occurrences | None
    timeline: tuple[Entry, ...]


async def find_numbered(store: Store, number: str) -> Case | None:
    """Find a case by the day in its number: cases that were closed leave a tombstone in the list of that day."""
    parts = parts_of(number)
    if parts is None:
        return None
    (begins, ending), after = parts, ""
    while True:
        page = await store.page("views", OPEN_LIST, prefix=begins, after=after, limit=PAGE)
        for row in page.rows:
            if row.key.endswith(ending):
                return await find_case(store, row.key.rpartition("~")[2])
        if page.after is None:
            return None
        after = page.after


async def view_of(store: Store, case: Case) -> CaseView:
    page = await read_lines(store, case.id)
    entries = tuple(Entry.of(line) for line in reversed(page.lines))
    own = {name: getattr(case, name) for name in CASE_FIELDS}
    children: dict[str, Literal["open", "closed"]] = {
        child: "open" if child in case.open_children else "closed" for child in case.below
    }
    return CaseView(**own, children=children, occurrences=await _occurrences(store, case), timeline=entries)


def etag_of(case: Case) -> str:
    """Return the entity tag of a case: its version, strong (RFC 9110, 8.8.3)."""
    return f'"{case.version}"'


async def _occurrences(store: Store, case: Case) -> Occurrences | None:
    if not case.alert_key and (case.device is None or case.error_code is None):
        return None
    place = guard_place(case.device or "", case.error_code, case.alert_key)
    guard = await read_head(store, DEVICES, *place, Guard)
    if guard is None or guard.case != case.id:
        return None
    recovered_at = guard.recovered_at if guard.recovered_at and guard.recovered_at >= guard.last_seen else None
    return Occurrences(guard.count, guard.first_seen, guard.last_seen, recovered_at, guard.is_flapping)


def _fields(case: Case) -> dict[str, Any]:
    return {field.name: getattr(case, field.name) for field in fields(CaseLine)}


OTHERS = ("children", "occurrences", "timeline")
CASE_FIELDS = tuple(field.name for field in fields(CaseView) if field.name not in OTHERS)
"""What a case says of itself."""
