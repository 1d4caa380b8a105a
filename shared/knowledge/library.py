"""The published articles as a process knows them: when somebody searches, it takes over what differs by now."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from shared.knowledge.article import PUBLISHED, REGISTER, TEXTS
from shared.knowledge.index import Hits, Index
from shared.knowledge.messages import Content
from shared.knowledge.query import Query
from shared.runtime import codec
from shared.runtime.clock import Clock
from shared.runtime.ids import joined
from shared.runtime.store import Row, Store

LOOKS = timedelta(seconds=5)
"""How old what is found may be."""
COMPARES = timedelta(minutes=5)
"""After this it compares everything though the register says nothing: two who publish at once may write it in any
order."""
LINES = 1000
BODIES = 100


class Library:
    """Searches; what it holds is a copy that may be thrown away."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._index: Index | None = None
        self._stamp: object = None
        self._looked_at = self._compared_at = datetime.min.replace(tzinfo=UTC)

    async def search(self, query: Query, *, language: str = "", product: str = "", limit: int, offset: int = 0) -> Hits:
        """Return the best articles for it."""
        index = await self._current()
        return index.search(query, language=language, product=product, limit=limit, offset=offset)

    async def _current(self) -> Index:
        now = self._clock.now()
        if self._index is not None and now - self._looked_at < LOOKS:
            return self._index
        row = await self._store.get(*REGISTER)
        stamp = row.data["stamp"] if row else None
        if self._index is None:
            self._index = await self._built()
            self._compared_at = now
        elif stamp != self._stamp or now - self._compared_at >= COMPARES:
            await self._compare(self._index)
            self._compared_at = now
        self._stamp, self._looked_at = stamp, now
        return self._index

    async def _built(self) -> Index:
        index = Index()
        async for row in self._rows(TEXTS, BODIES):
            _put(index, row)
        return index

    async def _compare(self, index: Index) -> None:
        """Take over what differs: published meanwhile, or archived."""
        held = index.editions()
        live: dict[str, int] = {}
        async for row in self._rows(PUBLISHED, LINES):
            if row.data["data"] is not None:
                live[row.data["data"]["id"]] = row.data["data"]["edition"]
        for id_ in held.keys() - live.keys():
            index.remove(id_)
        for id_, edition in live.items():
            if held.get(id_) != edition and (text := await self._store.get("views", TEXTS, joined(id_))):
                _put(index, text)

    async def _rows(self, list_: str, limit: int) -> AsyncIterator[Row]:
        after: str | None = ""
        while after is not None:
            page = await self._store.page("views", list_, after=after, limit=limit)
            for row in page.rows:
                yield row
            after = page.after


def _put(index: Index, row: Row) -> None:
    text = row.data["data"]
    if text is not None:
        index.put(text["id"], text["edition"], codec.typed(Content, text["content"]))
