"""A case: what it is about and where it stands."""

from dataclasses import dataclass
from datetime import datetime

from shared.runtime.ids import joined


@dataclass(frozen=True, slots=True)
class Case:
    """The head of a case's partition; its timeline is the cause rows beside it."""

    id: str
    number: str
    epoch: int
    """How often it was opened; a device's guard names the epoch it counts on."""
    contact: str
    title: str
    priority: str
    origin: str
    opened_at: datetime
    device: str | None = None
    error_code: int | None = None
    status: str = "active"
    status_reason: str = "in_progress"
    resolution: str = ""
    closed_at: datetime | None = None
    version: int = 1
    """Grows with every change; read models apply only what is newer."""

    @property
    def is_open(self) -> bool:
        return self.status == "active"


TABLE = "cases"
HEAD = "head"
OPEN_LIST = "open-cases"


def list_of_contact(contact: str) -> str:
    """Name the list of a contact's cases, open and closed."""
    return joined("cases-of", contact)


def order_of(case: Case) -> str:
    """Return the key that sorts a list by the time of opening."""
    return joined(case.opened_at.isoformat(), case.id)
