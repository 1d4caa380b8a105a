"""What each command does to a case's life. Pure: state and message in, decision out; `turn.py` adds what follows."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.cases import transitions
from shared.cases.case import Case
from shared.cases.family import closed_with, told
from shared.cases.messages import (
    AddActivity,
    CancelCase,
    ChangeStatus,
    CreateCase,
    EscalateCase,
    OpenCase,
    ReactivateCase,
    ReopenCase,
    ResolveCase,
    SetParent,
    UpdateCase,
)
from shared.cases.replies import answer, changed_meanwhile, closed
from shared.definitions.bounds import CHOICES, LONGEST, cut, fit
from shared.definitions.catalogue import Catalogue
from shared.definitions.policy import Policy
from shared.devices.messages import BindAlert, ClaimGuard
from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Message
from shared.runtime.ids import derived
from shared.tasks.messages import CloseTask

EDITABLE = ("title", "description", "subject", "product", "priority", "type", "owner")
"""Columns that an agent may change while the case is active; the others have commands of their own."""
RESPONSES = ("phone_call", "email", "sms", "conversation", "appointment")
"""Activities to the customer of which the first one is the first response."""


def open_case(message: Message[OpenCase], catalogue: Catalogue) -> Decision[None]:
    """Ask the guard of its error where there is one to ask, else create the case."""
    opening = message.body
    key = catalogue.policy.key_of(opening.device, opening.error_code, opening.alert_key)
    if key is not None:
        seen = opening.seen or message.time
        alert = BindAlert(opening.device or "", opening.error_code, seen, opening, key)
        return Decision(then=Outgoing(derived("alert", message.id), alert, reply_to=message.reply_to))
    creation = CreateCase(opening.case, 1, opening.opened_at or message.time, opening)
    return Decision(then=Outgoing(derived("create", opening.case, "1"), creation, reply_to=message.reply_to))


async def reactivate_case(message: Message[ReactivateCase], _now: datetime) -> Decision[None]:
    """Ask the guard of its error first: only one case may be open for it (I6)."""
    wanted = message.body
    if wanted.alert_key or (wanted.device is not None and wanted.error_code is not None):
        claim = ClaimGuard(wanted.device or "", wanted.error_code, wanted, wanted.alert_key)
        return Decision(then=Outgoing(message.id, claim, reply_to=message.reply_to))
    reopening = ReopenCase(wanted.case, wanted.by, None, wanted.text)
    return Decision(then=Outgoing(message.id, reopening, reply_to=message.reply_to))


def create_case(message: Message[CreateCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    creation, opening, coverage = message.body, _fitted(message.body.opening), message.body.coverage
    case = Case(
        id=creation.case,
        number=creation.number,
        epoch=creation.epoch,
        contact=opening.contact,
        title=opening.title,
        priority=opening.priority,
        origin=opening.origin,
        opened_at=creation.opened_at,
        status_reason=opening.status_reason if opening.status_reason in transitions.ACTIVE else transitions.ACTIVE[0],
        device=opening.device,
        error_code=opening.error_code,
        type=opening.type,
        description=opening.description,
        subject=opening.subject,
        product=opening.product,
        owner=opening.owner,
        queue=opening.queue_name,
        entitlement=coverage.entitlement if coverage else None,
        entitlement_sla=coverage.sla if coverage else "",
        sla=opening.sla,
        alert_key=creation.key,
        test=message.test,
    )
    return Decision(
        state=case,
        outcome="opened",
        detail={"not_covered": coverage.reason} if coverage and coverage.reason else {},
        answer=answer(case, "opened"),
        messages=_below(case, opening.parent, opening.by) if opening.parent else (),
    )


def _fitted(opening: OpenCase) -> OpenCase:
    """Return it as far as a case can hold it: a device's alert is not refused for what it says besides."""
    usual = OpenCase(opening.case, opening.contact, "")
    said = fit({name: getattr(opening, name) for name in (*CHOICES, *LONGEST) if name != "queue"})
    rest = {name: getattr(usual, name) for name in CHOICES if name not in said}
    return replace(opening, queue_name=cut(opening.queue_name, "queue"), **said, **rest)


def _below(case: Case, parent: str, by: str) -> tuple[Outgoing, ...]:
    return (Outgoing(derived("parent", case.id, parent), SetParent(case.id, by, parent)),)


