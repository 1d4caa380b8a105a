"""`POST /api/cases/{case}/...`: what agents ask of cases."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api.access import same_origin
from shared.api.case_views import CaseView
from shared.api.cases import CaseId
from shared.api.desk import Desk
from shared.api.problems import NOT_JSON
from shared.cases.messages import CancelCase, ChangeStatus, ReactivateCase, ResolveCase
from shared.runtime.problem import Problem

Text = Annotated[str, Field(max_length=2000)]
AtDesk = Annotated[Desk, Depends()]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The command is on its way; `location` shows the case."""

    command: str
    case: str
    location: str


class Body(BaseModel):
    """What every command may say; anything else is refused by name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Text = ""


class Resolution(Body):
    resolution: Literal["problem_solved", "information_provided"] = "problem_solved"
    billable_minutes: int = Field(0, ge=0, le=100_000)


class Status(Body):
    status_reason: Literal["in_progress", "on_hold", "waiting_for_details", "researching"]


async def json_only(request: Request) -> None:
    """Only JSON: what a form of another site could send is not (and so needs that site's CORS preflight)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(NOT_JSON, "Content-Type is not application/json.")


router = APIRouter(
    prefix="/api/cases/{case}",
    tags=["cases"],
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={202: {"model": Accepted}, 200: {"model": CaseView, "description": "Applied, with Prefer: wait"}},
)


@router.post("/resolve", status_code=202)
async def resolve(case_id: CaseId, body: Resolution, desk: AtDesk) -> Response:
    """Resolve an active case."""
    command = ResolveCase(case_id, desk.by, body.resolution, body.text, body.billable_minutes, desk.if_version)
    return await desk.take(case_id, lambda _: command)


@router.post("/cancel", status_code=202)
async def cancel(case_id: CaseId, body: Body, desk: AtDesk) -> Response:
    """Cancel an active case."""
    return await desk.take(case_id, lambda _: CancelCase(case_id, desk.by, body.text, desk.if_version))


@router.post("/status", status_code=202)
async def change_status(case_id: CaseId, body: Status, desk: AtDesk) -> Response:
    """Give an active case another status reason."""
    return await desk.take(
        case_id, lambda _: ChangeStatus(case_id, desk.by, body.status_reason, body.text, desk.if_version)
    )


@router.post("/reactivate", status_code=202)
async def reactivate(case_id: CaseId, body: Body, desk: AtDesk) -> Response:
    """Make a closed case active again, unless another is open for its device and error code."""
    return await desk.take(
        case_id, lambda case: ReactivateCase(case_id, desk.by, case.device, case.error_code, body.text)
    )
