"""What the Store on Azure tables does beyond the contract: count, and name trouble, with nothing at the other end."""

import asyncio
from pathlib import Path

import pytest

from shared.runtime.azure.connection import ConnectionString
from shared.runtime.azure.store import AzureStore
from shared.runtime.errors import Conflict, TooLarge, Transient, Unavailable
from shared.runtime.store import Delete, Insert, Replace, Upsert
from tests.cloud.azurite import Azurite, running_azurite

P = "partition"


async def test_a_call_is_one_request_and_so_is_a_transaction(azurite: Azurite, table: str) -> None:
    store = AzureStore(ConnectionString(azurite.connection_string))
    await store.write(table, P, Insert("a", {}))
    made = store.requests
    etags = await store.write(table, P, Upsert("a", {}))
    await store.write(table, P, Insert("b", {}), Replace("a", {}, etags["a"]), Upsert("c", {}))
    await store.get(table, P, "a")
    await store.page(table, P)
    with pytest.raises(Conflict):
        await store.write(table, P, Insert("a", {}))
    with pytest.raises(TooLarge):
        await store.write(table, P, Insert("d", {"x": "x" * 1_000_000}))
    assert made == 3, "the insert, the table's making, the insert again"
    assert store.requests - made == 5
    await store.close()


async def test_transactions_at_the_same_time_all_come_through(azurite: Azurite, table: str) -> None:
    store = AzureStore(ConnectionString(azurite.connection_string))
    etags = dict.fromkeys("abcd", "")
    for partition in etags:
        etags |= {partition: (await store.write(table, partition, Insert("head", {})))["head"]}
    writes = [
        store.write(table, partition, Insert(f"cause:{n}", {}), Replace("head", {"n": n}, etags[partition]))
        for n in range(25)
        for partition in etags
    ]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == len(etags)
    assert all(isinstance(one, Conflict | Transient) for one in outcomes if isinstance(one, BaseException))
    for partition in etags:
        head, rows = await store.get(table, partition, "head"), (await store.page(table, partition)).rows
        assert head is not None
        assert [row.key for row in rows] == [f"cause:{head.data['n']}", "head"]
    await store.close()


async def test_a_store_that_is_away_is_unavailable_and_comes_back_with_its_rows(tmp_path: Path) -> None:
    with running_azurite(data=tmp_path) as azurite:
        store = AzureStore(ConnectionString(azurite.connection_string))
        await store.write("runs", P, Insert("a", {"n": 1}))
        azurite.stop()
        with pytest.raises(Unavailable):
            await store.get("runs", P, "a")
        with pytest.raises(Unavailable):
            await store.page("runs", P)
        for changes in ([Insert("b", {})], [Insert("b", {}), Delete("a")]):
            with pytest.raises(Unavailable):
                await store.write("runs", P, *changes)
        azurite.start()
        row = await store.get("runs", P, "a")
        assert row is not None
        assert row.data == {"n": 1}
        await store.close()


async def test_a_store_that_never_answers_is_unavailable() -> None:
    ended = asyncio.Event()

    async def silence(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    azurite = Azurite(Path(), port=server.sockets[0].getsockname()[1])
    store = AzureStore(ConnectionString(azurite.connection_string), call_seconds=0.1)
    with pytest.raises(Unavailable, match="did not answer"):
        await store.write("runs", P, Insert("a", {}))
    await store.close()
    ended.set()
    server.close()
    await server.wait_closed()


@pytest.mark.filterwarnings("ignore:Testing an element's truth value:DeprecationWarning")
async def test_a_wrong_key_is_trouble_not_a_loss(azurite: Azurite) -> None:
    store = AzureStore(ConnectionString(azurite.connection_string.replace("AccountKey=Eby8", "AccountKey=Eby9")))
    with pytest.raises(Unavailable, match="403"):
        await store.get("runs", P, "a")
    await store.close()


async def test_closing_what_was_never_used_is_done(azurite: Azurite) -> None:
    await AzureStore(ConnectionString(azurite.connection_string)).close()
