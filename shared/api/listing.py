"""Lists page by page: `after` is where the next page begins, told in the body and as a Link header (RFC 8288)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from shared.runtime.store import Row, Store

MAX_PAGES = 20
"""Pages read for one answer: a list that is mostly left-overs is continued by the caller."""
LEFT_OVERS = 1000
"""Rows of each page after the first: where a list begins with left-overs (cases closed long ago), there are many."""


class Listing[T](BaseModel):
    """One page; `next` is the address of the following one, null on the last."""

    items: list[T]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a list's rows are."""

    table: str
    partition: str
    prefix: str = ""


class Pager:
    """The page that a request asks for."""

    def __init__(
        self,
        request: Request,
        response: Response,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        after: Annotated[str, Query(max_length=1024)] = "",
    ) -> None:
        self._request = request
        self._response = response
        self._limit = limit
        self._after = after

    @property
    def limit(self) -> int:
        return self._limit

    @property
    def offset(self) -> int:
        """Where the page begins in a list that is counted."""
        return int(self._after) if self._after.isascii() and self._after.isdigit() and len(self._after) < 7 else 0

    def following(self, found: int, total: int) -> str | None:
        """Return the address of the next page of a list that is counted; None on the last one."""
        end = self.offset + found
        return self._listing([], str(end)).next if found and end < total else None

    async def read[T](self, store: Store, source: Source, item_of: Callable[[Row], T | None]) -> Listing[T]:
        """Return the page; a row whose item is None is left out."""
        items, after = await self._collect(store, source, item_of, self._after, self._limit)
        return self._listing(items, after)

    async def read_across[T](
        self, store: Store, sources: Sequence[Source], item_of: Callable[[Row], T | None]
    ) -> Listing[T]:
        """Return the page of a list that is kept in several places, one after the other."""
        place, _, after = self._after.partition(":")
        number = int(place) if place.isdecimal() and int(place) < len(sources) else 0
        items: list[T] = []
        while number < len(sources) and len(items) < self._limit:
            found, following = await self._collect(store, sources[number], item_of, after, self._limit - len(items))
            items += found
            if following is not None:
                return self._listing(items, f"{number}:{following}")
            number, after = number + 1, ""
        return self._listing(items, f"{number}:" if number < len(sources) else None)

    async def read_named[T](
        self, names: Sequence[str], items_of: Callable[[list[str]], Awaitable[list[T]]]
    ) -> Listing[T]:
        """Return the page of a list whose names are all known, in their order; only its own items are asked for."""
        left = sorted(name for name in names if name > self._after)
        page = left[: self._limit]
        return self._listing(await items_of(page), page[-1] if len(left) > len(page) else None)

    def _listing[T](self, items: list[T], after: str | None) -> Listing[T]:
        if after is None:
            return Listing(items=items)
        query = {**self._request.query_params, "after": after}
        following = f"{self._request.url.path}?{urlencode(query)}"
        self._response.headers["Link"] = f'<{following}>; rel="next"'
        return Listing(items=items, next=following)

    async def _collect[T](
        self, store: Store, source: Source, item_of: Callable[[Row], T | None], start: str, limit: int
    ) -> tuple[list[T], str | None]:
        items: list[T] = []
        after: str | None = start
        for rows in (limit, *(LEFT_OVERS,) * (MAX_PAGES - 1)):
            page = await store.page(source.table, source.partition, prefix=source.prefix, after=after or "", limit=rows)
            for row in page.rows:
                if len(items) == limit:
                    return items, after
                if (item := item_of(row)) is not None:
                    items.append(item)
                after = row.key
            after = page.after
            if after is None or len(items) == limit:
                break
        return items, after


Paged = Annotated[Pager, Depends()]
