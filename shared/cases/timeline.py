"""What happened to a case, as its cause rows tell it: for people to read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.cases.case import TABLE
from shared.runtime import codec
from shared.runtime.ids import quoted
from shared.runtime.store import Store

PREFIX = "activity:"
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Activity:
    """One message that was applied to a case, or refused; read from the step that it left."""

    cause: str
    kind: str
    at: datetime
    n: int
    body: Mapping[str, Any]
    outcome: str
    """`opened`, a status reason, or `refused`."""
    detail: Mapping[str, Any] = field(default_factory=dict)


async def timeline(store: Store, case: str) -> tuple[Activity, ...]:
    """Return all activities of a case, oldest first."""
    found: list[Activity] = []
    after: str | None = ""
    while after is not None:
        page = await store.page(TABLE, quoted(case), prefix=PREFIX, after=after, limit=PAGE)
        found += [codec.typed(Activity, row.data) for row in page.rows]
        after = page.after
    return tuple(sorted(found, key=lambda activity: (activity.at, activity.n)))


async def activity(store: Store, case: str, cause: str) -> Activity | None:
    """Return what the message with this id did to the case; None as long as it was not applied."""
    row = await store.get(TABLE, quoted(case), f"{PREFIX}{cause}")
    return codec.typed(Activity, row.data) if row else None
