"""`POST /api/cases`: somebody calls, writes or comes by, and a case is opened for them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api.access import Agent, same_origin
from shared.api.agents import find_agent
from shared.api.case_views import CaseView, etag_of, view_of
from shared.api.entitlement_views import check_cover
from shared.api.errand import Errand
from shared.api.json_only import json_only
from shared.api.problems import INVALID, key_reused
from shared.cases.case import Case
from shared.cases.messages import OpenCase
from shared.cases.reading import find_case
from shared.cases.timeline import activity
from shared.contacts.reading import find_contact
from shared.definitions.bounds import LONGEST, Origin, Priority, Type
from shared.definitions.policy import Policy
from shared.definitions.sla import NONE as NO_SLA
from shared.devices.device import HEAD as DEVICE_HEAD
from shared.devices.device import TABLE as DEVICES
from shared.devices.device import Device
from shared.devices.guard import Guard
from shared.devices.messages import bound_place, guard_place
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
    error_code: int | None = Field(None, ge=-(2**63), lt=2**63)
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
    id_ = errand.id(agent.id, "open_case")
    case = derived("case", id_)
    fields = body.model_dump(exclude={"queue"})
    command = OpenCase(case=case, by=agent.id, queue_name=body.queue, **fields)
    before = await _before(errand, case)
    if before is not None and before != plain(command):
        raise key_reused()
    if before is None:
        await _check(errand, body)
        await _check_cover(errand, body)
        await errand.send(id_, command)
    opened = await errand.until(lambda: _opened(errand, command, id_))
    if opened is None or not errand.is_patient:
        return errand.accepted(f"/api/cases/{case}", {"command": id_, "case": case})
    response = errand.done(f"/api/cases/{opened.id}", await view_of(errand.services.store, opened), etag_of(opened))
    response.status_code = 201 if opened.id == case else 200
    response.headers["Location"] = f"/api/cases/{opened.id}"
    return response


async def _before(errand: Errand, case: str) -> Mapping[str, Any] | None:
    """Return what the same request has opened, or where it has added an occurrence; None where it is new."""
    created = await activity(errand.services.store, case, derived("create", case, "1"))
    if created is not None:
        return created.body["opening"]  # type: ignore[no-any-return]
    bound = await errand.services.store.get(*bound_place(case))
    return bound.data["opening"] if bound else None


async def _check(errand: Errand, body: Opening) -> None:
    """Name what does not exist, before anything is on its way."""
    store, catalogue = errand.services.store, await errand.services.definitions.fresh()
    faults = []
    if await find_contact(store, body.contact) is None:
        faults.append(FieldError("contact", "There is no such contact"))
    if body.error_code is not None and body.device is None:
        faults.append(FieldError("device", "Field required with an error_code"))
    if body.parent is not None and await find_case(store, body.parent) is None:
        faults.append(FieldError("parent", "There is no such case"))
    if body.owner and await find_agent(store, body.owner) is None:
        faults.append(FieldError("owner", "There is no such agent"))
    if body.queue and body.queue not in catalogue.queues:
        faults.append(FieldError("queue", "No queue of that name is published"))
    if body.sla not in ("", NO_SLA, *catalogue.slas):
        faults.append(FieldError("sla", "No SLA of that name is published"))
    if body.device is not None and (fault := await _fault_of_device(errand, body, body.device, catalogue.policy)):
        faults.append(fault)
    if faults:
        raise Problem(INVALID, "What the case would be about is not there.", faults)


async def _fault_of_device(errand: Errand, body: Opening, id_: str, policy: Policy) -> FieldError | None:
    """Name a device that is not there, or the contact, where the device or the open case of its error is another's."""
    store = errand.services.store
    device = await read_head(store, DEVICES, quoted(id_), DEVICE_HEAD, Device)
    if device is None:
        return FieldError("device", "There is no such device")
    if device.owner_at(errand.services.clock.now()) != body.contact:
        return FieldError("contact", "The device belongs to another contact")
    key = policy.key_of(id_, body.error_code, "")
    guard = await read_head(store, DEVICES, *guard_place(id_, body.error_code, key), Guard) if key is not None else None
    case = await find_case(store, guard.case) if guard is not None else None
    if case is not None and case.is_open and case.contact != body.contact:
        return FieldError("contact", "Another contact's case is open for the device and error code")
    return None


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
