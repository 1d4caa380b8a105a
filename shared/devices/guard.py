"""The guard of an error: which one case is open for it (I6), and how often it was seen.

By default an error is a device and a code; a policy may count otherwise. A guard is never deleted and only moves by its
ETag. What it says is a promise: a case that is absent, or older than the guard's epoch, is still being opened, and
whoever finds it so finishes the opening (DESIGN.md 2, Guards).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.cases.messages import AddActivity, CreateCase, OpenCase, ReactivateCase, ReopenCase
from shared.definitions.policy import Flapping, Policy
from shared.devices.messages import BindAlert, ClaimGuard, SettleAlert
from shared.runtime.decision import Answer, Decision, Outgoing, Refusal
from shared.runtime.envelope import Message, ReplyTo
from shared.runtime.ids import derived

DEVICE = "carebus/devices"
"""Who acts where a device's alert or recovery does."""
CAME_BACK = "The device reports the error again."
FLAPS = "The error comes and goes: the case stays open until it was quiet for a while."
MOST_LATE = timedelta(hours=1)
"""An alert from longer before a recovery is taken for new: a device that restarts may have lost the time."""
SOON = timedelta(seconds=30)
"""Until then a case that is being opened is there."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Row `open:<key>`; the key of an error code is the code."""

    case: str
    """Empty where none was ever open."""
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
    recovered_at: datetime | None = None
    """When the device was last seen to work again, by the clock that tells its alerts."""
    resolving: str = ""
    """The recovery (by id) that has resolved the case at this epoch, or is about to."""
    turns: tuple[datetime, ...] = ()
    """When alerts opened its case or opened it again: the latest ones."""
    is_flapping: bool = False
    stirred_at: datetime | None = None
    """When something was last heard of the error."""
    token: str = ""
    """What the end of the quiet time must carry that the guard waits for."""
    key: str = ""
    """Its alerts' key, as they bring it."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What the guard's case looks like from outside."""

    epoch: int
    is_open: bool
    number: str
    status: str = ""
    closed_at: datetime | None = None
    may_reopen: bool = True
    """Whether it would take a reopening: one that was promised and refused would be pending for ever."""


@dataclass(frozen=True, slots=True)
class GuardFacts:
    held: Glance | None
    """The case that the guard names; None where it does not exist (yet)."""
    wanted: Glance | None
    """The case that a message wants to become the open one."""
    policy: Policy = field(default_factory=Policy)


type Standing = Literal["none", "pending", "open", "resolving", "resolved", "cancelled"]


def standing(guard: Guard, held: Glance | None) -> Standing:
    """How a guard's case stands. `resolving`: a recovery resolves it, and the case has not heard of that yet."""
    if not guard.case:
        return "none"
    if held is None or held.epoch < guard.epoch:
        return "pending"
    if held.is_open:
        return "resolving" if guard.resolving else "open"
    return "cancelled" if held.status == "cancelled" else "resolved"


def open_first(message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """No guard: no case was ever open for this error."""
    return _open(None, message, facts, now)


def bind_alert(guard: Guard, message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """Add an occurrence to the open case, finish an opening that is pending, open it again, or open a new one."""
    act = ALERT[standing(guard, facts.held)]
    return act(heard(guard, facts.policy.flapping, now), message, facts, now)


def claim_guard(guard: Guard, message: Message[ClaimGuard], facts: GuardFacts, _now: datetime) -> Decision[Guard]:
    """Make the wanted case the open one, unless another is open or about to be."""
    wanted = message.body.reactivation
    if standing(guard, facts.held) in ("pending", "open", "resolving"):
        return Decision(refused=Refusal("another_case_is_open" if guard.case != wanted.case else "case_is_open"))
    if facts.wanted is None:
        return Decision(refused=Refusal("not_found", "case"))
    if not facts.wanted.may_reopen:
        return Decision(refused=Refusal("transition_not_allowed", "status"))
    moved = replace(
        guard,
        case=wanted.case,
        epoch=facts.wanted.epoch + 1,
        number=facts.wanted.number,
        opening=None,
        reply_to=message.reply_to,
        reactivation=wanted,
        moved_by=message.id,
        resolving="",
        token="",
    )
    return Decision(state=moved, outcome="claimed", detail={"case": wanted.case}, then=finish(moved))


def _occurrence(guard: Guard, message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """Count it: its sender hears which case it belongs to. What was about to settle is awake again."""
    counted = _counted(guard, message.body.seen, now)
    return Decision(
        state=counted if _is_late(guard, message) else replace(counted, token=""),
        outcome="occurrence_added",
        detail={"case": guard.case},
        answer=_answer(guard, "occurrence_added"),
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
        answer=_answer(guard, outcome),
        messages=(noted_on(moved, message.id, FLAPS, now + SOON),) if begins else (),
        then=finish(moved),
    )


def _another(guard: Guard, message: Message[BindAlert], facts: GuardFacts, now: datetime) -> Decision[Guard]:
    """A cancelled case, or one that was merged into another, is never opened again."""
    return _open(_turned(guard, facts.policy.flapping, now), message, facts, now)


ALERT: Mapping[Standing, Callable[[Guard, Message[BindAlert], GuardFacts, datetime], Decision[Guard]]] = {
    "none": _another,
    "pending": _occurrence,
    "open": _occurrence,
    "resolving": _again,
    "resolved": _again,
    "cancelled": _another,
}
"""What an alert does, by how the guard's case stands."""


def finish(guard: Guard) -> Outgoing:
    """Return the message that makes the guard's promise true: the same one, whoever finds it pending."""
    if guard.opening is not None:
        body = CreateCase(guard.case, guard.epoch, guard.opened_at, guard.opening, key=guard.key)
        return Outgoing(derived("create", guard.case, str(guard.epoch)), body, reply_to=guard.reply_to)
    assert guard.reactivation is not None
    reopening = ReopenCase(guard.case, guard.reactivation.by, guard.epoch, guard.reactivation.text)
    return Outgoing(guard.moved_by, reopening, reply_to=guard.reply_to)


def settled_at(at: datetime, cause: str, partition: str, row: str) -> tuple[Outgoing, ...]:
    """Return the message that looks at that time whether all is quiet; `cause` is the token it carries."""
    return (Outgoing(derived("settle", cause), SettleAlert(partition, row, cause), at=at),)


def noted_on(guard: Guard, cause: str, text: str, at: datetime | None = None) -> Outgoing:
    """Return the message that puts a note on the timeline of the guard's case."""
    return Outgoing(derived("noted", cause), AddActivity(guard.case, "note", DEVICE, text), at=at)


def heard(guard: Guard, flapping: Flapping | None, now: datetime) -> Guard:
    """Return the guard as it is when something is heard of the error: after a quiet time it no longer flaps."""
    is_flapping = guard.is_flapping and flapping is not None and not _was_quiet(guard, flapping, now)
    return replace(guard, is_flapping=is_flapping, stirred_at=now)


def _was_quiet(guard: Guard, flapping: Flapping, now: datetime) -> bool:
    return guard.stirred_at is not None and now - guard.stirred_at >= flapping.quiet


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


def _answer(guard: Guard, outcome: str) -> Answer:
    return Answer({"outcome": outcome, "case_id": guard.case, "number": guard.number})


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