def created_before(_case: Case, _message: Message[CreateCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """The case is there: whatever created it left the cause row that this message finds."""
    return Decision()


def update_case(case: Case, message: Message[UpdateCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    changes = message.body.changes
    if refused := changed_meanwhile(case, message) or closed(case) or _unfit(changes):
        return refused
    after = replace(case, **changes)
    changed = sorted(name for name in changes if getattr(after, name) != getattr(case, name))
    return Decision(state=after, outcome="updated", answer=answer(case, "updated"), detail={"columns": changed})


def resolve_case(case: Case, message: Message[ResolveCase], catalogue: Catalogue, now: datetime) -> Decision[Case]:
    """Resolve it, and cancel what is still to be done for it where the sender has said so."""
    body = message.body
    if body.if_epoch not in (None, case.epoch):
        return Decision(refused=Refusal("opened_anew", "if_epoch"))
    minutes = case.billable_minutes + body.billable_minutes
    moved = _move(
        case,
        message,
        catalogue.policy,
        body.resolution,
        resolution=body.text,
        billable_minutes=minutes,
        closed_at=now,
    )
    if case.open_activities and not body.cancel_activities:
        return _unless(moved, Refusal("open_activities", "cancel_activities"))
    return _with_children(case, moved, message, catalogue, cancel_activities=body.cancel_activities)


def cancel_case(case: Case, message: Message[CancelCase], catalogue: Catalogue, now: datetime) -> Decision[Case]:
    moved = _move(case, message, catalogue.policy, "cancelled", resolution=message.body.text, closed_at=now)
    if case.open_activities:
        return _unless(moved, Refusal("open_activities", "status"))
    return _with_children(case, moved, message, catalogue)


def _unless(moved: Decision[Case], refusal: Refusal) -> Decision[Case]:
    """Refuse what the tables allow, but the case does not."""
    return moved if moved.refused else Decision(refused=refusal)


def _with_children(
    case: Case, moved: Decision[Case], message: Message[Any], catalogue: Catalogue, **how: bool
) -> Decision[Case]:
    """Close what is open below it too, as the policy says, and tell the tasks that nobody needs any more."""
    body, policy = message.body, catalogue.policy.closing
    if moved.state is None:
        return moved
    if body.if_parent not in (None, case.parent):
        return Decision(refused=Refusal("not_below", "if_parent"))
    if case.is_merging:
        return Decision(refused=Refusal("is_merging", "status"))
    if policy == "blocked" and case.open_children:
        return Decision(refused=Refusal("open_children", "status"))
    children = case.open_children if policy == "cascade" else ()
    cascaded = closed_with(moved.state, children, message.id, body.by, **how)
    return replace(moved, messages=(*moved.messages, *_cancelled_activities(case, message), *cascaded))


def change_status(case: Case, message: Message[ChangeStatus], catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    return _move(case, message, catalogue.policy, message.body.status_reason)


def reopen_case(case: Case, message: Message[ReopenCase], catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Open it again. What a guard has granted is done: where the case is still open, only the epoch is another.

    So it is where an alert comes after a recovery whose resolution has not come yet, and then finds another epoch.
    """
    granted = message.body.epoch
    if granted is not None and case.is_open and granted > case.epoch:
        return Decision(state=replace(case, epoch=granted), outcome="stays_open", answer=answer(case, "stays_open"))
    policy = catalogue.policy if granted is None else None
    return _move(case, message, policy, "in_progress", epoch=granted or case.epoch + 1, resolution="", closed_at=None)


def escalate_case(case: Case, message: Message[EscalateCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused
    wanted = message.body.escalated
    if wanted == case.escalated:
        return Decision(refused=Refusal("already_so", "escalated"))
    outcome = "escalated" if wanted else "de_escalated"
    return Decision(state=replace(case, escalated=wanted), outcome=outcome, answer=answer(case, outcome))


def add_activity(case: Case, message: Message[AddActivity], _catalogue: Catalogue, now: datetime) -> Decision[Case]:
    """Put it on the timeline; the first word to the customer is the first response."""
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused
    body = message.body
    answers = case.first_response_at is None and body.direction == "out" and body.type in RESPONSES
    detail = {"at": body.at.isoformat()} if body.at else {}
    state = replace(case, first_response_at=now) if answers else case
    return Decision(state=state, outcome="added", answer=answer(case, "added"), detail=detail)


def _unfit(changes: Any) -> Decision[Case] | None:
    for name, value in changes.items():
        if name not in EDITABLE:
            return Decision(refused=Refusal("not_editable", f"changes.{name}"))
        if not isinstance(value, str) or len(value) > LONGEST.get(name, 64):
            return Decision(refused=Refusal("not_a_value", f"changes.{name}"))
        if (name in CHOICES and value not in CHOICES[name]) or (name == "title" and not value.strip()):
            return Decision(refused=Refusal("not_a_value", f"changes.{name}"))
    return None


def _move(
    case: Case, message: Message[Any], policy: Policy | None, status_reason: str, **fields: Any
) -> Decision[Case]:
    """Take the case to another status reason if the table has that row, and the policy, where that is to be asked."""
    if getattr(message.body, "if_version", None) not in (None, case.version):
        return Decision(refused=Refusal("version_changed", "if_version"))
    if not transitions.is_allowed(case.status_reason, message.body.kind, status_reason):
        return Decision(refused=Refusal("transition_not_allowed", "status"))
    if policy is not None and not policy.may_follow(case.status_reason, status_reason):
        return Decision(refused=Refusal("transition_not_in_policy", "status_reason"))
    status = transitions.STATUS_OF[status_reason]
    moved = replace(case, status=status, status_reason=status_reason, **fields)
    return Decision(
        state=moved,
        outcome=status_reason,
        answer=answer(case, status_reason),
        messages=told(moved, case.version + 1) if status != case.status else (),
    )


def _cancelled_activities(case: Case, message: Message[Any]) -> tuple[Outgoing, ...]:
    by = message.body.by
    return tuple(
        Outgoing(derived("cancelled", message.id, task), CloseTask(task, by, "cancelled", case=case.id))
        for task in case.open_activities
    )
