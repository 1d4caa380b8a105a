"""What an alert does to the guard of its error, by how the guard's case stands: a table (I4)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.cases.messages import AddActivity, CreateCase, ReactivateCase
from shared.definitions.policy import Flapping
from shared.devices.guard import (
    DEVICE,
    SOON,
    Guard,
    GuardFacts,
    Standing,
    answer_of,
    finish,
    heard,
    noted_on,
    settled_at,
    standing,
)
from shared.devices.messages import BindAlert, bound_place
from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Outgoing, Put
from shared.runtime.envelope import Message
from shared.runtime.ids import derived

CAME_BACK = "The device reports the error again."
FLAPS = "The error comes and goes: the case stays open until it was quiet for a while."
MOST_LATE = timedelta(hours=1)
"""An alert from longer before a recovery is taken for new: a device that restarts may have lost the time."""


def open_first(message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """No guard: no case was ever open for this error."""
    return _open(None, message, facts, now)


def bind_alert(guard: Guard, message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """Add an occurrence to the open case, finish an opening that is pending, open it again, or open a new one."""
    act = ALERT[standing(guard, facts.held)]
    decision = act(heard(guard, facts.policy.flapping, now), message, facts, now)
    return _with_what_was_written(decision, message, now)


def _with_what_was_written(decision: Decision[Guard], message: Message[BindAlert], now: datetime) -> Decision[Guard]:
    """Put on the case what a person wrote who wanted another one; who waits for an answer does that alone.

    Where their case would have been, it says which one has it.
    """
    opening, guard = message.body.opening, decision.state
    if guard is None or guard.case == opening.case or not opening.by or message.reply_to is not None:
        return decision
    said = AddActivity(
        guard.case, "note", opening.by, opening.description, opening.title, conversation=opening.conversation
    )
    at = now + SOON if decision.then else None
    return replace(
        decision,
        messages=(*decision.messages, Outgoing(derived("written", message.id), said, at=at)),
        records=(*decision.records, Put(*bound_place(opening.case), {"case": guard.case, "opening": plain(opening)})),
    )


def _occurrence(guard: Guard, message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """Count it: its sender hears which case it belongs to. What was about to settle is awake again."""
    counted = _counted(guard, message.body.seen, now)
    return Decision(
        state=counted if _is_late(guard, message) else replace(counted, token=""),
        outcome="occurrence_added",
        detail={"case": guard.case},
        answer=answer_of(guard, "occurrence_added"),
        then=finish(guard) if standing(guard, facts.held) == "pending" else None,
    )


def _again(guard: Guard, message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """Open the resolved case again inside the reopen window, else another one.

    Where the error comes and goes, it is the same case however short the window, and journeys hear of an occurrence:
    nobody is told again, nor where the recovery in front of the alert has not resolved the case yet. Of what was
    alerted before the device was seen to work, only the occurrence counts.
    """
    held, policy = facts.held, facts.policy
    assert held is not None
    if _is_late(guard, message):
        return _occurrence(guard, message, facts, now)
    turned = _turned(guard, policy.flapping, now)
    if guard.is_guest:
        return _open(turned, message, facts, now)
    is_recent = now - (held.closed_at or now) < policy.reopen_within
    if not held.is_open and (not (is_recent or turned.is_flapping) or not held.may_reopen):
        return _open(turned, message, facts, now)
    wanted = ReactivateCase(
        guard.case, DEVICE, message.body.device, message.body.error_code, CAME_BACK, message.body.key
    )
    moved = replace(
        _counted(turned, message.body.seen, now),
        epoch=max(guard.epoch, held.epoch) + 1,
        opening=None,
        reply_to=None,
        reactivation=wanted,
        moved_by=message.id,
        resolving="",
        token="",
    )
    outcome = "occurrence_added" if moved.is_flapping or held.is_open else "reopened"
    begins = moved.is_flapping and not guard.is_flapping
    return Decision(
        state=moved,
        outcome="reopened",
        detail={"case": guard.case},
        answer=answer_of(guard, outcome),
        messages=(noted_on(moved, message.id, FLAPS, now + SOON),) if begins else (),
        then=finish(moved),
    )


def _joined(guard: Guard, message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """Add an occurrence to the open case that its own was merged into; where that is closed too, open another one."""
    if facts.heir is None or not facts.heir[1].is_open:
        return _another(guard, message, facts, now)
    case, held = facts.heir
    moved = replace(
        _counted(guard, message.body.seen, now),
        case=case,
        epoch=held.epoch,
        number=held.number,
        opening=None,
        reply_to=None,
        reactivation=None,
        moved_by=message.id,
        resolving="",
        token="",
        is_guest=True,
    )
    answer = answer_of(moved, "occurrence_added")
    return Decision(state=moved, outcome="occurrence_added", detail={"case": case}, answer=answer)


def _another(guard: Guard, message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """A cancelled case is never opened again."""
    return _open(_turned(guard, facts.policy.flapping, now), message, facts, now)


ALERT: Mapping[Standing, Callable[[Guard, Message[BindAlert], GuardFacts, datetime], Decision[Guard]]] = {
    "none": _another,
    "pending": _occurrence,
    "open": _occurrence,
    "resolving": _again,
    "resolved": _again,
    "cancelled": _another,
    "merged": _joined,
}
"""What an alert does, by how the guard's case stands."""


def _turned(guard: Guard, flapping: Flapping | None, now: datetime) -> Guard:
    """Return the guard after one turn more, and whether that is one too many."""
    if flapping is None:
        return replace(guard, turns=(), is_flapping=False)
    recent = (*(turn for turn in guard.turns if now - turn < flapping.within), now)[-flapping.alerts - 1 :]
    return replace(guard, turns=recent, is_flapping=guard.is_flapping or len(recent) > flapping.alerts)


def _counted(guard: Guard, seen: datetime, now: datetime) -> Guard:
    seen = min(seen, now)
    first, last = min(guard.first_seen, seen), max(guard.last_seen, seen)
    return replace(guard, count=guard.count + 1, first_seen=first, last_seen=last)


def _is_late(guard: Guard, message: Message[BindAlert]) -> bool:
    """Whether the alert is from before the device was last seen to work; both are told by its own clock."""
    recovered_at, seen = guard.recovered_at, message.body.seen
    return recovered_at is not None and recovered_at - MOST_LATE < seen < recovered_at


def _open(before: Guard | None, message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """Open another case; where the recovery has overtaken the alert, the case is resolved in a while."""
    opening, seen = message.body.opening, min(message.body.seen, now)
    is_over = before is not None and _is_late(before, message) and facts.policy.recovery == "resolve"
    settling = settled_at(now + SOON, message.id, *message.body.place) if is_over else ()
    opened_at = opening.opened_at or now
    creation = CreateCase(opening.case, 1, opened_at, opening, key=message.body.key)
    guard = Guard(
        case=opening.case,
        epoch=1,
        number=creation.number,
        opened_at=opened_at,
        opening=opening,
        reply_to=message.reply_to,
        reactivation=None,
        moved_by=message.id,
        count=1,
        first_seen=seen,
        last_seen=seen,
        recovered_at=before.recovered_at if before else None,
        turns=before.turns if before else (now,),
        is_flapping=before.is_flapping if before else False,
        stirred_at=now,
        token=message.id if settling else "",
        key=message.body.key,
    )
    return Decision(state=guard, outcome="opened", detail={"case": guard.case}, messages=settling, then=finish(guard))
