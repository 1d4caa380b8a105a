"""The entries of an entitlement's ledger, as the steps of its cases have left them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.entitlements.entitlement import TABLE
from shared.entitlements.messages import ChargeCase
from shared.runtime import codec
from shared.runtime.ids import joined, quoted
from shared.runtime.store import Store

PREFIX = "entry:"


@dataclass(frozen=True, slots=True)
class Booking:
    """What came of one word of a case. An amount above zero was debited, below zero credited."""

    amount: int
    remaining: int
    reason: str = ""
    """Why nothing was booked."""
    beyond: int = 0
    """What the case came to and was not booked any more, because that was all that remained."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger, read from the step that it left."""

    cause: str
    at: datetime
    n: int
    body: ChargeCase
    outcome: str
    """debited, credited, unchanged or refused."""
    detail: Booking


def key_of(case: str, cause: str) -> str:
    """Return the row key of an entry: those of one case lie together."""
    return f"{PREFIX}{joined(case, cause)}"


async def entries_of(store: Store, entitlement: str, case: str) -> tuple[Entry, ...]:
    """Return all entries of one case; of all cases where none is named. Their order is that of their keys."""
    prefix = f"{PREFIX}{quoted(case)}~" if case else PREFIX
    found: list[Entry] = []
    after: str | None = ""
    while after is not None:
        page = await store.page(TABLE, quoted(entitlement), prefix=prefix, after=after)
        found += [entry_of(row.data) for row in page.rows]
        after = page.after
    return tuple(found)


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries in the order in which they were booked."""
    return sorted(entries, key=lambda entry: entry.n)


def entry_of(data: Mapping[str, Any]) -> Entry:
    return codec.typed(Entry, data)
