"""The ledger of an entitlement: what is booked for a case, exactly once whatever comes twice, late or in another order.

A case tells where it stands, with its version; what is booked for it follows from that and the terms. So an entry is
always the difference to the entries before, and an older word that comes later changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from shared.cases.messages import DropEntitlement
from shared.entitlements.entitlement import Entitlement, line_of
from shared.entitlements.entries import Booking, Entry
from shared.entitlements.messages import ChargeCase, Terms
from shared.runtime import codec
from shared.runtime.decision import Decision, Outgoing
from shared.runtime.envelope import Message
from shared.runtime.ids import derived

COUNTED: Mapping[str, frozenset[str]] = {
    "create": frozenset({"open", "resolved"}),
    "resolve": frozenset({"resolved"}),
}
"""When a case is taken off, to the stages in which something is booked for it. A cancelled case costs nothing."""

GONE = frozenset({"cancelled", "left"})
"""Nothing is wanted for a case in these stages, and nothing can be refused."""


def charge_case(
    held: Entitlement, message: Message[ChargeCase], entries: Sequence[Entry], _now: datetime
) -> Decision[Entitlement]:
    """Book the difference. What does not cover the case is refused, and the case told.

    Every entry touches the head, also one over nothing: the head's ETag is what two words of one case contend for.
    """
    said = message.body
    if any(entry.body.as_of >= said.as_of for entry in entries):
        return Decision()
    booked = sum(entry.detail.amount for entry in entries)
    due = amount_of(held.terms, said) - booked
    objection = _objection(held, said, entries, due)
    amount = 0 if objection else min(due, held.remaining) if held.terms.restrict and due > 0 else due
    after = replace(held, remaining=held.remaining - amount, changes=held.changes + 1)
    booking = Booking(amount, after.remaining, objection, 0 if objection else due - amount)
    return Decision(
        state=after,
        outcome="refused" if objection else _outcome(amount),
        detail=codec.plain(booking),
        messages=(_drop(message, objection),) if objection else (),
        records=(line_of(after),) if amount else (),
    )


def charge_nothing(message: Message[ChargeCase], _entries: object, _now: datetime) -> Decision[Entitlement]:
    """There is no such entitlement: the case is told."""
    return Decision(messages=(_drop(message, "not_found"),) if message.body.stage not in GONE else ())


def amount_of(terms: Terms, said: ChargeCase) -> int:
    """Return what is booked for a case that stands there: cases, or minutes where hours are agreed."""
    if said.stage not in COUNTED[terms.decrement_on]:
        return 0
    return max(said.minutes, 0) if terms.allocation == "hours" else 1


def _objection(held: Entitlement, said: ChargeCase, entries: Sequence[Entry], due: int) -> str:
    """Why nothing can be booked. Whoever was covered once, stays so: a case may be resolved after the last day."""
    if said.stage in GONE:
        return ""
    if not any(entry.outcome != "refused" for entry in entries):
        return held.objection(said.contact, said.origin, said.product, said.opened_at)
    return "nothing_remains" if due > 0 and held.is_used_up else ""


def _outcome(amount: int) -> str:
    return "debited" if amount > 0 else "credited" if amount < 0 else "unchanged"


def _drop(message: Message[ChargeCase], reason: str) -> Outgoing:
    said = message.body
    return Outgoing(derived("drop", message.id), DropEntitlement(said.case, said.entitlement, reason))
