"""What others see of cases, of the devices that they are about, and of what covers and holds them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.cases import case as cases
from shared.cases import transitions
from shared.cases.coverage import Offer
from shared.cases.messages import CreateCase, OpenCase, ReopenCase
from shared.cases.reading import find_case, find_heir
from shared.definitions.catalogue import Catalogue
from shared.definitions.policy import Policy
from shared.definitions.published import Definitions
from shared.devices import device as devices
from shared.devices.guard import Glance
from shared.entitlements import entitlement as entitlements
from shared.entitlements.entitlement import Entitlement
from shared.runtime import codec
from shared.runtime.aggregate import read_head
from shared.runtime.ids import quoted
from shared.runtime.store import Store
from shared.sla.facts import SlaFacts, unread
from shared.sla.ledger import read_breaks

MOST_ENTITLEMENTS = 1000
"""Of one customer, that are looked at."""


async def glance(store: Store, case: str, policy: Policy) -> Glance | None:
    """How a device's guard sees a case."""
    found = await find_case(store, case)
    return _glance(found, policy) if found else None


def _glance(found: cases.Case, policy: Policy) -> Glance:
    may_reopen = transitions.is_allowed(found.status_reason, ReopenCase.kind, "in_progress")
    may_reopen = may_reopen and policy.may_follow(found.status_reason, "in_progress")
    return Glance(
        found.epoch, found.is_open, found.number, found.status, found.closed_at, may_reopen, found.merged_into or ""
    )


async def heir(store: Store, merged: Glance | None, policy: Policy) -> tuple[str, Glance] | None:
    """Find the case that another was merged into, or that one again, as a device's guard sees it."""
    found = await find_heir(store, merged.merged_into) if merged and merged.merged_into else None
    return (found.id, _glance(found, policy)) if found else None


async def case(store: Store, case: str) -> Mapping[str, Any]:
    """How a journey's conditions see the case that a run is about."""
    found = await find_case(store, case)
    return {name: value for name, value in _told_of(found).items() if value is not None} if found else {}


def _told_of(case: cases.Case) -> Mapping[str, Any]:
    return {
        "case": case.id,
        "number": case.number,
        "status": case.status,
        "status_reason": case.status_reason,
        "priority": case.priority,
        "origin": case.origin,
        "error_code": case.error_code,
        "opened_at": case.opened_at.isoformat(),
    }


async def sla(store: Store, definitions: Definitions, catalogue: Catalogue, case: cases.Case | None) -> SlaFacts:
    """What the SLA of a case rests on: nothing is read but definitions, unless an instance of it has stood still."""
    held = tuple(case.instances.values()) if case else ()
    if not catalogue.slas and not held:
        return SlaFacts()
    known = SlaFacts(catalogue.slas, catalogue.versions["slas"])
    pinned = {each: await definitions.sla(*each) for each in unread(known, held)}
    breaks = await read_breaks(store, cases.TABLE, quoted(case.id), held) if case else {}
    return replace(known, pinned=pinned, breaks=breaks)


async def offers(store: Store, creation: CreateCase) -> tuple[Offer, ...]:
    """How a case that is being opened sees the entitlements of its customer: one read."""
    opening = creation.opening
    page = await store.page("views", entitlements.list_of(opening.contact), limit=MOST_ENTITLEMENTS)
    return tuple(offer(row.data["data"], opening, creation.opened_at) for row in page.rows)


def offer(line: Mapping[str, Any], opening: OpenCase, at: datetime) -> Offer:
    held, said = codec.typed(Entitlement, line), opening
    objection = held.objection(said.contact, said.origin, said.product, at)
    return Offer(held.id, held.terms.default, held.terms.ends_on, held.terms.sla, objection)


async def covering(store: Store, contact: str, origin: str, at: datetime) -> str:
    """Find an entitlement of a customer that covers a case that comes this way now, of any product: one read.

    The default one counts first, then the one that ends soonest; empty where there is none.
    """
    page = await store.page("views", entitlements.list_of(contact), limit=MOST_ENTITLEMENTS)
    held = [codec.typed(Entitlement, row.data["data"]) for row in page.rows]
    fit = [each for each in held if not each.objection(contact, origin, next(iter(each.terms.products), ""), at)]
    best = min(fit, key=lambda each: (not each.terms.default, each.terms.ends_on, each.id), default=None)
    return best.id if best else ""


async def device(store: Store, device: str) -> Mapping[str, Any]:
    """How a journey's conditions see a device."""
    found = await read_head(store, devices.TABLE, quoted(device), devices.HEAD, devices.Device)
    return {"model": found.model} if found else {}
