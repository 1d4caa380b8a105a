"""What was refused for good: a list by day with reason and field, and the bodies apart, with restricted access."""

import json

from shared.runtime import log
from shared.runtime.clock import Clock
from shared.runtime.errors import Undecodable
from shared.runtime.ids import derived
from shared.runtime.store import Store, Upsert

TABLE = "rejected"
BODIES = "rejectedbodies"


async def reject(store: Store, clock: Clock, queue: str, raw: bytes, error: Undecodable) -> None:
    """Put the message on record; the same message is one row a day however often it comes."""
    now = clock.now()
    day, key = now.date().isoformat(), derived(queue, raw.hex())
    line = {"queue": queue, "reason": error.reason, "field": error.field, "at": now.isoformat()} | _named(raw)
    await store.write(BODIES, day, Upsert(key, {"body": raw.decode("utf-8", "backslashreplace")}))
    await store.write(TABLE, day, Upsert(key, line))
    log.warning("rejected", queue=queue, reason=error.reason, field=error.field, key=key)


def _named(raw: bytes) -> dict[str, str]:
    """Return kind and id where the message has them: what an operator looks for first."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {name: data[name][:128] for name in ("kind", "id") if isinstance(data.get(name), str)}
