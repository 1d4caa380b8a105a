"""`/api/entitlements`: what customers have a right to, and what was booked for which case."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from shared.api.access import Agent
from shared.api.entitlement_views import EntitlementView, EntryView, etag_of, find_entitlement
from shared.api.listing import Listing, Paged, Source
from shared.api.problems import NOT_FOUND
from shared.api.services import Provided, Services
from shared.entitlements.entitlement import Entitlement, list_of
from shared.entitlements.entries import entries_of, in_order
from shared.runtime.codec import typed
from shared.runtime.problem import Problem
from shared.runtime.store import Row

EntitlementId = Annotated[str, Path(alias="entitlement", max_length=64)]
State = Literal["draft", "waiting", "active", "expired", "cancelled"]

router = APIRouter(prefix="/api/entitlements", tags=["entitlements"])


@router.get("")
async def list_entitlements(
    _agent: Agent,
    services: Provided,
    pager: Paged,
    contact: Annotated[str, Query(min_length=1, max_length=256)],
    state: State | None = None,
) -> Listing[EntitlementView]:
    """List the entitlements of a customer; what remains is right within moments."""
    now = services.clock.now()

    def line(row: Row) -> EntitlementView | None:
        view = EntitlementView.of(typed(Entitlement, row.data["data"]), now)
        return view if state in (None, view.state) else None

    return await pager.read(services.store, Source("views", list_of(contact)), line)


@router.get("/{entitlement}")
async def show_entitlement(
    _agent: Agent, services: Provided, entitlement_id: EntitlementId, response: Response
) -> EntitlementView:
    """Show an entitlement. The ETag is what If-Match takes."""
    held = await known_entitlement(services, entitlement_id)
    response.headers["ETag"] = etag_of(held)
    return EntitlementView.of(held, services.clock.now())


@router.get("/{entitlement}/ledger")
async def show_ledger(
    _agent: Agent,
    services: Provided,
    pager: Paged,
    entitlement_id: EntitlementId,
    case: Annotated[str, Query(max_length=64)] = "",
) -> Listing[EntryView]:
    """List what was booked, oldest first; the total less all amounts is what remains."""
    held = await known_entitlement(services, entitlement_id)
    entries = in_order(await entries_of(services.store, entitlement_id, case))
    page = entries[pager.offset : pager.offset + pager.limit]
    items = [EntryView.of(entry, held.terms.allocation) for entry in page]
    return Listing(items=items, next=pager.following(len(page), len(entries)))


async def known_entitlement(services: Services, id_: str) -> Entitlement:
    """Return the entitlement; raises Problem (404)."""
    held = await find_entitlement(services.store, id_)
    if held is None:
        raise Problem(NOT_FOUND, "There is no entitlement with this id.")
    return held
