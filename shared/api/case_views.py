"""A case as the API shows it."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

from shared.cases.case import HEAD as CASE_HEAD
from shared.cases.case import TABLE, Case
from shared.cases.timeline import Activity, timeline
from shared.devices.device import TABLE as DEVICES
from shared.devices.guard import Guard
from shared.runtime.aggregate import read_head
from shared.runtime.ids import quoted
from shared.runtime.store import Store


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

    @classmethod
    def of(cls, case: Case) -> Self:
        return cls(**_fields(case))


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How often the device reported the error that this case is open for."""

    count: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's timeline."""

    id: str
    kind: str
    at: datetime
    outcome: str
    by: str
    text: str
    reason: str
    """Why it was refused; empty otherwise."""

    @classmethod
    def of(cls, activity: Activity) -> Self:
        body = activity.body
        return cls(
            activity.cause,
            activity.kind,
            activity.at,
            activity.outcome,
            body.get("by", ""),
            body.get("text", ""),
            activity.detail.get("reason", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView(CaseLine):
    """A case with everything that is known of it; `occurrences` is null where its device's guard counts elsewhere."""

    occurrences: Occurrences | None
    timeline: tuple[Entry, ...]


async def find_case(store: Store, case: str) -> Case | None:
    return await read_head(store, TABLE, quoted(case), CASE_HEAD, Case)


async def view_of(store: Store, case: Case) -> CaseView:
    entries = tuple(Entry.of(activity) for activity in await timeline(store, case.id))
    return CaseView(**_fields(case), occurrences=await _occurrences(store, case), timeline=entries)


def etag_of(case: Case) -> str:
    """Return the entity tag of a case: its version, strong (RFC 9110, 8.8.3)."""
    return f'"{case.version}"'


async def _occurrences(store: Store, case: Case) -> Occurrences | None:
    if case.device is None or case.error_code is None:
        return None
    guard = await read_head(store, DEVICES, quoted(case.device), f"open:{case.error_code}", Guard)
    if guard is None or guard.case != case.id:
        return None
    return Occurrences(guard.count, guard.first_seen, guard.last_seen)


def _fields(case: Case) -> dict[str, Any]:
    return {field.name: getattr(case, field.name) for field in fields(CaseLine)}
