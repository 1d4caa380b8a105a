"""Events that nobody could take: listed, and replayed once somebody can."""

from collections.abc import Collection
from typing import Any

from shared.cli.again import is_struck_off, send_again, strike_off
from shared.cli.rows import daily
from shared.cli.services import Services
from shared.events.messages import TriggerFired
from shared.runtime.codec import plain, typed
from shared.runtime.envelope import Envelope
from shared.runtime.store import Row

TABLE = "unmatched"


async def listed(services: Services, days: int) -> list[dict[str, Any]]:
    """Return a line for each event, newest day first."""
    return [_line(row) async for _day, row in daily(services, TABLE, days) if not is_struck_off(row)]


async def replay(services: Services, ids: Collection[str] | None, days: int) -> list[str]:
    """Send these events again, or all of these days, and return their ids."""
    entries = [entry async for entry in daily(services, TABLE, days)]
    replayed = []
    for day, row in entries:
        if is_struck_off(row) or (ids is not None and row.key not in ids):
            continue
        # Read as an envelope first: what the functions could not read would only end among the rejected.
        envelope = typed(Envelope, row.data["envelope"])
        await send_again(services, row.data.get("queue", TriggerFired.queue), envelope.encode(), row.data["at"])
        await strike_off(services, TABLE, day, row, _kept(row))
        replayed.append(row.key)
    return replayed


def _line(row: Row) -> dict[str, Any]:
    fired = row.data["envelope"]["body"]
    return {"id": row.key, **_kept(row), "attributes": plain(fired.get("attributes", {}))}


def _kept(row: Row) -> dict[str, Any]:
    return {name: row.data[name] for name in ("at", "reason", "trigger", "source")}
