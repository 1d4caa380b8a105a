"""`/api/activities`: what people wrote, what is held or was ignored, and letting it go on by hand."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api.access import Agent, same_origin
from shared.api.change import Change, Place, refusal_of
from shared.api.json_only import json_only
from shared.api.listing import Listing, Paged, Source
from shared.api.problems import NOT_FOUND, NOT_NOW
from shared.api.services import Provided, Services
from shared.intake.correspondent import HELD_LIST, ROW, TABLE, WAITING, Incoming, ignored_list, waiting_list
from shared.intake.messages import Attachment, ReleaseActivity
from shared.runtime.aggregate import read_head
from shared.runtime.codec import typed
from shared.runtime.ids import quoted
from shared.runtime.problem import FieldError, Problem
from shared.runtime.store import Row

ActivityId = Annotated[str, Path(alias="activity", pattern="^[0-9A-Z]{26}-[0-9A-Z]{26}$")]
DETAILS = {
    "not_held": "It is neither held nor ignored, and has not waited for an hour.",
    "not_found": "There is no such contact or case.",
    "several_contacts": "Several contacts have this address: say whose it is.",
    "unknown_sender": "Nobody is known who sent it: say whose it is.",
}

router = APIRouter(prefix="/api/activities", tags=["activities"])


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One message that is held, was ignored, or is on its way: who wrote what is shown under its own address only."""

    id: str
    channel: str
    received_at: datetime
    state: str
    reason: str
    rule: str
    contact: str
    case: str


@dataclass(frozen=True, slots=True)
class ActivityView:
    """One message, and how far it has come."""

    id: str
    channel: str
    received_at: datetime
    state: str
    """held | ignored | contact | reopening | opening | adding | done: what it waits for, if anything."""
    reason: str
    rule: str
    contact: str
    case: str
    number: str
    thread: str
    """How its case was found: address | reference | number | answer | by_hand; empty where it opened one."""
    by: str
    address: str
    name: str
    to: tuple[str, ...]
    subject: str
    text: str
    at: datetime
    automatic: str
    attachments: tuple[Attachment, ...]
    trigger: str
    attributes: dict[str, Any]

    @classmethod
    def of(cls, incoming: Incoming) -> Self:
        said = incoming.said
        return cls(
            id=incoming.public_id,
            channel=said.channel,
            received_at=incoming.received_at,
            state=incoming.state,
            reason=incoming.reason,
            rule=incoming.rule,
            contact=incoming.contact,
            case=incoming.case,
            number=incoming.number,
            thread=incoming.thread,
            by=incoming.by,
            address=said.address,
            name=said.name,
            to=said.to,
            subject=said.subject,
            text=said.text,
            at=said.at,
            automatic=said.automatic,
            attachments=said.attachments,
            trigger=said.trigger,
            attributes=dict(said.brought),
        )


class Release(BaseModel):
    """What shall become of it; without anything, what the rules say, limits and policies apart."""

    model_config = ConfigDict(extra="forbid", strict=True)

    contact: str = Field("", max_length=256)
    case: str = Field("", max_length=64)
    ignore: bool = False


@router.get("/held")
async def list_held(
    _agent: Agent,
    services: Provided,
    pager: Paged,
    state: Annotated[Literal["held", "ignored", "waiting"], Query()] = "held",
    day: date | None = None,
) -> Listing[HeldLine]:
    """List what is held for a person, or what a day (UTC), by default today, had ignored or waiting; oldest first.

    What waits is on its way to its case; what has waited for an hour is stuck, and may be released.
    """
    on = (day or services.clock.now().date()).isoformat()
    place = {"held": HELD_LIST, "ignored": ignored_list(on), "waiting": waiting_list(on)}[state]

    def line(row: Row) -> HeldLine | None:
        return typed(HeldLine, row.data["data"]) if row.data["data"] is not None else None

    return await pager.read(services.store, Source("views", place), line)


@router.get("/{activity}")
async def show_activity(_agent: Agent, services: Provided, activity_id: ActivityId) -> ActivityView:
    """Show what somebody wrote, and what became of it."""
    return ActivityView.of(await known_activity(services, activity_id))


@router.post(
    "/{activity}/release",
    status_code=202,
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={200: {"model": ActivityView, "description": "Released, with Prefer: wait"}},
)
async def release_activity(
    agent: Agent, change: Annotated[Change, Depends()], activity_id: ActivityId, body: Release
) -> Response:
    """Let a held, ignored or stuck message go on, as the rules say, as a contact's, to a case; or ignore it."""
    services, incoming = change.services, await known_activity(change.services, activity_id)
    id_, location = change.id(agent.id, "release", activity_id), f"/api/activities/{activity_id}"
    place = Place(TABLE, quoted(incoming.correspondent), f"step:{incoming.id}:")
    released = ReleaseActivity(incoming.correspondent, incoming.id, agent.id, body.contact, body.case, body.ignore)

    async def check() -> None:
        if not incoming.may_be_released(services.clock.now()):
            raise _refused("state", "not_held")

    async def settled() -> Incoming | None:
        """Look until nothing more is waited for."""
        now = await known_activity(services, activity_id)
        return now if now.state not in WAITING else None

    step = await change.apply(place, id_, released, check)
    if step is not None and (refusal := refusal_of(step)):
        raise _refused(refusal.field, refusal.reason)
    found = await change.until(settled) if step is not None else None
    if found is None or not change.is_patient:
        return change.accepted(location, {"command": id_, "activity": activity_id})
    return change.done(location, ActivityView.of(found))


async def known_activity(services: Services, activity_id: str) -> Incoming:
    """Return the message; raises Problem (404)."""
    correspondent, _, activity = activity_id.partition("-")
    found = await read_head(services.store, TABLE, quoted(correspondent), f"{ROW}{quoted(activity)}", Incoming)
    if found is None:
        raise Problem(NOT_FOUND, "There is no message with this id, or it is still on its way.")
    return found


def _refused(field: str, reason: str) -> Problem:
    return Problem(NOT_NOW, DETAILS.get(reason, "It cannot be released so."), [FieldError(field, reason)])
