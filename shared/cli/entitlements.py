"""Entitlements for operators: those of a customer, and one with its ledger."""

from typing import Any

from shared.api.entitlement_views import EntitlementView, EntryView, find_entitlement
from shared.cli.rows import rows
from shared.cli.services import Services
from shared.entitlements.entitlement import Entitlement, list_of
from shared.entitlements.entries import entries_of, in_order
from shared.runtime.codec import plain, typed
from shared.runtime.errors import CarebusError


class NoSuchEntitlement(CarebusError):
    """There is no such entitlement."""


async def listed(services: Services, contact: str) -> list[dict[str, Any]]:
    """Return a line for each entitlement of a customer."""
    now = services.clock.now()
    found = [row.data["data"] async for row in rows(services.store, "views", list_of(contact))]
    return [plain(EntitlementView.of(typed(Entitlement, data), now)) for data in found]


async def shown(services: Services, id_: str) -> tuple[EntitlementView, list[EntryView]]:
    """Return an entitlement and its ledger, oldest entry first; raises NoSuchEntitlement."""
    held = await find_entitlement(services.store, id_)
    if held is None:
        raise NoSuchEntitlement(f"There is no entitlement {id_}.")
    entries = in_order(await entries_of(services.store, id_, ""))
    ledger = [EntryView.of(each, held.terms.allocation) for each in entries]
    return EntitlementView.of(held, services.clock.now()), ledger
