"""Messages that were refused for good: listed without their bodies, shown to whoever may, and sent again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.cli.again import is_struck_off, send_again, strike_off
from shared.cli.rows import daily
from shared.cli.services import Services
from shared.runtime.errors import CarebusError
from shared.runtime.rejected import BODIES, TABLE, raw_body
from shared.runtime.store import Row

COLUMNS = ("at", "reason", "field", "queue", "kind", "id")


class NotThere(CarebusError):
    """There is no such entry."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """Keys of what was sent again, and of what was not: its body is gone."""

    sent: list[str]
    left: list[str]


async def listed(services: Services, days: int) -> list[dict[str, Any]]:
    """Return a line for each message, newest day first; never a body."""
    return [_line(row) async for _day, row in daily(services, TABLE, days) if not is_struck_off(row)]


async def body_of(services: Services, key: str, days: int) -> bytes:
    """Return a message as it came; raises NotThere."""
    async for day, row in daily(services, TABLE, days):
        if row.key == key and (body := await services.store.get(BODIES, day, key)) and not is_struck_off(body):
            return raw_body(body.data)
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
    if body is None or is_struck_off(body):
        return False
    await send_again(services, row.data["queue"], raw_body(body.data), row.data["at"])
    # The body first: where it was written anew, the line is about to be.
    if await strike_off(services, BODIES, day, body, {}):
        await strike_off(services, TABLE, day, row, row.data)
    return True


def _line(row: Row) -> dict[str, Any]:
    return {"key": row.key, **{column: row.data.get(column, "") for column in COLUMNS}}
