"""Lists and hints made anew from the aggregates whose they are, while the system runs.

A line counts by its version, so what changes meanwhile wins. A hint is only ever asked again by whoever finds it.
Whatever was interrupted is begun again from the start.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.agents import agent as agents
from shared.cases import case as cases
from shared.cases import lists, placing, telling
from shared.cases.timeline import LINE, Line
from shared.cli.output import Advance
from shared.cli.rows import rows
from shared.cli.sending import Command, send
from shared.cli.services import Services
from shared.contacts import contact as contacts
from shared.entitlements import entitlement as entitlements
from shared.intake import correspondent as correspondents
from shared.knowledge import article as articles
from shared.runtime import codec
from shared.runtime.decision import Due, Record
from shared.runtime.envelope import Envelope
from shared.runtime.ids import quoted
from shared.runtime.publisher import put_on_record
from shared.runtime.store import Row
from shared.sla import watch
from shared.sla.messages import CheckSla
from shared.tasks import task as tasks

HEAD = "head"


@dataclass(frozen=True, slots=True)
class Kind:
    """Whose lists they are: where the aggregates are, and what is on record of one."""

    table: str
    state: type[Any]
    records: Callable[[Any], Iterator[Record]]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made anew."""

    kind: str
    records: int
    """Aggregates of which that was done."""
    rows: int


def _case(case: cases.Case) -> Iterator[Record]:
    yield from lists.lists(lists.shown(None, case), case)
    yield from placing.line(case, lists.shown(None, case) or {})
    yield from watch.dues(case.id, {}, case.instances)


def _contact(contact: contacts.Contact) -> Iterator[Record]:
    yield from contacts.found_by(contact)


def _task(task: tasks.Task) -> Iterator[Record]:
    yield from tasks.views(task)


def _agent(agent: agents.Agent) -> Iterator[Record]:
    yield from agents.lines(agent)
    yield agents.listed(agent)


def _entitlement(entitlement: entitlements.Entitlement) -> Iterator[Record]:
    yield entitlements.line_of(entitlement)


def _correspondent(_held: correspondents.Correspondent) -> Iterator[Record]:
    """What is listed are its messages."""
    yield from ()


def _article(article: articles.Article) -> Iterator[Record]:
    yield from articles.lines_of(article)
    yield from articles.published(article, f"rebuilt {article.id} {article.changes}")


KINDS: Mapping[str, Kind] = {
    "cases": Kind(cases.TABLE, cases.Case, _case),
    "contacts": Kind(contacts.TABLE, contacts.Contact, _contact),
    "tasks": Kind(tasks.TABLE, tasks.Task, _task),
    "agents": Kind(agents.TABLE, agents.Agent, _agent),
    "entitlements": Kind(entitlements.TABLE, entitlements.Entitlement, _entitlement),
    "activities": Kind(correspondents.TABLE, correspondents.Correspondent, _correspondent),
    "articles": Kind(articles.TABLE, articles.Article, _article),
}


async def rebuild(services: Services, name: str, advance: Advance = lambda _: None) -> Rebuilt:
    """Make the lists of one kind anew; safe beside the system, and to be begun again at any time."""
    kind, seen, written = KINDS[name], 0, 0
    async for partition, row in _heads(services, kind.table):
        state = codec.typed(kind.state, row.data["state"])
        written += await _record(services, kind.records(state))
        if isinstance(state, cases.Case):
            written += await _told_elsewhere(services, state)
        if isinstance(state, correspondents.Correspondent):
            written += await _waiting(services, partition)
        seen += 1
        advance(1)
    return Rebuilt(name, seen, written)


async def _heads(services: Services, table: str) -> AsyncIterator[tuple[str, Row]]:
    after: str | None = ""
    while after is not None:
        part = await services.store.scan(table, HEAD, after=after)
        for found in part.rows:
            yield found
        after = part.after


async def _record(services: Services, records: Iterator[Record]) -> int:
    """Write the rows; a check that is due before the timer can find its row is sent."""
    found, now = list(records), services.clock.now()
    overdue = [record for record in found if isinstance(record, Due) and record.at - now <= record.reach]
    await put_on_record(services.store, [record for record in found if record not in overdue])
    if overdue:
        await send(services, [_check(due) for due in overdue])
    return len(found)


def _check(due: Due) -> Command:
    return Command(codec.typed(CheckSla, due.body), Envelope(due.id, due.kind, due.at, due.body))


async def _waiting(services: Services, correspondent: str) -> int:
    """Put the messages from an address that are held or were ignored into their lists."""
    written = 0
    async for row in rows(services.store, correspondents.TABLE, correspondent, correspondents.ROW):
        found = correspondents.lines(codec.typed(correspondents.Incoming, row.data["state"]))
        await put_on_record(services.store, found)
        written += len(found)
    return written


async def _told_elsewhere(services: Services, case: cases.Case) -> int:
    """Put the lines of a case's timeline into those of its contact and its conversations."""
    written = 0
    async for row in rows(services.store, cases.TABLE, quoted(case.id), LINE):
        found = telling.found_by(codec.typed(Line, row.data["state"]), case)
        await put_on_record(services.store, found)
        written += len(found)
    return written
