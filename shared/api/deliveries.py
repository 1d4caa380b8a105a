"""`/api/deliveries`: what was sent to a contact, what became of it, and why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query

from shared.api.access import Agent
from shared.api.listing import Listing, Paged, Source
from shared.api.services import Provided
from shared.channels.subscription import host_of
from shared.deliveries.delivery import TABLE, Delivery
from shared.deliveries.reasons import REASONS
from shared.runtime import codec
from shared.runtime.ids import quoted
from shared.runtime.step import Head
from shared.runtime.store import Row

PREFIX = "delivery:"

router = APIRouter(prefix="/api/deliveries", tags=["deliveries"])


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One message to a contact. Times are UTC."""

    id: str
    channel: str
    to: str
    """The address, masked; of a push subscription, whose service it is."""
    template: str
    template_version: int
    language: str
    state: str
    reason: str
    """A closed code; empty where nothing went wrong."""
    reason_text: str
    consent: str
    requested_at: datetime
    times: Mapping[str, datetime]
    """When each state and engagement was first reached."""
    engagements: Mapping[str, int]
    case: str | None
    journey: str
    run: str
    tile: str

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        request = delivery.request
        return cls(
            id=delivery.id,
            channel=delivery.channel,
            to=addressed(delivery.channel, delivery.outgoing.to) if delivery.outgoing else "",
            template=request.template,
            template_version=delivery.template_version,
            language=delivery.language,
            state=delivery.state,
            reason=delivery.reason,
            reason_text=REASONS.get(delivery.reason, ""),
            consent=delivery.consent,
            requested_at=delivery.requested_at,
            times=delivery.times,
            engagements=delivery.engagements,
            case=request.case,
            journey=request.journey,
            run=request.run,
            tile=request.tile,
        )


@router.get("")
async def list_deliveries(
    _agent: Agent, services: Provided, pager: Paged, contact: Annotated[str, Query(min_length=1, max_length=256)]
) -> Listing[DeliveryView]:
    """List the messages to a contact."""
    return await pager.read(services.store, Source(TABLE, quoted(contact), PREFIX), _view)


def addressed(channel: str, point: str) -> str:
    """Return as much of a contact point as may be shown."""
    return host_of(point) if channel == "push" else masked(point)


def masked(address: str) -> str:
    """Return as much of an address as recognises it: `+49...56`, `a...@example.org`."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}...@{domain}" if at else f"{address[:3]}...{address[-2:]}"


def _view(row: Row) -> DeliveryView:
    return DeliveryView.of(codec.typed(Head[Delivery], row.data).state)
