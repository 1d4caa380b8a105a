"""Messages that were refused for good: listed without their bodies, shown to whoever may, and sent again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.cli.again import is_struck_off, occasion, send_again, strike_off
from shared.cli.rows import daily
from shared.cli.services import Services
from shared.runtime.errors import CarebusError
from shared.runtime.ids import derived
from shared.runtime.rejected import BODIES, TABLE
from shared.runtime.store import Row

COLUMNS = ("at", "reason", "field", "queue", "kind", "id")


class NotThere(CarebusError):
    """There is no such entry."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """Keys of what was sent again, and of what was not: its body is gone, or is not the text that came in."""

    sent: list[str]
    left: list[str]


async def listed(services: Services, days: int) -> list[dict[str, Any]]:
    """Return a line for each message, newest day first; never a body."""
    return [_line(row) async for _day, row in daily(services, TABLE, days) if not is_struck_off(row)]


async def body_of(services: Services, key: str, days: int) -> str:
    """Return a message as it came; raises NotThere."""
    async for day, row in daily(services, TABLE, days):
        if row.key == key and (body := await services.store.get(BODIES, day, key)) and "body" in body.data:
            return str(body.data["body"])
    raise NotThere(f"No rejected message {key} with a body within {days} days.")


async def redrive(services: Services, wanted: Callable[[Row], bool], days: int) -> Redriven:
    """Send the wanted ones to their queues again."""
    entries = [entry async for entry in daily(services, TABLE, days)]
    redriven = Redriven([], [])
    for day, row in entries:
        if not is_struck_off(row) and wanted(row):
            done = await _redrive(services, day, row)
            (redriven.sent if done else redriven.left).append(row.key)
    return redriven


async def _redrive(services: Services, day: str, row: Row) -> bool:
    body = await services.store.get(BODIES, day, row.key)
    raw = _raw(row, body)
    if body is None or raw is None:
        return False
    await send_again(services, row.data["queue"], raw, occasion(row))
    # The body first: where it was written anew, the line is about to be.
    if await strike_off(services, BODIES, day, body, {}):
        await strike_off(services, TABLE, day, row, row.data)
    return True


def _raw(row: Row, body: Row | None) -> bytes | None:
    """Return the message's bytes; None where what is kept is not all of it: bytes that are no UTF-8 were replaced."""
    if body is None or "body" not in body.data:
        return None
    raw = str(body.data["body"]).encode()
    return raw if derived(row.data["queue"], raw.hex()) == row.key else None


def _line(row: Row) -> dict[str, Any]:
    return {"key": row.key, **{column: row.data.get(column, "") for column in COLUMNS}}
