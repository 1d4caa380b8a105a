"""Commands to cases for operators: given, waited for, and where a case refuses, told why."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from shared.api.process_views import ProcessView, process_of
from shared.cases.case import TABLE, Case
from shared.cases.messages import OpenCase
from shared.cases.reading import find_case
from shared.cases.refusals import WORDS, told
from shared.cases.timeline import LINE, list_of_contact, list_of_conversation
from shared.cli.cases import known
from shared.cli.rows import rows
from shared.cli.sending import Command, commands, send
from shared.cli.services import Services
from shared.cli.waiting import until_applied
from shared.contacts.reading import find_contact
from shared.definitions.published import Definitions
from shared.devices.device import TABLE as DEVICES
from shared.runtime.envelope import Body
from shared.runtime.errors import CarebusError
from shared.runtime.ids import derived, quoted


class NotDone(CarebusError):
    """The case did not take the command."""


class NoSuchContact(CarebusError):
    """There is no such contact."""


async def change(services: Services, named: str, command: Callable[[Case], Body], wait_seconds: float | None) -> Case:
    """Give a case a command and return the case, with `wait_seconds` as it is then; raises NoSuchCase, NotDone."""
    case = await known(services, named)
    await _given(services, command(case), case, wait_seconds)
    return await known(services, case.id) if wait_seconds is not None else case


async def open_case(services: Services, opening: OpenCase, wait_seconds: float | None) -> Case | None:
    """Open a case, and with `wait_seconds` return it, or the one that was open for the device's error.

    Raises NoSuchContact, NoSuchCase (the one above), NotDone.
    """
    if await find_contact(services.store, opening.contact) is None:
        raise NoSuchContact(f"There is no contact {opening.contact}.")
    sent = await _given(services, opening, None, wait_seconds)
    if wait_seconds is None:
        return None
    opened = await find_case(services.store, opening.case)
    if opened is None and opening.device is not None:
        alert = f"alert:{derived('alert', sent.envelope.id)}"
        row = await services.store.get(DEVICES, quoted(opening.device), alert)
        opened = await find_case(services.store, row.data["detail"]["case"]) if row else None
    return opened


async def _given(services: Services, body: Body, case: Case | None, wait_seconds: float | None) -> Command:
    wanted = commands([body], services)
    await send(services, wanted)
    if wait_seconds is not None:
        for refused in await until_applied(services, wanted, timedelta(seconds=wait_seconds)):
            held = await known(services, case.id) if case else None
            words = told(refused.reason, held) if held else WORDS.get(refused.reason, "")
            raise NotDone(f"{held.number if held else 'The case'} did not take it ({refused.reason}). {words}".rstrip())
    return wanted[0]


async def identified(services: Services, named: Collection[str]) -> list[str]:
    """Return the ids of cases that are named by id or number; raises NoSuchCase."""
    return [(await known(services, each)).id for each in named]


async def process(services: Services, named: str) -> tuple[str, ProcessView]:
    """Return a case's number, and how it stands in its process; raises NoSuchCase."""
    case = await known(services, named)
    catalogue = await Definitions(services.store, services.clock).current()
    return case.number, await process_of(services.store, catalogue, case, services.clock.now())


async def timeline(
    services: Services, *, case: str, contact: str, conversation: str, kinds: Collection[str], limit: int
) -> list[dict[str, Any]]:
    """Return the newest lines of a case, a contact or a conversation; raises NoSuchCase."""
    lists = {list_of_contact: contact, list_of_conversation: conversation}
    place = next((name(of) for name, of in lists.items() if of), "")
    table, partition, prefix = (
        ("views", place, "") if place else (TABLE, quoted((await known(services, case)).id), LINE)
    )
    found: list[dict[str, Any]] = []
    async for row in rows(services.store, table, partition, prefix):
        line = row.data["data" if place else "state"]
        found += [line] if not kinds or line["kind"] in kinds else []
        if len(found) == limit:
            break
    return found
