"""Who waits for what: hint rows that an event's source looks up after its own commit.

A hint may be stale or orphaned: it only says whom to ask, and the run's token decides.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import Any

from shared.definitions.catalogue import Catalogue
from shared.definitions.conditions import Lookup
from shared.definitions.journey import CONTACTS_CHANGED
from shared.definitions.mapping import text_of, value_of
from shared.definitions.tiles import Match
from shared.events.messages import TriggerFired
from shared.journeys.messages import Awaited, TellWaiters
from shared.journeys.run import Run
from shared.runtime.decision import Outgoing, Put, Remove
from shared.runtime.ids import derived, joined
from shared.runtime.store import Row, Store

TABLE = "waiters"
PAGE = 200
"""Runs that one invocation tells of an event."""


def hint_partition(trigger: str, by: str, value: str) -> str:
    return joined(trigger, by, value)


def hint(run: Run, token: str, partition: str) -> Put:
    address = {"journey": run.journey, "contact": run.contact, "run": run.id, "token": token}
    return Put(TABLE, partition, joined(run.id, token), address)


def place_of(match: Match | None, run: Run, lookup: Lookup) -> str:
    """Name where an event finds the run, without a match any change of its contact; empty where no event could.

    That is so where the run has no value that an event could bring.
    """
    if match is None:
        return hint_partition(CONTACTS_CHANGED, "contact", run.contact)
    value = run.contact if match.value is None else text_of(value_of(match.value, lookup))
    return hint_partition(match.trigger, match.by, value) if value is not None else ""


def forget(run: Run, token: str, partition: str) -> tuple[Remove, ...]:
    """Take the hint away once the wait is over."""
    return (Remove(TABLE, partition, joined(run.id, token)),) if partition else ()


async def resumes(store: Store, catalogue: Catalogue, event: str, fired: TriggerFired) -> list[Outgoing]:
    """Return the messages that tell every run that may wait for this event.

    Where more than a page of runs wait by one value, the others are told by messages of their own, a page each: an
    invocation that told thousands would not come to its end, and begin again.
    """
    found: list[tuple[str, Row]] = []
    others: list[Outgoing] = []
    for by in sorted(catalogue.waiting_on(fired.trigger)):
        value = fired.contact if by == "contact" else fired.attributes.get(by)
        if value is not None:
            place = hint_partition(fired.trigger, by, str(value))
            page = await store.page(TABLE, place, limit=PAGE)
            found += [(place, row) for row in page.rows]
            others += _next_page(event, fired, place, page.after)
    return [*_told(found, event, fired), *others]


async def tell_page(store: Store, body: TellWaiters) -> list[Outgoing]:
    """Return the messages to one page of those who wait, and the one that goes on behind it."""
    page = await store.page(TABLE, body.place, after=body.after, limit=PAGE)
    told = _told([(body.place, row) for row in page.rows], body.event, body.fired)
    return [*told, *_next_page(body.event, body.fired, body.place, page.after)]


def _next_page(event: str, fired: TriggerFired, place: str, after: str | None) -> list[Outgoing]:
    if after is None:
        return []
    return [Outgoing(derived("tell", event, place, after), TellWaiters(event, fired, place, after))]


def _told(found: Sequence[tuple[str, Row]], event: str, fired: TriggerFired) -> list[Outgoing]:
    tokens: defaultdict[str, set[str]] = defaultdict(set)
    for _, row in found:
        tokens[row.data["run"]].add(row.data["token"])
    return [_awaited(row.data, place, tokens[row.data["run"]], event, fired) for place, row in found]


def _awaited(address: Mapping[str, Any], place: str, tokens: Set[str], event: str, fired: TriggerFired) -> Outgoing:
    also = tuple(sorted(tokens - {address["token"]}))
    body = Awaited(**address, event=event, attributes=fired.attributes, time=fired.time, also=also, hint=place)
    return Outgoing(derived("awaited", event, body.run, body.token), body)
