"""`/api/unmatched`, `/api/rejected`, `/api/journeys/{journey}/not-entered`: what had no effect, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path

from shared.api.access import AgentOrOperator, Operator
from shared.api.listing import Listing, Paged, Source
from shared.api.services import Provided, Services
from shared.runtime import codec
from shared.runtime.ids import joined
from shared.runtime.rejected import TABLE as REJECTED
from shared.runtime.store import Row

router = APIRouter(prefix="/api", tags=["operations"])


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An event that nobody could take; it can be replayed."""

    id: str
    reason: str
    trigger: str
    source: str
    at: datetime
    sent_again_at: datetime | None = None
    """When an operator replayed it."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that was refused for good: a closed reason and the field's path. Its content is not shown."""

    key: str
    queue: str
    reason: str
    field: str
    at: datetime
    kind: str = ""
    id: str = ""
    sent_again_at: datetime | None = None
    """When an operator sent it again."""


@dataclass(frozen=True, slots=True)
class NotEntered:
    """An event that did not start a journey for its contact."""

    run: str
    contact: str
    event: str
    reason: str
    at: datetime


@router.get("/unmatched")
async def list_unmatched(
    _operator: Operator, services: Provided, pager: Paged, day: date | None = None
) -> Listing[Unmatched]:
    """List the unmatched events of a day (UTC), by default of today."""

    def line(row: Row) -> Unmatched:
        return codec.typed(Unmatched, {**row.data, "id": row.key})

    return await pager.read(services.store, Source("unmatched", _day(services, day)), line)


@router.get("/rejected")
async def list_rejected(
    _operator: Operator, services: Provided, pager: Paged, day: date | None = None
) -> Listing[Rejected]:
    """List the rejected messages of a day (UTC), by default of today."""

    def line(row: Row) -> Rejected:
        return codec.typed(Rejected, {**row.data, "key": row.key})

    return await pager.read(services.store, Source(REJECTED, _day(services, day)), line)


@router.get("/journeys/{journey}/not-entered", tags=["journeys"])
async def list_not_entered(
    _reader: AgentOrOperator,
    services: Provided,
    pager: Paged,
    journey: Annotated[str, Path(max_length=64)],
) -> Listing[NotEntered]:
    """List the events that did not start a journey, oldest first."""

    def line(row: Row) -> NotEntered:
        return codec.typed(NotEntered, row.data)

    return await pager.read(services.store, Source("views", joined("not-entered", journey)), line)


def _day(services: Services, day: date | None) -> str:
    return (day or services.clock.now().date()).isoformat()
