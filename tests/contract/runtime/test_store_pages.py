"""How every Store lists rows."""

from shared.runtime.store import Insert, Row, Store
from tests.contract.runtime.rows import P, keys


async def test_a_prefix_ends_where_its_last_character_does(store: Store, table: str) -> None:
    names = ["a", "a~", "a~1", "a~zz", "a~é", "aa", "b~", "run", "run:1", "run:2", "run;1", "runs:1"]
    await store.write(table, P, *(Insert(name, {}) for name in names))
    assert await keys(store, table, "a~") == ["a~", "a~1", "a~zz", "a~é"]
    assert await keys(store, table, "run:") == ["run:1", "run:2"]
    assert await keys(store, table, "nothing") == []
    assert await keys(store, table) == sorted(names)


async def test_pages_join_without_gap_or_repetition(store: Store, table: str) -> None:
    names = [f"row:{n:02}" for n in range(10)]
    await store.write(table, P, *(Insert(name, {"name": name}) for name in [*names, "other", "rov"]))
    found: list[Row] = []
    after: str | None = ""
    pages = 0
    while after is not None:
        page = await store.page(table, P, prefix="row:", after=after, limit=3)
        found, after, pages = [*found, *page.rows], page.after, pages + 1
    assert [row.data["name"] for row in found] == names
    assert pages == 4


async def test_the_last_page_says_so(store: Store, table: str) -> None:
    await store.write(table, P, *(Insert(f"{n}", {}) for n in range(4)))
    assert (await store.page(table, P, limit=4)).after is None
    assert (await store.page(table, P, limit=3)).after == "2"
    assert (await store.page(table, P, after="2", limit=3)).after is None
    assert (await store.page(table, P, prefix="0", after="2")).rows == ()


async def test_a_page_may_be_longer_than_an_answer(store: Store, table: str) -> None:
    for block in range(11):
        await store.write(table, P, *(Insert(f"{block:02}{n:02}", {}) for n in range(100)))
    page = await store.page(table, P, limit=1050)
    assert (len(page.rows), page.after) == (1050, "1049")
    page = await store.page(table, P, limit=1100)
    assert (len(page.rows), page.after) == (1100, None)
    page = await store.page(table, P, limit=1000)
    assert (len(page.rows), page.after) == (1000, "0999")
