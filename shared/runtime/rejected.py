"""What was refused for good: a list by day with reason and field, and the bodies apart, with restricted access."""

import base64
import json
from collections.abc import Mapping
from typing import Any

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
    await store.write(BODIES, day, Upsert(key, stored_body(raw)))
    await store.write(TABLE, day, Upsert(key, line))
    log.warning("rejected", queue=queue, reason=error.reason, field=error.field, key=key)


def stored_body(raw: bytes) -> dict[str, str]:
    """Return the body as a row: text where it is text, else base64, so that it comes back to the byte."""
    if raw.isascii() and raw.decode("ascii").isprintable():
        return {"text": raw.decode("ascii")}
    return {"base64": base64.b64encode(raw).decode("ascii")}


def raw_body(row: Mapping[str, Any]) -> bytes:
    """Return the body that a row holds."""
    return row["text"].encode() if "text" in row else base64.b64decode(row["base64"])


def _named(raw: bytes) -> dict[str, str]:
    """Return kind and id where the message has them: what an operator looks for first."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {name: data[name][:128] for name in ("kind", "id") if isinstance(data.get(name), str)}
