"""What a customer may see of their case: read, and no more than the page shows."""

from dataclasses import dataclass
from datetime import datetime

from shared.cases.reading import find_case
from shared.cases.timeline import read_lines
from shared.cases.transitions import STATUS_OF
from shared.contacts.reading import find_contact
from shared.runtime.store import Store

OPENED = "opened"
MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One change of status; `name` is `opened` or a status reason."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """A case as its customer knows it, and how that customer reads: language and IANA time zone."""

    number: str
    title: str
    status: str
    status_reason: str
    opened_at: datetime
    resolution: str
    """What solved it; empty unless the case is resolved."""
    changes: tuple[Change, ...]
    language: str = "en"
    time_zone: str = "UTC"

    @property
    def updated_at(self) -> datetime:
        return self.changes[-1].at if self.changes else self.opened_at


async def find_ticket(store: Store, case: str) -> Ticket | None:
    """Read the ticket; None where no such case is committed (yet)."""
    found = await find_case(store, case)
    if found is None:
        return None
    reader = await find_contact(store, found.contact)
    return Ticket(
        number=found.number,
        title=found.title,
        status=found.status,
        status_reason=found.status_reason,
        opened_at=found.opened_at,
        resolution=found.resolution if found.status == "resolved" else "",
        changes=await _changes(store, case),
        language=reader.language if reader else "en",
        time_zone=reader.time_zone if reader else "UTC",
    )


async def _changes(store: Store, case: str) -> tuple[Change, ...]:
    """Leave out what was refused, and every word that agents write for one another; the newest fifty, in order."""
    page = await read_lines(store, case, limit=MOST_CHANGES, outcomes=(OPENED, *STATUS_OF))
    return tuple(Change(line.outcome, line.at) for line in reversed(page.lines) if line.case in ("", case))
