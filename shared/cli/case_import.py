"""Open cases of another system from a CSV file: all lines are checked before any is sent.

What a line has become is derived from its external id, so a file may be imported again: lines that are there stay.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.cases.messages import OpenCase
from shared.cases.reading import find_case
from shared.cases.transitions import ACTIVE
from shared.cli.importing import refusals
from shared.cli.output import progress
from shared.cli.sending import Command, send
from shared.cli.services import Services
from shared.cli.waiting import was_applied
from shared.contacts import checks
from shared.contacts.importing import Check, read_lines
from shared.contacts.reading import find_contact
from shared.definitions.bounds import CHOICES, LONGEST
from shared.definitions.faults import Fault, Invalid
from shared.definitions.names import nearest
from shared.definitions.published import Definitions
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from shared.runtime.ids import derived

BY = "carebus/import"


@dataclass(frozen=True, slots=True)
class Line:
    """One case, and the line of the file that it comes of."""

    number: int
    external_id: str
    opening: OpenCase

    def command(self, now: datetime) -> Command:
        id_ = derived("imported", self.external_id)
        return Command(self.opening, Envelope(id_, self.opening.kind, now, plain(self.opening)))


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the lines of a file, once all are applied."""

    refused: tuple[str, ...] = ()
    """A line for each case that was refused: then nobody has counted."""
    opened: int = 0
    occurrences: int = 0
    """Errors of devices for which a case was open."""
    known: int = 0
    """Imported before."""

    def __str__(self) -> str:
        said = {"opened": self.opened, "added to open cases": self.occurrences, "imported before": self.known}
        return ", ".join(f"{count} {what}" for what, count in said.items() if count) or "nothing"


def read(file: str, raw: bytes) -> list[Line]:
    """Return a case for each line; raises Invalid with all faults of the file, which never quote a value."""
    values = read_lines(file, raw, REQUIRED, OPTIONAL)
    faults = [
        Fault(file, line["line"], "error_code: needs the device_id of whose it is")
        for line in values
        if line.get("error_code") is not None and not line.get("device_id")
    ]
    if faults:
        raise Invalid(faults)
    return [Line(line["line"], line["external_id"], _opening(line)) for line in values]


async def unknown(services: Services, file: str, lines: Sequence[Line]) -> list[Fault]:
    """Return a fault for each contact, queue and SLA that there is not."""
    catalogue = await Definitions(services.store, services.clock).current()
    known: dict[str, bool] = {}
    with progress("Looking up", len(lines)) as advance:
        for line in lines:
            contact = line.opening.contact
            if contact not in known:
                known[contact] = await find_contact(services.store, contact) is not None
            advance(1)
    return [
        Fault(file, line.number, fault)
        for line in lines
        for fault in _unknown(line.opening, known, catalogue.queues, catalogue.slas)
    ]


async def run(services: Services, file: str, lines: Sequence[Line], wait_seconds: float | None) -> Imported:
    """Send, wait if asked to, and return what became of the lines; raises Invalid for unknown names."""
    if faults := await unknown(services, file, lines):
        raise Invalid(faults)
    now = services.clock.now()
    wanted = [line.command(now) for line in lines]
    before = [await was_applied(services, command) for command in wanted] if wait_seconds is not None else []
    with progress("Sending", len(wanted)) as advance:
        await send(services, wanted, advance)
    if wait_seconds is None:
        return Imported()
    if refused := await refusals(services, wanted, timedelta(seconds=wait_seconds)):
        return Imported(tuple(refused))
    sent = [line.opening for line, known in zip(lines, before, strict=True) if not known]
    opened = [await find_case(services.store, opening.case) is not None for opening in sent]
    return Imported((), opened.count(True), opened.count(False), before.count(True))


def _unknown(
    opening: OpenCase, contacts_: Mapping[str, bool], queues: Iterable[str], slas: Iterable[str]
) -> Iterator[str]:
    if not contacts_[opening.contact]:
        yield "contact_id: there is no such contact"
    if opening.queue_name and opening.queue_name not in queues:
        yield f"queue: there is no such queue{nearest(opening.queue_name, queues)}"
    if opening.sla not in ("", "none", *slas):
        yield f"sla: there is no such SLA{nearest(opening.sla, slas)}"


def _opening(line: Mapping[str, Any]) -> OpenCase:
    return OpenCase(
        case=derived("case", "imported", line["external_id"]),
        contact=line["contact_id"],
        title=line["title"],
        priority=line.get("priority") or "normal",
        origin=line.get("origin") or "web",
        device=line.get("device_id") or None,
        error_code=line.get("error_code"),
        seen=line.get("opened_at"),
        type=line.get("type") or "problem",
        description=line.get("description", ""),
        subject=line.get("subject", ""),
        product=line.get("product", ""),
        owner=line.get("owner", ""),
        queue_name=line.get("queue", ""),
        sla=line.get("sla", ""),
        by=BY,
        opened_at=line.get("opened_at"),
        status_reason=line.get("status_reason") or ACTIVE[0],
    )


def _title(value: str) -> str:
    if not value:
        raise checks.Wrong("is empty")
    return checks.label(value)


def _description(value: str) -> str:
    longest = LONGEST["description"]
    if len(value) > longest:
        raise checks.Wrong(f"is longer than {longest} characters")
    return value


def _one_of(choices: Sequence[str]) -> Check:
    def check(value: str) -> str:
        if value and value not in choices:
            raise checks.Wrong(f"is not one of {', '.join(choices)}")
        return value

    return check


def _code(value: str) -> int | None:
    try:
        return int(value) if value else None
    except ValueError:
        raise checks.Wrong("is not a whole number") from None


def _moment(value: str) -> datetime | None:
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise checks.Wrong("is not a date and time with its offset, such as 2026-12-24T09:00:00+01:00")
    return found


def _perhaps(check: Callable[[str], str]) -> Check:
    return lambda value: check(value) if value else ""


REQUIRED: Mapping[str, Check] = {
    "external_id": checks.identifier,
    "contact_id": checks.identifier,
    "title": _title,
}
OPTIONAL: Mapping[str, Check] = {
    "description": _description,
    "subject": checks.label,
    "product": checks.label,
    "priority": _one_of(CHOICES["priority"]),
    "type": _one_of(CHOICES["type"]),
    "origin": _one_of(CHOICES["origin"]),
    "status_reason": _one_of(ACTIVE),
    "device_id": _perhaps(checks.identifier),
    "error_code": _code,
    "queue": checks.label,
    "owner": _perhaps(checks.identifier),
    "sla": checks.label,
    "opened_at": _moment,
}
