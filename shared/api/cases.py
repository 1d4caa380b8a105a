"""`/api/cases`: reading cases."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from shared.api.access import Agent
from shared.api.case_views import CaseLine, CaseView, etag_of, find_numbered, view_of
from shared.api.listing import Listing, Paged, Source
from shared.api.problems import INVALID, NOT_FOUND
from shared.api.services import Provided, Services
from shared.cases.case import OPEN_LIST, Case, list_of_contact
from shared.cases.reading import find_case
from shared.runtime import codec
from shared.runtime.problem import FieldError, Problem
from shared.runtime.store import Row

CaseId = Annotated[str, Path(alias="case", max_length=64)]
ContactId = Annotated[str, Query(max_length=256)]
Number = Annotated[str, Query(max_length=64)]

router = APIRouter(prefix="/api/cases", tags=["cases"])


@router.get("")
async def list_cases(
    _agent: Agent,
    services: Provided,
    pager: Paged,
    contact: ContactId = "",
    status: Literal["open", "closed"] | None = None,
    number: Number = "",
) -> Listing[CaseLine]:
    """List the open cases, or with `contact` the open and closed ones of a contact; oldest first.

    With `number` (`CAS-02516-X7K2M4`), list the one case that has it, open or closed; none where there is none.
    """
    if number:
        found = await find_numbered(services.store, number)
        fits = found is not None and contact in ("", found.contact) and status in (None, _status_of(found))
        return Listing(items=[CaseLine.of(found)] if found is not None and fits else [])
    if not contact and status == "closed":
        raise Problem(INVALID, "Closed cases are listed by contact.", [FieldError("contact", "Field required")])
    source = Source("views", list_of_contact(contact) if contact else OPEN_LIST)

    def line(row: Row) -> CaseLine | None:
        if row.data["data"] is None:
            return None
        case = codec.typed(Case, row.data["data"])
        return CaseLine.of(case) if status in (None, _status_of(case)) else None

    return await pager.read(services.store, source, line)


def _status_of(case: Case) -> Literal["open", "closed"]:
    return "open" if case.is_open else "closed"


@router.get("/{case}")
async def show_case(_agent: Agent, services: Provided, case_id: CaseId, response: Response) -> CaseView:
    """Show a case with its timeline and, for a device error, its occurrences. The ETag is what If-Match takes."""
    case = await known_case(services, case_id)
    response.headers["ETag"] = etag_of(case)
    return await view_of(services.store, case)


async def known_case(services: Services, case_id: str) -> Case:
    """Return the case; raises Problem (404)."""
    case = await find_case(services.store, case_id)
    if case is None:
        raise Problem(NOT_FOUND, "There is no case with this id.")
    return case
