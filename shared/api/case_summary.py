"""`GET /api/cases/{case}/summary`: a case in short, told by a language model where one is set up, or by the record."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query

from shared.api.access import Agent
from shared.api.cases import CaseId, known_case
from shared.api.services import Provided
from shared.cases.case import Case
from shared.cases.placeholders import Placeholders
from shared.cases.summary import (
    INSTRUCTIONS,
    MOST_LINES,
    Invented,
    Narrative,
    Summary,
    compose,
    content_for,
    told_by,
)
from shared.cases.timeline import Line, read_lines
from shared.channels.language_model import LanguageModel, ModelTrouble, language_model
from shared.contacts.contact import HEAD, TABLE, Contact
from shared.runtime import log
from shared.runtime.aggregate import read_head
from shared.runtime.errors import MissingSettings
from shared.runtime.ids import quoted
from shared.runtime.store import Store

router = APIRouter(prefix="/api/cases", tags=["cases"])


@router.get("/{case}/summary")
async def summarise(
    _agent: Agent, services: Provided, case_id: CaseId, model: Annotated[bool, Query()] = True
) -> Summary:
    """Summarise a case; `composed_by` says who tells it. With model=false no language model is asked."""
    case = await known_case(services, case_id)
    return await summary_of(services.store, services.settings.values if model else {}, case)


async def summary_of(store: Store, settings: Mapping[str, str], case: Case) -> Summary:
    """Return the summary: what a model is set up for and cannot tell, the record tells, and says why."""
    contact = await read_head(store, TABLE, quoted(case.contact), HEAD, Contact)
    page = await read_lines(store, case.id, limit=MOST_LINES)
    lines = tuple(reversed(page.lines))
    record = compose(case, lines, contact.name if contact else "", is_whole=page.after is None)
    try:
        asked = language_model(settings)
    except MissingSettings:
        return _fallen_back(record, "misconfigured")
    if asked is None:
        return record
    return await _told(asked, record, case, lines, contact)


async def _told(
    model: LanguageModel, record: Summary, case: Case, lines: tuple[Line, ...], contact: Contact | None
) -> Summary:
    hidden = _hidden(case, lines, contact)
    content = content_for(case, lines, hidden)
    try:
        narrative = await model.ask(INSTRUCTIONS, content, Narrative)
        told = told_by(model.name, narrative, content, hidden, record)
    except ModelTrouble as trouble:
        return _fallen_back(record, trouble.reason)
    except Invented:
        return _fallen_back(record, "invented")
    log.info("case_summarised", case=case.id, model=model.name)
    return told


def _hidden(case: Case, lines: tuple[Line, ...], contact: Contact | None) -> Placeholders:
    """Hide the customer, and every agent whose id is somewhere in the text."""
    agents = {case.owner, case.worked_by, *(line.by for line in lines)}
    agents |= {str(line.detail.get(name) or "") for line in lines for name in ("agent", "person", "taken_from")}
    others = dict.fromkeys(agents, "AGENT") | {case.contact: "CUSTOMER"}
    if contact is None:
        return Placeholders(others=others)
    points = [point for channel, point in contact.points.items() if channel != "push"]
    return Placeholders(contact.name, points, others)


def _fallen_back(record: Summary, reason: str) -> Summary:
    log.warning("summary_fell_back", case=record.case, reason=reason)
    return replace(record, fell_back=reason)
