"""An entitlement: what a customer has a right to, from when to when, and how much of it remains."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.entitlements.messages import Terms
from shared.entitlements.terms import day_of
from shared.runtime.codec import plain
from shared.runtime.decision import View
from shared.runtime.ids import joined

TABLE = "entitlements"
HEAD = "head"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The head of an entitlement's partition; its ledger is the cause rows beside it.

    At every moment `remaining` is the total less what the ledger's entries add up to.
    """

    id: str
    terms: Terms
    remaining: int
    """Cases, or minutes where hours are agreed; below zero only where it is not restricted."""
    created_at: datetime
    activated_at: datetime | None = None
    cancelled_at: datetime | None = None
    renewal_of: str = ""
    renewed_as: str = ""
    version: int = 1
    """Grows with its terms and its life: what an editor must have seen."""
    changes: int = 1
    """Grows with every entry too: read models apply only what is newer."""

    def state_at(self, moment: datetime) -> str:
        """Which state it is in, or was."""
        if self.cancelled_at is not None and moment >= self.cancelled_at:
            return "cancelled"
        if self.activated_at is None:
            return "draft"
        day = day_of(self.terms, moment)
        if day < self.terms.starts_on:
            return "waiting"
        return "active" if day <= self.terms.ends_on else "expired"

    @property
    def is_used_up(self) -> bool:
        return self.terms.restrict and self.remaining <= 0

    def objection(self, contact: str, origin: str, product: str, opened_at: datetime) -> str:
        """Why it does not cover a case that such a customer opens then; empty where it does."""
        terms = self.terms
        if contact != terms.contact:
            return "another_customer"
        if self.state_at(opened_at) != "active":
            return "not_active"
        if terms.channels and origin not in terms.channels:
            return "channel_not_covered"
        if terms.products and product not in terms.products:
            return "product_not_covered"
        return "nothing_remains" if self.is_used_up else ""


def list_of(contact: str) -> str:
    """Name the list of a customer's entitlements, of all states."""
    return joined("entitlements-of", contact)


def line_of(entitlement: Entitlement) -> View:
    line: dict[str, Any] = plain(entitlement)
    return View(list_of(entitlement.terms.contact), joined(entitlement.id), entitlement.changes, line)
