"""What every Store does with several changes at once: all or none, and the refused one is named."""

import asyncio

import pytest

from shared.runtime.azure.limits import MAX_ENTITY_CHARACTERS
from shared.runtime.errors import Conflict, TooLarge
from shared.runtime.store import Change, Delete, Insert, Replace, Store, Upsert
from tests.contract.runtime.rows import P, keys, stored


async def test_of_twenty_concurrent_replaces_one_wins(store: Store, table: str) -> None:
    etags = await store.write(table, P, Insert("head", {}))
    writes = [
        store.write(table, P, Insert(f"cause:{n}", {}), Replace("head", {"n": n}, etags["head"])) for n in range(20)
    ]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    winners = [n for n, outcome in enumerate(outcomes) if not isinstance(outcome, BaseException)]
    assert len(winners) == 1
    assert [outcome.key for outcome in outcomes if isinstance(outcome, Conflict)] == ["head"] * 19
    assert await keys(store, table) == [f"cause:{winners[0]}", "head"]


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_transaction_names_the_insert_that_was_refused(store: Store, table: str, place: int) -> None:
    await store.write(table, P, Insert("there", {"n": 1}))
    changes: list[Change] = [Insert("a", {}), Upsert("b", {})]
    changes.insert(place, Insert("there", {"n": 2}))
    with pytest.raises(Conflict) as refused:
        await store.write(table, P, *changes)
    assert refused.value.key == "there"
    assert await keys(store, table) == ["there"]
    assert (await stored(store, table, "there")).data == {"n": 1}


async def test_a_transaction_names_the_replace_that_was_refused(store: Store, table: str) -> None:
    old = await store.write(table, P, Insert("head", {"n": 1}))
    await store.write(table, P, Upsert("head", {"n": 2}))
    for key in ("head", "gone"):
        with pytest.raises(Conflict) as refused:
            await store.write(
                table, P, Delete("x"), Insert("a", {}), Replace(key, {"n": 3}, old["head"]), Insert("b", {})
            )
        assert refused.value.key == key
        assert await keys(store, table) == ["head"]


async def test_the_first_refused_change_is_named(store: Store, table: str) -> None:
    old = await store.write(table, P, Insert("cause", {}), Insert("head", {"n": 1}))
    await store.write(table, P, Upsert("head", {"n": 2}))
    with pytest.raises(Conflict) as refused:
        await store.write(table, P, Insert("cause", {}), Replace("head", {"n": 3}, old["head"]))
    assert refused.value.key == "cause"


async def test_a_transaction_deletes_what_may_be_gone(store: Store, table: str) -> None:
    await store.write(table, P, Insert("there", {}))
    await store.write(table, P, Delete("x"), Insert("a", {}), Delete("there"), Delete("y"), Upsert("b", {}))
    assert await keys(store, table) == ["a", "b"]
    await store.write(table, P, Delete("x"), Delete("y"))
    assert await keys(store, table) == ["a", "b"]


async def test_a_refused_transaction_deletes_nothing(store: Store, table: str) -> None:
    await store.write(table, P, Insert("there", {"n": 1}), Insert("other", {"n": 1}))
    with pytest.raises(Conflict):
        await store.write(
            table,
            P,
            Delete("there"),
            Upsert("other", {"n": 2}),
            Insert("other2", {}),
            Replace("no", {}, "W/\"datetime'2026-01-01T00%3A00%3A00.0000000Z'\""),
        )
    assert await keys(store, table) == ["other", "there"]
    assert (await stored(store, table, "other")).data == {"n": 1}


async def test_a_transaction_holds_a_hundred_changes(store: Store, table: str) -> None:
    changes = [Insert(f"{n:03}", {}) for n in range(101)]
    with pytest.raises(TooLarge):
        await store.write(table, P, *changes)
    assert await keys(store, table) == []
    await store.write(table, P, *changes[:100])
    assert len(await keys(store, table)) == 100


async def test_a_transaction_changes_a_row_once(store: Store, table: str) -> None:
    with pytest.raises(TooLarge):
        await store.write(table, P, Insert("a", {}), Upsert("a", {}))


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_transaction_is_as_large_as_a_request(store: Store, table: str) -> None:
    data = {"x": "x" * (MAX_ENTITY_CHARACTERS - 100)}
    with pytest.raises(TooLarge):
        await store.write(table, P, *(Insert(f"{n}", data) for n in range(8)))
    await store.write(table, P, *(Insert(f"{n}", data) for n in range(7)))
    assert len(await keys(store, table)) == 7


@pytest.mark.parametrize(("partition", "key"), [("p" * 513, "k"), ("p", "k" * 513), ("p", "😀" * 257)])
async def test_a_key_of_more_than_a_kibibyte_is_refused(store: Store, table: str, partition: str, key: str) -> None:
    with pytest.raises(TooLarge):
        await store.write(table, partition, Insert(key, {}))


async def test_a_key_of_a_kibibyte_is_taken(store: Store, table: str) -> None:
    await store.write(table, "p" * 512, Insert("k" * 512, {}))
    assert await store.get(table, "p" * 512, "k" * 512) is not None
