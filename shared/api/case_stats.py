"""`/api/cases/stats`: the supervisors' numbers."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from shared.api.access import SupervisorOrOperator
from shared.api.problems import INVALID
from shared.api.services import Provided
from shared.cases import stats
from shared.cases.stats import Stats
from shared.runtime.problem import FieldError, Problem

router = APIRouter(prefix="/api/cases", tags=["cases"])


@router.get("/stats")
async def show_stats(
    _supervisor: SupervisorOrOperator,
    services: Provided,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    by: Literal["", "day", "type", "priority", "channel", "product", "error_code"] = "",
) -> Stats:
    """Show the numbers of the cases that were opened in a time (days, UTC), in all and by day or facet.

    Without `from`, of all cases. Numbers are exact, and a case counts as it stands now.
    """
    until = last or services.clock.now().date()
    if first is not None and first > until:
        raise Problem(INVALID, "The time ends before it begins.", [FieldError("from", "is later than to")])
    return await stats.read(services.store, first, until, by)
