"""What every Store does with single rows."""

import asyncio
from typing import Any

import pytest

from shared.runtime.azure.limits import MAX_ENTITY_CHARACTERS
from shared.runtime.errors import Conflict, TooLarge
from shared.runtime.ids import joined
from shared.runtime.store import Delete, Insert, Replace, Store, Upsert
from tests.contract.runtime.rows import P, keys, stored


async def test_what_was_never_written_is_not_there(store: Store, table: str) -> None:
    assert await store.get(table, P, "a") is None
    assert (await store.page(table, P)).rows == ()
    await store.write(table, P, Delete("a"))
    await store.write(table, P, Insert("b", {}))
    assert await store.get(table, P, "a") is None
    assert await store.get(table, "other", "b") is None


async def test_a_write_of_nothing_does_nothing(store: Store, table: str) -> None:
    assert await store.write(table, P) == {}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text": "Straße, 日本, 🎫, ñ"},
        {"text": "".join(map(chr, range(0x20))) + "\x7f\x85\u2028\ufeff\ufffe"},
        {"text": """'single' "double" \\back /slash `tick` {brace}"""},
        {"lone surrogate": "\ud800"},
        {"long": "ab" * 100_000, "after": 1},
        {"long": "é" * 40_000},
        {"n": None, "t": True, "i": 2**60, "f": 0.1, "list": [1, [2, {"deep": []}]]},
        {"PartitionKey": "mine", "odata.etag": "mine", "data": "mine", "": "empty name"},
    ],
    ids=lambda data: next(iter(data), "empty"),
)
async def test_data_comes_back_as_it_went_in(store: Store, table: str, data: dict[str, Any]) -> None:
    await store.write(table, P, Insert("single", data))
    await store.write(table, P, Insert("a", data), Upsert("b", data))
    assert [row.data for row in (await store.page(table, P)).rows] == [data] * 3
    assert (await stored(store, table, "single")).data == data


@pytest.mark.parametrize("name", ["O'Brien", "a/b\\c#d?e", "50% + 1 & more = x", "Ünïcödé 日本", "sp ace", "$a@b,c;d"])
async def test_any_identifier_makes_a_key(store: Store, table: str, name: str) -> None:
    partition, key = joined(name, "p"), joined("k", name)
    await store.write(table, partition, Insert(key, {"n": 1}))
    await store.write(table, partition, Upsert(key, {"n": 2}), Insert(joined(name), {}))
    row = await store.get(table, partition, key)
    assert row is not None
    assert (row.key, row.data) == (key, {"n": 2})
    await store.write(table, partition, Replace(key, {"n": 3}, row.etag))
    page = await store.page(table, partition, prefix=joined("k", ""), after=joined("k"))
    assert [(row.key, row.data) for row in page.rows] == [(key, {"n": 3})]
    await store.write(table, partition, Delete(key))
    assert await store.get(table, partition, key) is None


async def test_a_shorter_text_leaves_nothing_of_a_longer_one(store: Store, table: str) -> None:
    etags = await store.write(table, P, Insert("a", {"long": "x" * 100_000}), Insert("b", {"long": "x" * 100_000}))
    await store.write(table, P, Replace("a", {"short": 1}, etags["a"]))
    await store.write(table, P, Upsert("b", {"short": 1}))
    assert (await stored(store, table, "a")).data == {"short": 1}
    assert (await stored(store, table, "b")).data == {"short": 1}


async def test_a_second_insert_is_refused_and_changes_nothing(store: Store, table: str) -> None:
    await store.write(table, P, Insert("a", {"n": 1}))
    with pytest.raises(Conflict) as refused:
        await store.write(table, P, Insert("a", {"n": 2}))
    assert refused.value.key == "a"
    assert (await stored(store, table, "a")).data == {"n": 1}


async def test_a_write_returns_the_etags_that_the_rows_have_now(store: Store, table: str) -> None:
    etags = dict(await store.write(table, P, Insert("a", {"n": 1})))
    etags |= await store.write(table, P, Insert("b", {}), Upsert("c", {}), Delete("missing"))
    etags |= await store.write(table, P, Replace("a", {"n": 2}, etags["a"]), Upsert("b", {}))
    etags |= await store.write(table, P, Upsert("d", {}))
    assert etags == {row.key: row.etag for row in (await store.page(table, P)).rows}
    assert etags["a"] == (await stored(store, table, "a")).etag
    assert await store.write(table, P, Delete("a")) == {}


async def test_a_replace_needs_the_etag_of_now(store: Store, table: str) -> None:
    old = await store.write(table, P, Insert("a", {"n": 1}))
    new = await store.write(table, P, Replace("a", {"n": 2}, old["a"]))
    with pytest.raises(Conflict) as refused:
        await store.write(table, P, Replace("a", {"n": 3}, old["a"]))
    assert refused.value.key == "a"
    await store.write(table, P, Replace("a", {"n": 4}, new["a"]))
    assert (await stored(store, table, "a")).data == {"n": 4}


async def test_equal_data_still_gets_a_new_etag(store: Store, table: str) -> None:
    old = await store.write(table, P, Insert("a", {"n": 1}))
    await store.write(table, P, Upsert("a", {"n": 1}))
    with pytest.raises(Conflict):
        await store.write(table, P, Replace("a", {"n": 2}, old["a"]))


async def test_what_is_gone_cannot_be_replaced_but_deleted(store: Store, table: str) -> None:
    etags = await store.write(table, P, Insert("a", {}))
    await store.write(table, P, Delete("a"))
    await store.write(table, P, Delete("a"))
    with pytest.raises(Conflict) as refused:
        await store.write(table, P, Replace("a", {}, etags["a"]))
    assert refused.value.key == "a"
    await store.write(table, P, Insert("a", {"again": True}))
    with pytest.raises(Conflict):
        await store.write(table, P, Replace("a", {}, etags["a"]))


async def test_of_twenty_concurrent_inserts_one_wins(store: Store, table: str) -> None:
    writes = [store.write(table, P, Insert("a", {"n": n})) for n in range(20)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    winners = [n for n, outcome in enumerate(outcomes) if not isinstance(outcome, BaseException)]
    assert len(winners) == 1
    assert all(isinstance(outcome, Conflict) for n, outcome in enumerate(outcomes) if n not in winners)
    assert (await stored(store, table, "a")).data == {"n": winners[0]}


async def test_the_largest_row_fits_and_a_larger_one_is_refused(store: Store, table: str) -> None:
    data = {"x": "x" * (MAX_ENTITY_CHARACTERS - len('{"x":""}'))}
    await store.write(table, P, Insert("a", data))
    assert (await stored(store, table, "a")).data == data
    with pytest.raises(TooLarge, match="row b"):
        await store.write(table, P, Insert("b", {"x": data["x"] + "x"}))
    with pytest.raises(TooLarge):
        await store.write(table, P, Insert("c", {"x": "é" * (MAX_ENTITY_CHARACTERS // 6)}))
    assert await keys(store, table) == ["a"]
