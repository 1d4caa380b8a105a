"""Short ways to look into the one partition that the store's tests use."""

from shared.runtime.store import Row, Store

P = "partition"


async def stored(store: Store, table: str, key: str) -> Row:
    row = await store.get(table, P, key)
    assert row is not None, f"there is no row {key}"
    return row


async def keys(store: Store, table: str, prefix: str = "") -> list[str]:
    return [row.key for row in (await store.page(table, P, prefix=prefix, limit=1000)).rows]
