"""What each command does to a case. Pure: state and message in, decision out."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.cases import transitions
from shared.cases.case import OPEN_LIST, Case, list_of_contact, order_of
from shared.cases.messages import (
    CancelCase,
    ChangeStatus,
    CreateCase,
    OpenCase,
    ReactivateCase,
    ReopenCase,
    ResolveCase,
)
from shared.devices.messages import BindAlert, ClaimGuard
from shared.events.messages import RecordChanged
from shared.runtime.codec import plain
from shared.runtime.decision import Answer, Decision, Outgoing, Refusal, View
from shared.runtime.envelope import Message
from shared.runtime.ids import derived

WATCHED = ("status", "status_reason", "priority")
"""Columns whose change is told to triggers."""


async def open_case(message: Message[OpenCase], _now: datetime) -> Decision[None]:
    """Ask the device's guard where there is one to ask, else create the case."""
    opening = message.body
    if opening.device is not None and opening.error_code is not None:
        alert = BindAlert(opening.device, opening.error_code, opening.seen or message.time, opening)
        return Decision(then=Outgoing(derived("alert", message.id), alert, reply_to=message.reply_to))
    creation = CreateCase(opening.case, 1, message.time, opening)
    return Decision(then=Outgoing(derived("create", opening.case, "1"), creation, reply_to=message.reply_to))


async def reactivate_case(message: Message[ReactivateCase], _now: datetime) -> Decision[None]:
    """Ask the device's guard first: only one case may be open for a device and error code (I6)."""
    wanted = message.body
    if wanted.device is not None and wanted.error_code is not None:
        claim = ClaimGuard(wanted.device, wanted.error_code, wanted)
        return Decision(then=Outgoing(message.id, claim, reply_to=message.reply_to))
    reopening = ReopenCase(wanted.case, wanted.by, None, wanted.text)
    return Decision(then=Outgoing(message.id, reopening, reply_to=message.reply_to))


def create_case(message: Message[CreateCase], _facts: object, now: datetime) -> Decision[Case]:
    creation, opening = message.body, message.body.opening
    case = Case(
        id=creation.case,
        number=creation.number,
        epoch=creation.epoch,
        contact=opening.contact,
        title=opening.title,
        priority=opening.priority,
        origin=opening.origin,
        opened_at=creation.opened_at,
        device=opening.device,
        error_code=opening.error_code,
    )
    return Decision(
        state=case,
        outcome="opened",
        answer=Answer({"outcome": "opened", "case_id": case.id, "number": case.number}),
        raised=_changed(message, case, now),
        records=_views(case),
    )


def created_before(_case: Case, _message: Message[CreateCase], _facts: object, _now: datetime) -> Decision[Case]:
    """The case is there: whatever created it left the cause row that this message finds."""
    return Decision()


def resolve_case(case: Case, message: Message[ResolveCase], _facts: object, now: datetime) -> Decision[Case]:
    return _move(case, message, message.body.resolution, now, resolution=message.body.text, closed_at=now)


def cancel_case(case: Case, message: Message[CancelCase], _facts: object, now: datetime) -> Decision[Case]:
    return _move(case, message, "cancelled", now, resolution=message.body.text, closed_at=now)


def change_status(case: Case, message: Message[ChangeStatus], _facts: object, now: datetime) -> Decision[Case]:
    return _move(case, message, message.body.status_reason, now)


def reopen_case(case: Case, message: Message[ReopenCase], _facts: object, now: datetime) -> Decision[Case]:
    epoch = message.body.epoch or case.epoch + 1
    return _move(case, message, "in_progress", now, epoch=epoch, resolution="", closed_at=None)


def _move(case: Case, message: Message[Any], status_reason: str, now: datetime, **fields: Any) -> Decision[Case]:
    """Take the case to another status reason if the table has that row, and let everybody know."""
    if getattr(message.body, "if_version", None) not in (None, case.version):
        return Decision(refused=Refusal("version_changed", "if_version"))
    if not transitions.is_allowed(case.status, message.body.kind, status_reason):
        return Decision(refused=Refusal("transition_not_allowed", "status"))
    status = transitions.STATUS_OF[status_reason]
    version = case.version + 1
    moved = replace(case, status=status, status_reason=status_reason, version=version, **fields)
    return Decision(
        state=moved,
        outcome=status_reason,
        answer=Answer({"outcome": status_reason, "case_id": case.id, "number": case.number}),
        raised=_changed(message, moved, now, case),
        records=_views(moved),
    )


def _changed(message: Message[Any], case: Case, now: datetime, before: Case | None = None) -> tuple[Outgoing, ...]:
    """Return what a new case, or one that was moved, is told with to the triggers that watch cases."""
    attributes: dict[str, Any] = {
        "case": case.id,
        "number": case.number,
        "contact": case.contact,
        "status": case.status,
        "status_reason": case.status_reason,
        "priority": case.priority,
    }
    optional: dict[str, Any] = {
        "device": case.device,
        "error_code": case.error_code,
        "previous_status": before.status if before else None,
    }
    attributes |= {name: value for name, value in optional.items() if value is not None}
    columns = tuple(name for name in WATCHED if before and getattr(case, name) != getattr(before, name))
    if before and not columns:
        return ()
    change = RecordChanged("cases", case.id, columns, attributes, case.contact, now)
    return (Outgoing(derived("change", "cases", case.id, message.id), change),)


def _views(case: Case) -> tuple[View, ...]:
    line = plain(case)
    return (
        View(OPEN_LIST, order_of(case), case.version, line if case.is_open else None),
        View(list_of_contact(case.contact), order_of(case), case.version, line),
    )
