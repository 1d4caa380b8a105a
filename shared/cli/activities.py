"""What people wrote, for operators: lists of what is held or was ignored, one message, and releasing it."""

from datetime import timedelta
from typing import Any

from shared.api.activities import DETAILS
from shared.cli.rows import rows
from shared.cli.sending import commands, send
from shared.cli.services import Services
from shared.cli.waiting import until_applied
from shared.intake.correspondent import HELD_LIST, ROW, TABLE, Incoming, ignored_list, waiting_list
from shared.intake.messages import ReleaseActivity
from shared.runtime.aggregate import read_head
from shared.runtime.errors import CarebusError
from shared.runtime.ids import quoted

LONGEST_TEXT = 2000


class NotReleased(CarebusError):
    """There is no such message, or it is neither held nor ignored nor stuck."""


async def held(services: Services) -> list[dict[str, Any]]:
    """Return what is held for a person, oldest first."""
    return await _listed(services, HELD_LIST)


async def waiting(services: Services, days: int) -> list[dict[str, Any]]:
    """Return what came of late and waits for its case or contact, newest day first."""
    return await _listed(services, *map(waiting_list, _days(services, days)))


async def ignored(services: Services, days: int) -> list[dict[str, Any]]:
    """Return what was ignored of late, newest day first."""
    return await _listed(services, *map(ignored_list, _days(services, days)))


def _days(services: Services, days: int) -> list[str]:
    today = services.clock.now().date()
    return [(today - timedelta(days=back)).isoformat() for back in range(days)]


async def _listed(services: Services, *places: str) -> list[dict[str, Any]]:
    found = [row.data["data"] for place in places async for row in rows(services.store, "views", place)]
    return [data for data in found if data is not None]


async def known(services: Services, id_: str) -> Incoming:
    """Return one message; raises NotReleased."""
    correspondent, _, activity = id_.partition("-")
    found = await read_head(services.store, TABLE, quoted(correspondent), f"{ROW}{quoted(activity)}", Incoming)
    if found is None:
        raise NotReleased(f"There is no message {id_}.")
    return found


async def releasable(services: Services, id_: str) -> Incoming:
    """Return one that waits for a person; raises NotReleased."""
    found = await known(services, id_)
    if not found.may_be_released(services.clock.now()):
        raise NotReleased(f"The message is {found.state}: what is held, ignored or has waited for an hour is released.")
    return found


def told(incoming: Incoming) -> dict[str, Any]:
    """Return what is known of a message, for people to read."""
    said = incoming.said
    return {
        "id": incoming.public_id,
        "state": incoming.state,
        "reason": incoming.reason,
        "rule": incoming.rule,
        "channel": said.channel,
        "from": f"{said.name} {said.address}".strip(),
        "to": ", ".join(said.to),
        "subject": said.subject,
        "received_at": incoming.received_at.isoformat(),
        "automatic": said.automatic,
        "contact": incoming.contact,
        "case": incoming.case,
        "number": incoming.number,
        "attachments": ", ".join(each.name for each in said.attachments),
        "text": said.text[:LONGEST_TEXT],
    }


async def release(services: Services, command: ReleaseActivity, wait_seconds: float | None) -> None:
    """Ask for the message to go on; raises NotReleased."""
    wanted = commands([command], services)
    await send(services, wanted)
    if wait_seconds is not None:
        for refused in await until_applied(services, wanted, timedelta(seconds=wait_seconds)):
            words = DETAILS.get(refused.reason, "")
            raise NotReleased(f"The message was not released ({refused.reason}). {words}".rstrip())
