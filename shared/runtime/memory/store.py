"""Tables in memory, with the same ETags, refusals and one-partition transactions as the real ones."""

import json
from itertools import count

from shared.runtime.azure.limits import encoded
from shared.runtime.errors import Conflict
from shared.runtime.store import Change, Delete, Insert, Page, Replace, Row, Scanned, Upsert


class MemoryStore:
    """A Store that forgets everything with the process."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
        self._versions = count(1)

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        found = self._rows.get((table, partition), {}).get(key)
        return _row(key, *found) if found else None

    async def write(self, table: str, partition: str, *changes: Change) -> dict[str, str]:
        texts = encoded(partition, changes)
        rows = self._rows.setdefault((table, partition), {})
        for change in changes:
            _check(rows, change)
        for change in changes:
            if isinstance(change, Delete):
                rows.pop(change.key, None)
            else:
                rows[change.key] = (texts[change.key], str(next(self._versions)))
        return {key: rows[key][1] for key in texts}

    async def page(self, table: str, partition: str, *, prefix: str = "", after: str = "", limit: int = 100) -> Page:
        rows = self._rows.get((table, partition), {})
        keys = sorted(key for key in rows if key.startswith(prefix) and key > after)
        page = tuple(_row(key, *rows[key]) for key in keys[:limit])
        return Page(page, page[-1].key if len(keys) > limit else None)

    async def scan(self, table: str, key: str, *, after: str = "", limit: int = 1000) -> Scanned:
        wanted = [name for name in self.partitions(table) if name > after and key in self._rows[table, name]]
        found = tuple((name, _row(key, *self._rows[table, name][key])) for name in wanted[:limit])
        return Scanned(found, found[-1][0] if len(wanted) > limit else None)

    def partitions(self, table: str) -> list[str]:
        """Name the partitions of a table: for audits, which see everything."""
        return sorted(partition for (name, partition), rows in self._rows.items() if name == table and rows)


def _check(rows: dict[str, tuple[str, str]], change: Change) -> None:
    match change:
        case Insert(key=key) if key in rows:
            raise Conflict(key)
        case Replace(key=key, etag=etag) if key not in rows or rows[key][1] != etag:
            raise Conflict(key)
        case Insert() | Replace() | Upsert() | Delete():
            return


def _row(key: str, text: str, etag: str) -> Row:
    return Row(key, json.loads(text), etag)
