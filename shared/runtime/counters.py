"""Counters that many steps add to: each step adds one row of its own, and a roll folds the rows into totals.

A row holds all that one step adds, so that every sum over whole rows keeps what holds for each of them (I7). The
partition `name ~ shard` of the table `counts` has rows `total:<group>`, `new:<group>:<once>`, and `once:<day>:<once>`,
which refuses an occasion that was counted before, and whatever lines a tally brings.
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from shared.runtime import codec
from shared.runtime.decision import Tally
from shared.runtime.errors import Conflict, TooLarge
from shared.runtime.ids import joined
from shared.runtime.store import Change, Delete, Insert, Replace, Row, Store, Upsert

TABLE = "counts"
SHARDS = 8
NEW = "new:"
TOTAL = "total:"
ONCE = "once:"
DATED = "once:2"
"""Occasions with a day; those without one are never forgotten."""
KEPT = timedelta(days=30)
"""How long an occasion is remembered: longer than any redelivery (DESIGN.md 4)."""
FULL = 50_000
"""Characters after which a total is followed by another. What is counted by, people may choose freely; as many totals
as a fold may change still fit into a transaction."""
MOST_ROLLED = 45
"""Rows folded in one transaction of at most 100 changes."""


def shard_of(name: str, member: str) -> str:
    """Return the partition of a member's counts: one member's are in one place, many members' in several."""
    return joined(name, str(zlib.crc32(member.encode()) % SHARDS))


def shards(name: str) -> tuple[str, ...]:
    return tuple(joined(name, str(shard)) for shard in range(SHARDS))


async def count(store: Store, tally: Tally) -> None:
    """Add the counts, unless that was done before."""
    content = {"counts": dict(tally.counts)}
    changes: list[Change] = [Insert(f"{ONCE}{tally.day}:{tally.once}", {})]
    changes += [Insert(f"{NEW}{tally.group}:{tally.once}", content)] if tally.counts else []
    changes += [Delete(key) if line is None else Upsert(key, line) for key, line in tally.lines.items()]
    try:
        await store.write(TABLE, tally.partition, *changes)
    except Conflict:
        return


async def read(store: Store, name: str, first: str = "", last: str = "") -> dict[str, Counter[str]]:
    """Return all counts by group, as at one moment of each shard; only groups from `first` to `last`, if given."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for partition in shards(name):
        for group, counts in (await _sums(store, partition, first, last)).items():
            for key, value in counts.items():
                found[group][key] += value
    return dict(found)


async def roll(store: Store, name: str, today: date) -> int:
    """Fold new rows into totals and forget old occasions; return how many rows were folded. Safe beside another."""
    folded = 0
    for partition in shards(name):
        while moved := await _fold(store, partition):
            folded += moved
        await _forget(store, partition, today)
    return folded


async def _sums(store: Store, partition: str, first: str, last: str) -> dict[str, Counter[str]]:
    """Sum up; again where a roll came between, which may have counted rows twice or not at all."""
    while True:
        before = await _rows(store, partition, TOTAL, first, last)
        rows = [*before, *await _rows(store, partition, NEW, first, last)]
        after = await _rows(store, partition, TOTAL, first, last)
        if [row.etag for row in before] == [row.etag for row in after]:
            return _added(rows)


def _added(rows: list[Row]) -> dict[str, Counter[str]]:
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        sums[_group(row)].update(row.data["counts"])
    return dict(sums)


def _group(row: Row) -> str:
    return row.key.split(":")[1]


async def _rows(store: Store, partition: str, prefix: str, first: str = "", last: str = "") -> list[Row]:
    """Read the rows of the groups from `first` to `last`, and no others."""
    rows: list[Row] = []
    after: str | None = f"{prefix}{first}" if first else ""
    if first and (row := await store.get(TABLE, partition, f"{prefix}{first}")):
        rows.append(row)
    while after is not None:
        page = await store.page(TABLE, partition, prefix=prefix, after=after, limit=1000)
        wanted = [row for row in page.rows if not last or _group(row) <= last]
        rows += wanted
        after = page.after if len(wanted) == len(page.rows) else None
    return rows


async def _fold(store: Store, partition: str, most: int = MOST_ROLLED, apart: bool = False) -> int:
    """Move a page of rows into their totals in one transaction; 0 where there is none, or somebody else is at it.

    What is too much for the store is tried by half as many, and one row that no total has room for begins another. The
    totals are read before the rows: whoever folded the same rows meanwhile has changed the totals' ETags.
    """
    groups = {_group(row) for row in (await store.page(TABLE, partition, prefix=NEW, limit=most)).rows}
    if not groups:
        return 0
    totals: defaultdict[str, list[Row]] = defaultdict(list)
    for row in await _rows(store, partition, TOTAL, min(groups), max(groups)):
        totals[_group(row)].append(row)
    found = (await store.page(TABLE, partition, prefix=NEW, limit=most)).rows
    rows = [row for row in found if _group(row) in groups]
    added = _added(rows).items()
    changes = [change for group, counts in added for change in _totals(totals.get(group, ()), group, counts, apart)]
    try:
        await store.write(TABLE, partition, *changes, *(Delete(row.key) for row in rows))
    except Conflict:
        return 0
    except TooLarge:
        if apart:
            raise
        return await _fold(store, partition, max(most // 2, 1), apart=most == 1)
    return len(rows)


def _totals(totals: Sequence[Row], group: str, counts: Mapping[str, int], apart: bool) -> list[Change]:
    """Add to the group's last total, or begin another where that is so full that it might outgrow an entity.

    Another that is begun `apart`, beside one with room, is begun only where nobody has added to that meanwhile.
    """
    if apart or not totals or len(codec.text(totals[-1].data)) > FULL:
        begun = Insert(f"{TOTAL}{group}{f':{len(totals):04d}' if totals else ''}", {"counts": dict(counts)})
        return [begun, *(Replace(row.key, row.data, row.etag) for row in totals[-1:] if apart)]
    summed: Counter[str] = Counter(totals[-1].data["counts"])
    summed.update(counts)
    kept = {key: value for key, value in summed.items() if value}
    return [Replace(totals[-1].key, {"counts": kept}, totals[-1].etag)]


async def _forget(store: Store, partition: str, today: date) -> None:
    """Take away occasions of more than a month ago, so that what is kept does not grow for ever."""
    limit = f"{ONCE}{(today - KEPT).isoformat()}"
    while True:
        page = await store.page(TABLE, partition, prefix=DATED, limit=100)
        old = [Delete(row.key) for row in page.rows if row.key < limit]
        if not old:
            return
        await store.write(TABLE, partition, *old)
