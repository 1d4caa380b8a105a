"""Lists page by page: `after` is where the next page begins, told in the body and as a Link header (RFC 8288)."""

from collections.abc import Callable
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

    async def read[T](self, store: Store, source: Source, item_of: Callable[[Row], T | None]) -> Listing[T]:
        """Return the page; a row whose item is None is left out."""
        items, after = await self._collect(store, source, item_of)
        if after is None:
            return Listing(items=items)
        query = {**self._request.query_params, "after": after}
        following = f"{self._request.url.path}?{urlencode(query)}"
        self._response.headers["Link"] = f'<{following}>; rel="next"'
        return Listing(items=items, next=following)

    async def _collect[T](
        self, store: Store, source: Source, item_of: Callable[[Row], T | None]
    ) -> tuple[list[T], str | None]:
        items: list[T] = []
        after: str | None = self._after
        for rows in (self._limit, *(LEFT_OVERS,) * (MAX_PAGES - 1)):
            page = await store.page(source.table, source.partition, prefix=source.prefix, after=after or "", limit=rows)
            for row in page.rows:
                if len(items) == self._limit:
                    return items, after
                if (item := item_of(row)) is not None:
                    items.append(item)
                after = row.key
            after = page.after
            if after is None or len(items) == self._limit:
                break
        return items, after


Paged = Annotated[Pager, Depends()]
