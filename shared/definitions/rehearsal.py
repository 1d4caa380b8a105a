"""Publishing as a rehearsal: everything is read, and nothing is written."""

from collections.abc import Mapping

from shared.runtime.errors import Conflict
from shared.runtime.store import Change, Insert, Page, Row, Scanned, Store


class Forgetful:
    """A Store that reads from another and forgets what is written: a publication on it is a rehearsal."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        return await self._store.get(table, partition, key)

    async def page(self, table: str, partition: str, *, prefix: str = "", after: str = "", limit: int = 100) -> Page:
        return await self._store.page(table, partition, prefix=prefix, after=after, limit=limit)

    async def scan(self, table: str, key: str, *, after: str = "", limit: int = 1000) -> Scanned:
        return await self._store.scan(table, key, after=after, limit=limit)

    async def write(self, table: str, partition: str, *changes: Change) -> Mapping[str, str]:
        for change in changes:
            if isinstance(change, Insert) and await self.get(table, partition, change.key):
                raise Conflict(change.key)
        return {change.key: "" for change in changes}
