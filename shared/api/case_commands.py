"""`POST /api/cases/{case}/...`: what agents ask of cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api.access import same_origin
from shared.api.case_change import CaseChange
from shared.api.case_views import CaseView
from shared.api.cases import CaseId
from shared.api.json_only import json_only
from shared.api.problems import INVALID
from shared.api.services import Provided, Services
from shared.cases.case import Case
from shared.cases.messages import (
    CancelCase,
    ChangeStatus,
    EscalateCase,
    MergeCases,
    ReactivateCase,
    ResolveCase,
    SetParent,
    UpdateCase,
)
from shared.cases.reading import find_case
from shared.definitions.bounds import LONGEST, Priority, Type
from shared.runtime.problem import FieldError, Problem

Text = Annotated[str, Field(max_length=2000)]
Changing = Annotated[CaseChange, Depends()]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The command is on its way; `location` shows the case."""

    command: str
    case: str
    location: str


class Body(BaseModel):
    """What every command may say; anything else is refused by name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Text = ""


class Resolution(Body):
    resolution: Literal["problem_solved", "information_provided"] = "problem_solved"
    billable_minutes: int = Field(0, ge=0, le=100_000)
    cancel_activities: bool = False
    """Confirm that what is still to be done for the case is cancelled."""


class Status(Body):
    status_reason: Literal["in_progress", "on_hold", "waiting_for_details", "researching"]


class Change(BaseModel):
    """New values of columns; what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Annotated[str, Field(min_length=1, max_length=LONGEST["title"])] | None = None
    description: Annotated[str, Field(max_length=LONGEST["description"])] | None = None
    subject: Annotated[str, Field(max_length=LONGEST["subject"])] | None = None
    product: Annotated[str, Field(max_length=LONGEST["product"])] | None = None
    priority: Priority | None = None
    type: Type | None = None
    owner: Annotated[str, Field(max_length=LONGEST["owner"])] | None = None


class Escalation(Body):
    escalated: bool = True


class Parent(Body):
    parent: Annotated[str, Field(min_length=1, max_length=64)] | None


class Merge(Body):
    sources: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(min_length=1, max_length=10)


router = APIRouter(
    prefix="/api/cases/{case}",
    tags=["cases"],
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={202: {"model": Accepted}, 200: {"model": CaseView, "description": "Applied, with Prefer: wait"}},
)


@router.post("/resolve", status_code=202)
async def resolve(case_id: CaseId, body: Resolution, change: Changing) -> Response:
    """Resolve an active case."""
    command = ResolveCase(
        case_id,
        change.by,
        body.resolution,
        body.text,
        body.billable_minutes,
        change.if_version,
        cancel_activities=body.cancel_activities,
    )
    return await change.take(case_id, lambda _: command)


@router.post("/cancel", status_code=202)
async def cancel(case_id: CaseId, body: Body, change: Changing) -> Response:
    """Cancel an active case."""
    return await change.take(case_id, lambda _: CancelCase(case_id, change.by, body.text, change.if_version))


@router.post("/status", status_code=202)
async def change_status(case_id: CaseId, body: Status, change: Changing) -> Response:
    """Give an active case another status reason."""
    return await change.take(
        case_id, lambda _: ChangeStatus(case_id, change.by, body.status_reason, body.text, change.if_version)
    )


@router.post("/reactivate", status_code=202)
async def reactivate(case_id: CaseId, body: Body, change: Changing) -> Response:
    """Make a closed case active again, unless another is open for its device and error code."""
    return await change.take(
        case_id,
        lambda case: ReactivateCase(case_id, change.by, case.device, case.error_code, body.text, case.alert_key),
    )


@router.patch("", status_code=202)
async def update(case_id: CaseId, body: Change, change: Changing) -> Response:
    """Change what an active case says."""
    changes = body.model_dump(exclude_unset=True)
    missing = [FieldError(name, "must not be null") for name, value in changes.items() if value is None]
    if missing or not changes:
        raise Problem(INVALID, "Name at least one column and its new value.", missing)
    command = UpdateCase(case_id, change.by, changes, if_version=change.if_version)
    return await change.take(case_id, lambda _: command)


@router.post("/escalate", status_code=202)
async def escalate(case_id: CaseId, body: Escalation, change: Changing) -> Response:
    """Mark an active case as one that needs attention, or take the mark away."""
    command = EscalateCase(case_id, change.by, body.escalated, body.text, change.if_version)
    return await change.take(case_id, lambda _: command)


@router.post("/parent", status_code=202)
async def set_parent(case_id: CaseId, body: Parent, change: Changing, services: Provided) -> Response:
    """Put an active case below another one, or with `parent` null nowhere."""
    await _check_there(services, {"parent": body.parent} if body.parent is not None else {})
    return await change.take(case_id, lambda _: SetParent(case_id, change.by, body.parent, body.text))


@router.post("/merge", status_code=202)
async def merge(case_id: CaseId, body: Merge, change: Changing, services: Provided) -> Response:
    """Merge up to ten cases of the same customer into this one; `merging` of the case shows how far that is."""
    sources = {f"sources.{place}": source for place, source in enumerate(body.sources)}
    found = await _check_there(services, sources)

    def command(stays: Case) -> MergeCases:
        _check_same_customer(stays, found)
        return MergeCases(case_id, change.by, tuple(body.sources), body.text, change.if_version)

    return await change.take(case_id, command)


async def _check_there(services: Services, named: Mapping[str, str]) -> Mapping[str, Case]:
    """Return the cases, and name the fields where there is none: nobody would be there to refuse the command."""
    found = {field: await find_case(services.store, case) for field, case in named.items()}
    faults = [FieldError(field, "There is no such case") for field, case in found.items() if case is None]
    if faults:
        raise Problem(INVALID, "A case that is named does not exist.", faults)
    return {field: case for field, case in found.items() if case is not None}


def _check_same_customer(stays: Case, sources: Mapping[str, Case]) -> None:
    """Name the fields of other customers' cases: those would refuse, after the command was answered."""
    foreign = [field for field, case in sources.items() if case.contact != stays.contact]
    if foreign:
        faults = [FieldError(field, "is of another customer") for field in foreign]
        raise Problem(INVALID, "Only cases of one customer are merged.", faults)
