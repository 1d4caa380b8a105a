"""Which entitlement a case is under, and what it tells it. The entitlement has the last word, and may send it away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from shared.cases.case import Case
from shared.cases.messages import Coverage, CoverCase, CreateCase, DropEntitlement
from shared.cases.replies import answer, changed_meanwhile, closed
from shared.definitions.catalogue import Catalogue
from shared.entitlements.messages import ChargeCase
from shared.runtime.decision import Decision, Outgoing
from shared.runtime.envelope import Message
from shared.runtime.ids import derived

STAGES = {"active": "open", "resolved": "resolved", "cancelled": "cancelled"}


@dataclass(frozen=True, slots=True)
class Offer:
    """An entitlement of the customer, as a case that is being opened sees it."""

    id: str
    is_default: bool
    ends_on: date
    sla: str
    objection: str
    """Why it does not cover this case; empty where it does."""


@dataclass(frozen=True, slots=True)
class Opening[F]:
    """What the opening of a case rests on besides what every decision does."""

    facts: F
    offers: Sequence[Offer]


def covered[F](
    create: Callable[[Message[Any], F, datetime], Decision[Case]],
) -> Callable[[Message[CreateCase], Opening[F], datetime], Decision[Case]]:
    """Return the function that creates a case with its entitlement chosen before anything else is decided."""

    def begin(message: Message[CreateCase], opening: Opening[F], now: datetime) -> Decision[Case]:
        chosen = choose(message.body.opening.entitlement, opening.offers)
        return create(replace(message, body=replace(message.body, coverage=chosen)), opening.facts, now)

    return begin


def choose(named: str | None, offers: Sequence[Offer]) -> Coverage | None:
    """Take the one that is named, or none and why; else of the customer's defaults that fit, the one that ends first.

    A case is never refused for it: whoever asked at a door for agents was refused there.
    """
    if named is not None:
        offer = next((each for each in offers if each.id == named), None)
        reason = offer.objection if offer else "not_found"
        return Coverage(None, "", reason) if offer is None or reason else Coverage(offer.id, offer.sla)
    fitting = [each for each in offers if each.is_default and not each.objection]
    first = min(fitting, key=lambda each: (each.ends_on, each.id), default=None)
    return Coverage(first.id, first.sla) if first else None


def cover_case(case: Case, message: Message[CoverCase], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Put an active case under another entitlement, or under none."""
    body = message.body
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused
    after = replace(case, entitlement=body.entitlement, entitlement_sla=body.sla if body.entitlement else "")
    outcome = "covered" if body.entitlement else "uncovered"
    return Decision(
        state=after, outcome=outcome, answer=answer(case, outcome), detail={"entitlement": body.entitlement}
    )


def drop_entitlement(
    case: Case, message: Message[DropEntitlement], _catalogue: Catalogue, _now: datetime
) -> Decision[Case]:
    """It does not cover the case, whether that is closed by now or not; another one that it has by now stays."""
    body = message.body
    if case.entitlement != body.entitlement:
        return Decision()
    after = replace(case, entitlement=None, entitlement_sla="")
    return Decision(state=after, outcome="uncovered", detail={"entitlement": body.entitlement, "reason": body.reason})


def charges(before: Case | None, after: Case) -> tuple[Outgoing, ...]:
    """Return what entitlements are told of a change: the one it is under now, and the one it was under before.

    A case of a test run is charged to nobody.
    """
    if after.test:
        return ()
    told = []
    if before and before.entitlement and before.entitlement != after.entitlement:
        told.append(_told(after, before.entitlement, "left"))
    if after.entitlement and (before is None or _standing(before) != _standing(after)):
        told.append(_told(after, after.entitlement, STAGES[after.status]))
    return tuple(told)


def _standing(case: Case) -> tuple[str | None, str, int]:
    return case.entitlement, case.status, case.billable_minutes


def _told(case: Case, entitlement: str, stage: str) -> Outgoing:
    said = ChargeCase(
        entitlement,
        case.id,
        case.contact,
        case.origin,
        case.product,
        case.opened_at,
        stage,
        case.billable_minutes,
        case.version,
    )
    return Outgoing(derived("charge", entitlement, case.id, str(case.version)), said)
