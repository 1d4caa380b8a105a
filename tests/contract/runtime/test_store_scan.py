"""How every Store looks through a whole table for one row of each partition."""

from shared.runtime.store import Insert, Store


async def scanned(store: Store, table: str, limit: int) -> tuple[list[str], int]:
    """Return the partitions found, and in how many parts."""
    found: list[str] = []
    after: str | None = ""
    parts = 0
    while after is not None:
        part = await store.scan(table, "head", after=after, limit=limit)
        assert all(row.key == "head" and row.data == {"of": partition} for partition, row in part.rows)
        found, after, parts = [*found, *(partition for partition, _ in part.rows)], part.after, parts + 1
    return found, parts


async def test_one_row_of_each_partition_is_found_in_order(store: Store, table: str) -> None:
    names = ["b", "a", "a~1", "ä", "C%2F1", "z z"]
    for name in names:
        await store.write(table, name, Insert("head", {"of": name}), Insert("other", {}))
    await store.write(table, "headless", Insert("other", {}))
    assert await scanned(store, table, 100) == (sorted(names), 1)


async def test_parts_join_without_gap_or_repetition(store: Store, table: str) -> None:
    names = [f"{n:02}" for n in range(10)]
    for name in names:
        await store.write(table, name, Insert("head", {"of": name}), *(Insert(f"row{n}", {}) for n in range(5)))
    assert await scanned(store, table, 3) == (names, 4)
    assert await scanned(store, table, 5) == (names, 2)
    assert await scanned(store, table, 10) == (names, 1)


async def test_a_table_that_is_not_there_is_empty(store: Store, table: str) -> None:
    part = await store.scan(table, "head")
    assert (part.rows, part.after) == ((), None)
