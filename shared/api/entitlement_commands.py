"""`POST` and `PUT /api/entitlements...`: what supervisors agree with customers, and what a case is put under."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api.access import Agent, OnlySupervisor, same_origin
from shared.api.case_change import NotTaken as CaseNotTaken
from shared.api.case_views import CaseView, view_of
from shared.api.case_views import etag_of as case_etag
from shared.api.cases import CaseId, known_case
from shared.api.change import Change, NotTaken, Place, invalid, refusal_of
from shared.api.entitlement_views import EntitlementView, check_cover, counted, etag_of, find_entitlement
from shared.api.entitlements import EntitlementId, known_entitlement
from shared.api.json_only import json_only
from shared.api.problems import CHANGED, REFUSED, version_changed
from shared.cases.case import TABLE as CASES
from shared.cases.messages import CoverCase
from shared.cases.timeline import CAUSE
from shared.contacts.reading import find_contact
from shared.entitlements.entitlement import TABLE, Entitlement
from shared.entitlements.messages import (
    ActivateEntitlement,
    CancelEntitlement,
    PutEntitlement,
    RenewEntitlement,
    Terms,
)
from shared.entitlements.states import commands_for
from shared.entitlements.terms import fault_of
from shared.runtime.decision import Refusal
from shared.runtime.ids import derived, quoted
from shared.runtime.problem import FieldError, Problem
from shared.runtime.store import Row

Asked = Annotated[Change, Depends()]
Name = Annotated[str, Field(max_length=200)]
Origin = Literal["phone", "email", "web", "sms", "iot", "chat"]
ROUTES: Mapping[str, str] = {
    PutEntitlement.kind: "change",
    ActivateEntitlement.kind: "activate",
    CancelEntitlement.kind: "cancel",
    RenewEntitlement.kind: "renew",
}
"""Row of the table of states to what people ask for."""


class Agreement(BaseModel):
    """What is agreed. `total` counts cases or hours; both days are covered."""

    model_config = ConfigDict(extra="forbid")

    contact: Annotated[str, Field(min_length=1, max_length=256)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    starts_on: date
    ends_on: date
    allocation: Literal["cases", "hours"] = "cases"
    total: Annotated[float, Field(gt=0, le=1_000_000)]
    decrement_on: Literal["create", "resolve"] = "resolve"
    restrict: bool = True
    channels: Annotated[list[Origin], Field(max_length=6)] = []
    products: Annotated[list[Name], Field(max_length=100)] = []
    default: bool = False
    sla: Name = ""
    time_zone: Annotated[str, Field(max_length=64)] = "UTC"

    def terms(self) -> Terms:
        """Raises Problem (422)."""
        total = counted(self.total, self.allocation)
        if total is None:
            raise invalid(Refusal("no_whole_number_of_cases_or_minutes", "total"))
        said = self.model_dump() | {
            "total": total,
            "channels": tuple(self.channels),
            "products": tuple(self.products),
        }
        if fault := fault_of(terms := Terms(**said)):
            raise invalid(fault)
        return terms


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(max_length=2000)] = ""


class Cover(BaseModel):
    """null: the case is under none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    entitlement: Annotated[str, Field(min_length=1, max_length=64)] | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The command is on its way; `location` shows what becomes of it."""

    command: str
    entitlement: str
    location: str


router = APIRouter(
    tags=["entitlements"],
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={202: {"model": Accepted}, 200: {"model": EntitlementView, "description": "Done, with Prefer: wait"}},
)


@router.post("/api/entitlements", status_code=202)
async def draft(by: OnlySupervisor, change: Asked, body: Agreement) -> Response:
    """Draft an entitlement; nothing is under it before it is activated."""
    await _check_there(change, body)
    id_ = change.id(by.id, "draft-entitlement")
    made = derived("entitlement", id_)
    return await _told(change, id_, made, PutEntitlement(made, by.id, body.terms()), None)


@router.put("/api/entitlements/{entitlement}", status_code=202)
async def put(by: OnlySupervisor, change: Asked, entitlement_id: EntitlementId, body: Agreement) -> Response:
    """Change a draft as a whole."""
    await _check_there(change, body)
    held = await known_entitlement(change.services, entitlement_id)
    command = PutEntitlement(entitlement_id, by.id, body.terms(), held.renewal_of, change.if_version)
    return await _told(change, change.id(by.id, "put", entitlement_id), entitlement_id, command, held)


@router.post("/api/entitlements/{entitlement}/{command}", status_code=202)
async def command(
    by: OnlySupervisor,
    change: Asked,
    entitlement_id: EntitlementId,
    command: Literal["activate", "cancel", "renew"],
    body: Nothing,
) -> Response:
    """Activate a draft, cancel what is not over yet, or renew: a draft on the same terms for the time that follows."""
    held = await known_entitlement(change.services, entitlement_id)
    id_ = change.id(by.id, command, entitlement_id)
    renewal = derived("renewal-of", id_)
    messages: Mapping[str, Any] = {
        "activate": ActivateEntitlement(entitlement_id, by.id, change.if_version),
        "cancel": CancelEntitlement(entitlement_id, by.id, body.text, change.if_version),
        "renew": RenewEntitlement(entitlement_id, renewal, by.id, change.if_version),
    }
    return await _told(change, id_, renewal if command == "renew" else entitlement_id, messages[command], held)


@router.post("/api/cases/{case}/entitlement", status_code=202, responses={200: {"model": CaseView}})
async def cover(agent: Agent, change: Asked, case_id: CaseId, body: Cover) -> Response:
    """Put an active case under another entitlement of its customer, or under none."""
    case, store = await known_case(change.services, case_id), change.services.store
    id_, location = change.id(agent.id, "cover", case_id), f"/api/cases/{case_id}"
    named = body.entitlement
    held = await find_entitlement(store, named) if named is not None else None

    async def check() -> None:
        if named is not None:
            await check_cover(store, named, case.contact, case.origin, case.product, case.opened_at)
        change.check_version("case", case_etag(case))
        if not case.is_open:
            refusal = Refusal("case_is_closed", "status")
            raise CaseNotTaken(case, refusal, await change.services.definitions.current())

    message = CoverCase(case_id, agent.id, named, held.terms.sla if held else "", if_version=change.if_version)
    row = await change.apply(Place(CASES, quoted(case_id), CAUSE), id_, message, check)
    if row is None or not change.is_patient:
        return change.accepted(location, {"command": id_, "case": case_id})
    if refusal := refusal_of(row):
        kind = CHANGED if refusal.reason == "version_changed" else REFUSED
        raise Problem(kind, "The case was changed meanwhile.", [FieldError(refusal.field, refusal.reason)])
    after = await known_case(change.services, case_id)
    return change.done(location, await view_of(store, after), case_etag(after))


async def _told(change: Change, id_: str, shown: str, message: Any, held: Entitlement | None) -> Response:
    """Hand the command in, and answer with the entitlement that it leads to."""

    async def check() -> None:
        if held is not None:
            change.check_version("entitlement", etag_of(held))
            _check_state(change, held, message.kind)

    place, location = Place(TABLE, quoted(message.entitlement)), f"/api/entitlements/{shown}"
    row = await change.apply(place, id_, message, check)
    if row is not None:
        await _check_outcome(change, row, message)
    if row is None or not change.is_patient:
        return change.accepted(location, {"command": id_, "entitlement": shown})
    after = await change.until(lambda: find_entitlement(change.services.store, shown))
    if after is None:
        return change.accepted(location, {"command": id_, "entitlement": shown})
    view = EntitlementView.of(after, change.services.clock.now())
    return change.done(location, view, etag_of(after))


async def _check_there(change: Change, body: Agreement) -> None:
    """Raise Problem (422) for a customer or an SLA that is not there: no case would ever be under it, or held to it."""
    if await find_contact(change.services.store, body.contact) is None:
        raise invalid(Refusal("unknown_contact", "contact"))
    if body.sla and body.sla not in (await change.services.definitions.current()).slas:
        raise invalid(Refusal("unknown_sla", "sla"))


def _check_state(change: Change, held: Entitlement, command: str) -> None:
    """Raise Problem (409) where no row of the table begins here; where it would lead, the entitlement itself knows."""
    state = held.state_at(change.services.clock.now())
    if command not in commands_for(state):
        raise _not_taken(state)


async def _check_outcome(change: Change, row: Row, message: Any) -> None:
    refusal = refusal_of(row)
    if refusal is None:
        return
    if refusal.reason == "version_changed":
        raise version_changed("entitlement")
    if refusal.reason == "transition_not_allowed":
        held = await known_entitlement(change.services, message.entitlement)
        raise _not_taken(held.state_at(change.services.clock.now()))
    raise invalid(refusal)


def _not_taken(state: str) -> Problem:
    allowed = sorted(ROUTES[command] for command in commands_for(state))
    return NotTaken(f"The entitlement is {state}.", FieldError("state", "transition_not_allowed"), allowed)
