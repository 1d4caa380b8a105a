"""The guard of a device and error code: which one case is open for them (I6), and how often the error was seen.

It is never deleted and only moves by its ETag. What it says is a promise: a case that is absent, or older than the
guard's epoch, is still being opened, and whoever finds it so finishes the opening (DESIGN.md 2, Guards).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.cases.messages import CreateCase, OpenCase, ReactivateCase, ReopenCase
from shared.devices.messages import BindAlert, ClaimGuard
from shared.runtime.decision import Answer, Decision, Outgoing, Refusal
from shared.runtime.envelope import Message, ReplyTo
from shared.runtime.ids import derived


@dataclass(frozen=True, slots=True)
class Guard:
    """Row `open:<code>` in the device's partition."""

    case: str
    epoch: int
    number: str
    opened_at: datetime
    opening: OpenCase | None
    """What the case is opened with; None where it was only reactivated."""
    reply_to: ReplyTo | None
    reactivation: ReactivateCase | None
    moved_by: str
    """Id of the message that moved the guard here."""
    count: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Glance:
    """What the guard's case looks like from outside."""

    epoch: int
    is_open: bool
    number: str


@dataclass(frozen=True, slots=True)
class GuardFacts:
    held: Glance | None
    """The case that the guard names; None where it does not exist (yet)."""
    wanted: Glance | None
    """The case that a message wants to become the open one."""


def open_first(message: Message[BindAlert], _facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """No guard: no case was ever open for this device and error code."""
    return _open(message, now)


def bind_alert(guard: Guard, message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """Add an occurrence to the open case, finish an opening that is pending, or open a new case."""
    if _is_closed(guard, facts.held):
        return _open(message, now)
    seen = message.body.seen
    counted = replace(
        guard,
        count=guard.count + 1,
        first_seen=min(guard.first_seen, seen),
        last_seen=max(guard.last_seen, seen),
    )
    return Decision(
        state=counted,
        outcome="occurrence_added",
        detail={"case": guard.case},
        answer=Answer({"outcome": "occurrence_added", "case_id": guard.case, "number": guard.number}),
        then=_finish(guard) if _is_pending(guard, facts.held) else None,
    )


def claim_guard(guard: Guard, message: Message[ClaimGuard], facts: GuardFacts, _now: datetime) -> Decision[Guard]:
    """Make the wanted case the open one, unless another is open or about to be."""
    wanted = message.body.reactivation
    if not _is_closed(guard, facts.held):
        return Decision(refused=Refusal("another_case_is_open" if guard.case != wanted.case else "case_is_open"))
    if facts.wanted is None:
        return Decision(refused=Refusal("not_found", "case"))
    moved = replace(
        guard,
        case=wanted.case,
        epoch=facts.wanted.epoch + 1,
        number=facts.wanted.number,
        opening=None,
        reply_to=message.reply_to,
        reactivation=wanted,
        moved_by=message.id,
    )
    return Decision(state=moved, outcome="claimed", detail={"case": wanted.case}, then=_finish(moved))


def _is_closed(guard: Guard, held: Glance | None) -> bool:
    return held is not None and held.epoch >= guard.epoch and not held.is_open


def _is_pending(guard: Guard, held: Glance | None) -> bool:
    return held is None or held.epoch < guard.epoch


def _open(message: Message[BindAlert], now: datetime) -> Decision[Guard]:
    opening, seen = message.body.opening, message.body.seen
    creation = CreateCase(opening.case, 1, now, opening)
    guard = Guard(
        case=opening.case,
        epoch=1,
        number=creation.number,
        opened_at=now,
        opening=opening,
        reply_to=message.reply_to,
        reactivation=None,
        moved_by=message.id,
        count=1,
        first_seen=seen,
        last_seen=seen,
    )
    return Decision(state=guard, outcome="opened", detail={"case": guard.case}, then=_finish(guard))


def _finish(guard: Guard) -> Outgoing:
    """Return the message that makes the guard's promise true: the same one, whoever finds it pending."""
    if guard.opening is not None:
        body = CreateCase(guard.case, guard.epoch, guard.opened_at, guard.opening)
        return Outgoing(derived("create", guard.case, str(guard.epoch)), body, reply_to=guard.reply_to)
    assert guard.reactivation is not None
    reopening = ReopenCase(guard.case, guard.reactivation.by, guard.epoch, guard.reactivation.text)
    return Outgoing(guard.moved_by, reopening, reply_to=guard.reply_to)
