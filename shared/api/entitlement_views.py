"""An entitlement as the API and the command line show it, in cases or hours."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Self

from shared.api.problems import NOT_FOUND, NOT_NOW
from shared.entitlements.entitlement import HEAD, TABLE, Entitlement
from shared.entitlements.entries import Entry
from shared.runtime.aggregate import read_head
from shared.runtime.ids import quoted
from shared.runtime.problem import FieldError, Problem
from shared.runtime.store import Store

MINUTES = 60


@dataclass(frozen=True, slots=True)
class EntitlementView:
    """What a customer has a right to. Both days are covered; times are UTC."""

    id: str
    contact: str
    name: str
    state: str
    """draft, waiting, active, expired or cancelled: as of now."""
    starts_on: date
    ends_on: date
    time_zone: str
    allocation: str
    total: float
    remaining: float
    decrement_on: str
    restrict: bool
    channels: tuple[str, ...]
    products: tuple[str, ...]
    default: bool
    sla: str
    created_at: datetime
    activated_at: datetime | None
    cancelled_at: datetime | None
    renewal_of: str
    renewed_as: str
    version: int

    @classmethod
    def of(cls, held: Entitlement, now: datetime) -> Self:
        terms = held.terms
        return cls(
            id=held.id,
            contact=terms.contact,
            name=terms.name,
            state=held.state_at(now),
            starts_on=terms.starts_on,
            ends_on=terms.ends_on,
            time_zone=terms.time_zone,
            allocation=terms.allocation,
            total=shown(terms.total, terms.allocation),
            remaining=shown(held.remaining, terms.allocation),
            decrement_on=terms.decrement_on,
            restrict=terms.restrict,
            channels=terms.channels,
            products=terms.products,
            default=terms.default,
            sla=terms.sla,
            created_at=held.created_at,
            activated_at=held.activated_at,
            cancelled_at=held.cancelled_at,
            renewal_of=held.renewal_of,
            renewed_as=held.renewed_as,
            version=held.version,
        )


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry of the ledger: what a case said, and what was booked for it."""

    id: str
    at: datetime
    case: str
    stage: str
    outcome: str
    """debited, credited, unchanged or refused."""
    amount: float
    """Above zero it was debited, below zero credited."""
    remaining: float
    """After it."""
    beyond: float
    """What the case came to, and did not remain any more."""
    reason: str
    """Why it was refused; empty otherwise."""

    @classmethod
    def of(cls, entry: Entry, allocation: str) -> Self:
        booking, said = entry.detail, entry.body
        return cls(
            id=entry.cause,
            at=entry.at,
            case=said.case,
            stage=said.stage,
            outcome=entry.outcome,
            amount=shown(booking.amount, allocation),
            remaining=shown(booking.remaining, allocation),
            beyond=shown(booking.beyond, allocation),
            reason=booking.reason,
        )


def shown(amount: int, allocation: str) -> float:
    """Return cases as they are, and minutes as hours."""
    return round(amount / MINUTES, 4) if allocation == "hours" else amount


def counted(amount: float, allocation: str) -> int | None:
    """Return cases, or hours in minutes; None where that is no whole number."""
    # By what was written: as binary fractions, 4.1 hours are a little less than 246 minutes.
    written = Decimal(str(amount))
    number = written * MINUTES if allocation == "hours" else written
    return int(number) if number == int(number) else None


def etag_of(held: Entitlement) -> str:
    """Return the entity tag of an entitlement: its version, strong (RFC 9110, 8.8.3)."""
    return f'"{held.version}"'


async def find_entitlement(store: Store, id_: str) -> Entitlement | None:
    return await read_head(store, TABLE, quoted(id_), HEAD, Entitlement)


async def check_cover(
    store: Store, entitlement: str, contact: str, origin: str, product: str, opened_at: datetime
) -> Entitlement:
    """Return the entitlement that somebody names for a case; raises Problem (409) where it does not cover it."""
    held = await find_entitlement(store, entitlement)
    if held is None:
        raise Problem(NOT_FOUND, "There is no entitlement with this id.", [FieldError("entitlement", "not_found")])
    objection = held.objection(contact, origin, product, opened_at)
    if objection:
        raise Problem(NOT_NOW, "The entitlement does not cover the case.", [FieldError("entitlement", objection)])
    return held
