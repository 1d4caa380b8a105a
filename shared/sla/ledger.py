"""The segments of a case's instances, read from the rows beside it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from shared.runtime import codec
from shared.runtime.store import Store
from shared.sla.book import REPLACED, SEGMENT, Ledger
from shared.sla.facts import Breaks
from shared.sla.instance import Instance, Segment

PAGE = 1000


async def read_segments(store: Store, table: str, partition: str) -> Mapping[str, tuple[Segment, ...]]:
    """Return what is over of each instance of the case, oldest first."""
    found: defaultdict[str, tuple[Segment, ...]] = defaultdict(tuple)
    after: str | None = ""
    while after is not None:
        page = await store.page(table, partition, prefix=SEGMENT, after=after, limit=PAGE)
        for row in page.rows:
            instance = row.key.split(":")[1]
            found[instance] += codec.typed(Ledger, row.data["state"]).segments
        after = page.after
    return dict(found)


async def read_breaks(store: Store, table: str, partition: str, held: Iterable[Instance]) -> Breaks:
    """Return when instances stood still; nothing is read where none has."""
    if not any(instance.breaks for instance in held):
        return {}
    segments = await read_segments(store, table, partition)
    return {id_: tuple(each for each in own if each.kind != "running") for id_, own in segments.items()}


async def read_replaced(store: Store, table: str, partition: str) -> tuple[Instance, ...]:
    """Return the instances of the case that others have replaced, oldest first."""
    page = await store.page(table, partition, prefix=REPLACED, limit=PAGE)
    found = [codec.typed(Instance, row.data["state"]) for row in page.rows]
    return tuple(sorted(found, key=lambda instance: (instance.kpi, instance.n)))
