"""What happened to a case, line by line, for people to read: rows of its partition, newest first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime

from shared.cases.case import TABLE
from shared.runtime import codec
from shared.runtime.ids import joined, quoted
from shared.runtime.store import Store

LINE = "line:"
CAUSE = "activity:"
LATEST = 10**17
"""More microseconds than from 1970 to the year 5000: what is taken from it sorts the newest first."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_READ = 10
"""Pages that are looked through for one page of few kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that happened to a case, or was refused."""

    id: str
    """Of the message that it came of."""
    kind: str
    """A command, an activity (`email`, `phone_call`, `note`...), or what an SLA did."""
    at: AwareDatetime
    outcome: str = ""
    """`opened`, a status reason, `refused`..."""
    by: str = ""
    text: str = ""
    reason: str = ""
    """Why it was refused; empty otherwise."""
    direction: str = ""
    """in | out, of an activity"""
    subject: str = ""
    parties: tuple[str, ...] = ()
    conversation: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    case: str = ""
    """Where it happened: another one where it came with a merge."""


def newest_first(at: datetime, *more: str) -> str:
    """Return a key that sorts the newest first."""
    return joined(f"{LATEST - (at - EPOCH) // timedelta(microseconds=1):017d}", *more)


def key_of(line: Line, version: int) -> str:
    """Return the row key of the line of the step to this version, or of one refused before it."""
    return f"{begun_at(line.at, version)}~{quoted(line.id)}"


def begun_at(at: datetime, version: int) -> str:
    """Return from where on the lines are that a case left in this version and before."""
    return f"{LINE}{newest_first(at, f'{10**9 - version:09d}')}"


def list_of_contact(contact: str) -> str:
    """Name the list of what happened in all cases of a contact."""
    return joined("timeline-of", contact)


def list_of_conversation(conversation: str) -> str:
    """Name the list of what was said in a conversation."""
    return joined("conversation", conversation)


@dataclass(frozen=True, slots=True)
class LinePage:
    lines: tuple[Line, ...]
    after: str | None
    """Where the next page begins; None on the last one."""


async def read_lines(
    store: Store,
    case: str,
    *,
    after: str = "",
    limit: int = 50,
    kinds: Collection[str] = (),
    outcomes: Collection[str] = (),
) -> LinePage:
    """Return a page of a case's timeline, newest first; of these kinds or outcomes only, where some are named."""
    found: list[Line] = []
    following: str | None = after
    for _ in range(MOST_READ):
        wanted = limit - len(found)
        page = await store.page(TABLE, quoted(case), prefix=LINE, after=following or "", limit=wanted)
        lines = [codec.typed(Line, row.data["state"]) for row in page.rows]
        found += [
            line for line in lines if (not kinds or line.kind in kinds) and (not outcomes or line.outcome in outcomes)
        ]
        following = page.after
        if following is None or len(found) >= limit:
            break
    return LinePage(tuple(found), following)


@dataclass(frozen=True, slots=True)
class Activity:
    """One message that was applied to a case, or refused; read from the step that it left."""

    cause: str
    kind: str
    at: datetime
    n: int
    body: dict[str, Any]
    outcome: str
    """`opened`, a status reason, or `refused`."""
    detail: dict[str, Any] = field(default_factory=dict)


async def activity(store: Store, case: str, cause: str) -> Activity | None:
    """Return what the message with this id did to the case; None as long as it was not applied."""
    row = await store.get(TABLE, quoted(case), f"{CAUSE}{cause}")
    return codec.typed(Activity, row.data) if row else None
