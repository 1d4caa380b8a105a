"""What MemoryStore shows beyond the contract: what is in it, and that nobody can change that from outside."""

import pytest

from shared.runtime.errors import Conflict
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Delete, Insert


async def test_it_names_the_partitions_that_hold_something() -> None:
    store = MemoryStore()
    await store.write("runs", "b", Insert("x", {}))
    await store.write("runs", "a", Insert("x", {}))
    await store.write("runs", "emptied", Insert("x", {}))
    await store.write("runs", "emptied", Delete("x"))
    await store.write("cases", "c", Insert("x", {}))
    assert store.partitions("runs") == ["a", "b"]


async def test_what_was_stored_is_a_copy() -> None:
    store = MemoryStore()
    data = {"list": [1]}
    await store.write("runs", "p", Insert("x", data))
    data["list"].append(2)
    row = await store.get("runs", "p", "x")
    assert row is not None
    row.data["list"].append(3)
    again = await store.get("runs", "p", "x")
    assert again is not None
    assert again.data == {"list": [1]}


async def test_an_etag_is_never_used_again() -> None:
    store = MemoryStore()
    first = await store.write("runs", "p", Insert("x", {}))
    await store.write("runs", "p", Delete("x"))
    second = await store.write("runs", "p", Insert("x", {}))
    assert first != second
    with pytest.raises(Conflict):
        await store.write("runs", "p", Insert("x", {}))
