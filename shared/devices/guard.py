"""The guard of an error: which one case is open for it (I6), and how often it was seen.

By default an error is a device and a code; a policy may count otherwise. A guard is never deleted and only moves by its
ETag. What it says is a promise: a case that is absent, or older than the guard's epoch, is still being opened, and
whoever finds it so finishes the opening (DESIGN.md 2, Guards).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.cases.messages import AddActivity, CreateCase, OpenCase, ReactivateCase, ReopenCase
from shared.definitions.policy import Flapping, Policy
from shared.devices.messages import ClaimGuard, SettleAlert
from shared.runtime.decision import Answer, Decision, Outgoing, Refusal
from shared.runtime.envelope import Message, ReplyTo
from shared.runtime.ids import derived

DEVICE = "carebus/devices"
"""Who acts where a device's alert or recovery does."""
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
    is_guest: bool = False
    """Its case is one that its own was merged into: that is about more, and opens and closes for reasons of its own."""


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
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class GuardFacts:
    held: Glance | None
    """The case that the guard names; None where it does not exist (yet)."""
    wanted: Glance | None
    """The case that a message wants to become the open one."""
    policy: Policy = field(default_factory=Policy)
    heir: tuple[str, Glance] | None = None
    """The case that the guard's one was merged into."""


type Standing = Literal["none", "pending", "open", "resolving", "resolved", "cancelled", "merged"]


def standing(guard: Guard, held: Glance | None) -> Standing:
    """How a guard's case stands. `resolving`: a recovery resolves it, and the case has not heard of that yet."""
    if not guard.case:
        return "none"
    if held is None or held.epoch < guard.epoch:
        return "pending"
    if held.is_open:
        return "resolving" if guard.resolving else "open"
    if held.merged_into:
        return "merged"
    return "cancelled" if held.status == "cancelled" else "resolved"


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
        is_guest=False,
    )
    return Decision(state=moved, outcome="claimed", detail={"case": wanted.case}, then=finish(moved))


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


def answer_of(guard: Guard, outcome: str) -> Answer:
    return Answer({"outcome": outcome, "case_id": guard.case, "number": guard.number})
