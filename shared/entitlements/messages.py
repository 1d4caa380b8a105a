"""What is said to an entitlement. Each is applied once per envelope id."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pydantic import AwareDatetime


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with a customer. A renewal takes all of it over, with the dates that follow."""

    contact: str
    name: str
    starts_on: date
    ends_on: date
    """The last day, by the clock of the time zone; both days are covered as a whole."""
    total: int
    """Cases, or minutes where hours are agreed."""
    allocation: str = "cases"
    """cases or hours."""
    decrement_on: str = "resolve"
    """create or resolve: when a case is taken off. Hours are known when a case is resolved, and not before."""
    restrict: bool = True
    """Whether it ends with what remains, instead of going below zero."""
    channels: tuple[str, ...] = ()
    """Origins of cases that are covered; empty: all."""
    products: tuple[str, ...] = ()
    """Empty: all, and cases that name none."""
    default: bool = False
    """Whether the customer's cases get it where nobody names one."""
    sla: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class PutEntitlement:
    """Draft an entitlement, or change a draft."""

    kind: ClassVar[str] = "put_entitlement"
    queue: ClassVar[str] = "case-commands"

    entitlement: str
    by: str
    terms: Terms
    renewal_of: str = ""
    if_version: int | None = None
    """The version that the sender saw; another one is refused. None: whatever it is."""


@dataclass(frozen=True, slots=True)
class ActivateEntitlement:
    """Let a draft hold: from its first day on."""

    kind: ClassVar[str] = "activate_entitlement"
    queue: ClassVar[str] = "case-commands"

    entitlement: str
    by: str
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class CancelEntitlement:
    """End an entitlement for good; what is booked stays booked."""

    kind: ClassVar[str] = "cancel_entitlement"
    queue: ClassVar[str] = "case-commands"

    entitlement: str
    by: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class RenewEntitlement:
    """Draft another one on the same terms, for the time that follows."""

    kind: ClassVar[str] = "renew_entitlement"
    queue: ClassVar[str] = "case-commands"

    entitlement: str
    renewal: str
    """Id of the draft."""
    by: str
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class ChargeCase:
    """Tell where a case stands: the difference to what is booked for it is debited or credited."""

    kind: ClassVar[str] = "charge_case"
    queue: ClassVar[str] = "case-commands"

    entitlement: str
    case: str
    contact: str
    origin: str
    product: str
    opened_at: AwareDatetime
    stage: str
    """open, resolved, cancelled, or left: it is under this entitlement no more."""
    minutes: int
    """Billable; of a resolved case."""
    as_of: int
    """The case's version: what an older one says changes nothing."""
