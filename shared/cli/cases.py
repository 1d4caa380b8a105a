"""Cases for operators: lists, one case with its timeline, and resolving."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from shared.api.case_summary import summary_of
from shared.api.case_views import CaseView, find_numbered, view_of
from shared.cases.case import OPEN_LIST, Case, list_of_contact
from shared.cases.messages import ResolveCase
from shared.cases.number import parts_of
from shared.cases.reading import find_case
from shared.cases.refusals import told
from shared.cases.summary import Summary
from shared.cases.timeline import Line
from shared.cases.words import why
from shared.cli.rows import rows
from shared.cli.sending import commands, send
from shared.cli.services import Services
from shared.cli.waiting import until_applied
from shared.runtime.codec import plain, typed
from shared.runtime.errors import CarebusError


class NoSuchCase(CarebusError):
    """There is no such case."""


class NotResolved(CarebusError):
    """The case was not resolved."""


async def listed(services: Services, contact: str | None, closed_too: bool) -> list[dict[str, Any]]:
    """Return a line for each open case, or of one contact the closed ones too; oldest first."""
    list_ = list_of_contact(contact) if contact else OPEN_LIST
    found = [row.data["data"] async for row in rows(services.store, "views", list_)]
    cases = [typed(Case, data) for data in found if data is not None]
    return [plain(case) for case in cases if closed_too or case.is_open]


async def shown(services: Services, named: str) -> CaseView:
    """Return the case with this id or number; raises NoSuchCase."""
    return await view_of(services.store, await known(services, named))


def with_what(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return lines of a timeline with their particulars as people read them: who got the case, and why."""
    return [{**line, "what": why(typed(Line, line))} for line in lines]


async def summarised(services: Services, named: str, settings: Mapping[str, str]) -> Summary:
    """Return a case in short; without settings no language model is asked. Raises NoSuchCase."""
    return await summary_of(services.store, settings, await known(services, named))


async def resolve(
    services: Services, named: str, command: Callable[[str], ResolveCase], wait_seconds: float | None
) -> str:
    """Ask for the case to be resolved, and return its number; raises NoSuchCase, NotResolved."""
    case = await known(services, named)
    wanted = commands([command(case.id)], services)
    await send(services, wanted)
    if wait_seconds is not None:
        for refused in await until_applied(services, wanted, timedelta(seconds=wait_seconds)):
            held = await known(services, case.id)
            raise NotResolved(f"{case.number} was not resolved ({refused.reason}). {told(refused.reason, held)}")
    return case.number


async def known(services: Services, named: str) -> Case:
    """Return the case with this id or number; raises NoSuchCase."""
    by_number = parts_of(named) is not None
    case = await find_numbered(services.store, named) if by_number else await find_case(services.store, named)
    if case is None:
        raise NoSuchCase(f"There is no case {named}.")
    return case
