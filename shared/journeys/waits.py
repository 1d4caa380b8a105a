"""Who waits for what: hint rows that an event's source looks up after its own commit.

A hint may be stale or orphaned: it only says whom to ask, and the run's token decides.
"""

from collections import defaultdict
from collections.abc import Mapping, Set
from typing import Any

from shared.definitions.catalogue import Catalogue
from shared.events.messages import TriggerFired
from shared.journeys.messages import Awaited
from shared.journeys.run import Run
from shared.runtime.decision import Outgoing, Put, Remove
from shared.runtime.ids import derived, joined
from shared.runtime.store import Row, Store

TABLE = "waiters"


def hint_partition(trigger: str, by: str, value: str) -> str:
    return joined(trigger, by, value)


def hint(run: Run, token: str, partition: str) -> Put:
    address = {"journey": run.journey, "contact": run.contact, "run": run.id, "token": token}
    return Put(TABLE, partition, joined(run.id, token), address)


def forget(run: Run, token: str, partition: str) -> tuple[Remove, ...]:
    """Take the hint away once the wait is over."""
    return (Remove(TABLE, partition, joined(run.id, token)),) if partition else ()


async def resumes(store: Store, catalogue: Catalogue, event: str, fired: TriggerFired) -> list[Outgoing]:
    """Return the messages that tell every run that may wait for this event."""
    found: list[tuple[str, Row]] = []
    for by in sorted(catalogue.waiting_on(fired.trigger)):
        value = fired.contact if by == "contact" else fired.attributes.get(by)
        if value is not None:
            place = hint_partition(fired.trigger, by, str(value))
            found += [(place, row) for row in await _waiters(store, place)]
    tokens: defaultdict[str, set[str]] = defaultdict(set)
    for _, row in found:
        tokens[row.data["run"]].add(row.data["token"])
    return [_awaited(row.data, place, tokens[row.data["run"]], event, fired) for place, row in found]


async def _waiters(store: Store, partition: str) -> list[Row]:
    rows: list[Row] = []
    after: str | None = ""
    while after is not None:
        page = await store.page(TABLE, partition, after=after)
        rows += page.rows
        after = page.after
    return rows


def _awaited(address: Mapping[str, Any], place: str, tokens: Set[str], event: str, fired: TriggerFired) -> Outgoing:
    also = tuple(sorted(tokens - {address["token"]}))
    body = Awaited(**address, event=event, attributes=fired.attributes, time=fired.time, also=also, hint=place)
    return Outgoing(derived("awaited", event, body.run, body.token), body)
