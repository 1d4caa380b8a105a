"""Whole lists from the store: an operator wants all of it, not a page."""

from collections.abc import AsyncIterator
from datetime import timedelta

from shared.cli.services import Services
from shared.runtime.store import Row, Store

PAGE = 500


async def rows(store: Store, table: str, partition: str, prefix: str = "") -> AsyncIterator[Row]:
    """Yield all rows of a partition, in key order."""
    after: str | None = ""
    while after is not None:
        page = await store.page(table, partition, prefix=prefix, after=after, limit=PAGE)
        for row in page.rows:
            yield row
        after = page.after


async def daily(services: Services, table: str, days: int) -> AsyncIterator[tuple[str, Row]]:
    """Yield the rows of a table that is kept by day (UTC), with their day, from today backwards."""
    today = services.clock.now().date()
    for back in range(days):
        day = (today - timedelta(days=back)).isoformat()
        async for row in rows(services.store, table, day):
            yield day, row
