"""`/api/cases/{case}/sla`: what a case is held to, and by which SLA."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from shared.api.access import Agent, same_origin
from shared.api.case_commands import Accepted, Body, Changing
from shared.api.case_views import CaseView
from shared.api.cases import CaseId, known_case
from shared.api.json_only import json_only
from shared.api.services import Provided
from shared.api.sla_views import SlaView, sla_of
from shared.cases.messages import SetSla

router = APIRouter(prefix="/api/cases/{case}/sla", tags=["cases"])


class Choice(Body):
    sla: Annotated[str, Field(max_length=64)]
    """The name of an SLA; `none`: it shall have none; empty: the one of its entitlement, or the default one."""


@router.get("")
async def show_sla(_agent: Agent, services: Provided, case_id: CaseId) -> SlaView:
    """Explain what the case is held to: each instance with its segments, which add up to its deadline."""
    case = await known_case(services, case_id)
    return await sla_of(services.store, services.definitions, case, services.clock.now())


@router.post(
    "",
    status_code=202,
    dependencies=[Depends(same_origin), Depends(json_only)],
    responses={202: {"model": Accepted}, 200: {"model": CaseView, "description": "Applied, with Prefer: wait"}},
)
async def set_sla(case_id: CaseId, body: Choice, change: Changing) -> Response:
    """Hold an active case to another SLA."""
    return await change.take(case_id, lambda _: SetSla(case_id, change.by, body.sla, body.text, change.if_version))
