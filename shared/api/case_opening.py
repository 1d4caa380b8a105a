"""`POST /api/cases`: somebody calls, writes or comes by, and a case is opened for them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api.access import Agent, same_origin
from shared.api.case_views import CaseView, etag_of, find_case, view_of
from shared.api.entitlement_views import check_cover
from shared.api.errand import Errand
from shared.api.json_only import json_only
from shared.api.problems import INVALID, KEY_REUSED
from shared.cases.case import Case
from shared.cases.messages import OpenCase
from shared.cases.timeline import activity
from shared.contacts.contact import HEAD as CONTACT_HEAD
from shared.contacts.contact import TABLE as CONTACTS
from shared.contacts.contact import Contact
from shared.definitions.bounds import LONGEST, Origin, Priority, Type
from shared.devices.device import TABLE as DEVICES
from shared.runtime.aggregate import read_head
from shared.runtime.codec import plain
from shared.runtime.ids import derived, quoted
from shared.runtime.problem import FieldError, Problem

Id = Annotated[str, Field(min_length=1, max_length=256)]

router = APIRouter(prefix="/api/cases", tags=["cases"])


class Opening(BaseModel):
    """What a case is opened with; anything else is refused by name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    contact: Id
    title: str = Field(min_length=1, max_length=LONGEST["title"])
    description: str = Field("", max_length=LONGEST["description"])
    subject: str = Field("", max_length=LONGEST["subject"])
    product: str = Field("", max_length=LONGEST["product"])
    priority: Priority = "normal"
    type: Type = "problem"
    origin: Origin = "phone"
    owner: str = Field("", max_length=LONGEST["owner"])
    queue: str = Field("", max_length=LONGEST["queue"])
    device: Id | None = None
    error_code: int | None = None
    parent: Id | None = None
    entitlement: Id | None = None
    sla: str = Field("", max_length=LONGEST["sla"])
    conversation: str = Field("", max_length=256)


@router.post(
    "",
    status_code=202,
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={201: {"model": CaseView, "description": "Opened, with Prefer: wait; or the one that was open"}},
)
async def open_case(agent: Agent, errand: Annotated[Errand, Depends()], body: Opening) -> Response:
    """Open a case; for a device's error that has an open case already, add an occurrence to that one."""
    await _check(errand, body)
    id_ = errand.id(agent.id, "open_case")
    case = derived("case", id_)
    fields = body.model_dump(exclude={"queue"})
    command = OpenCase(case=case, by=agent.id, queue_name=body.queue, **fields)
    before = await activity(errand.services.store, case, derived("create", case, "1"))
    if before is not None and before.body["opening"] != plain(command):
        raise Problem(KEY_REUSED, "The first request with this Idempotency-Key had another body.")
    if before is None:
        await _check_cover(errand, body)
        await errand.send(id_, command)
    opened = await errand.until(lambda: _opened(errand, command, id_))
    if opened is None or not errand.is_patient:
        return errand.accepted(f"/api/cases/{case}", {"command": id_, "case": case})
    response = errand.done(f"/api/cases/{opened.id}", await view_of(errand.services.store, opened))
    response.status_code = 201 if opened.id == case else 200
    response.headers["ETag"] = etag_of(opened)
    response.headers["Location"] = f"/api/cases/{opened.id}"
    return response


async def _check(errand: Errand, body: Opening) -> None:
    """Name what does not exist, before anything is on its way."""
    store, faults = errand.services.store, []
    if await read_head(store, CONTACTS, quoted(body.contact), CONTACT_HEAD, Contact) is None:
        faults.append(FieldError("contact", "There is no such contact"))
    if body.error_code is not None and body.device is None:
        faults.append(FieldError("device", "Field required with an error_code"))
    if body.parent is not None and await find_case(store, body.parent) is None:
        faults.append(FieldError("parent", "There is no such case"))
    if faults:
        raise Problem(INVALID, "What the case would be about is not there.", faults)


async def _check_cover(errand: Errand, body: Opening) -> None:
    """Refuse what the entitlement that is named does not cover; without a name, the case gets what fits."""
    if body.entitlement is not None:
        store, now = errand.services.store, errand.services.clock.now()
        await check_cover(store, body.entitlement, body.contact, body.origin, body.product, now)


async def _opened(errand: Errand, command: OpenCase, id_: str) -> Case | None:
    """Return the case that was opened, or the one to which the device's guard has added an occurrence."""
    store = errand.services.store
    opened = await find_case(store, command.case)
    if opened is not None or command.device is None:
        return opened
    row = await store.get(DEVICES, quoted(command.device), f"alert:{derived('alert', id_)}")
    return await find_case(store, row.data["detail"]["case"]) if row else None
