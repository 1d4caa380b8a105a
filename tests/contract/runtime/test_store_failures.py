"""What each answer of Table storage means: the answers are real HTTP, since Azurite never gives most of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from azure.core.exceptions import HttpResponseError

from shared.runtime.azure.connection import ConnectionString
from shared.runtime.azure.store import AzureStore
from shared.runtime.errors import Throttled, TooLarge, Unavailable
from shared.runtime.store import Insert, Store, Upsert
from tests.cloud.azurite import ACCOUNT, KEY


@asynccontextmanager
async def store_that_answers(status: int, code: str, message: str = "no") -> AsyncIterator[Store]:
    """A store whose server refuses everything in Table storage's words."""

    async def refuse(_request: web.BaseRequest) -> web.Response:
        body = json.dumps({"odata.error": {"code": code, "message": {"lang": "en-US", "value": message}}})
        return web.Response(
            status=status, text=body, content_type="application/json", headers={"x-ms-error-code": code}
        )

    runner = web.ServerRunner(web.Server(refuse))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    store = AzureStore(
        ConnectionString(f"AccountName={ACCOUNT};AccountKey={KEY};TableEndpoint=http://{host}:{port}/{ACCOUNT};")
    )
    try:
        yield store
    finally:
        await store.close()
        await runner.cleanup()


MEANINGS = [
    (401, "InvalidAuthenticationInfo", Unavailable),
    (403, "AuthorizationFailure", Unavailable),
    (403, "AuthorizationPermissionMismatch", Unavailable),
    (408, "RequestTimeout", Unavailable),
    (409, "TableBeingDeleted", Unavailable),
    (429, "TooManyRequests", Throttled),
    (500, "InternalError", Unavailable),
    (500, "OperationTimedOut", Unavailable),
    (502, "", Unavailable),
    (503, "ServerBusy", Throttled),
    (504, "", Unavailable),
    (400, "EntityTooLarge", TooLarge),
    (400, "PropertyValueTooLarge", TooLarge),
    (413, "RequestBodyTooLarge", TooLarge),
    (400, "InvalidInput", HttpResponseError),
    (400, "PropertyNameInvalid", HttpResponseError),
    (405, "MethodNotAllowed", HttpResponseError),
]


@pytest.mark.parametrize(("status", "code", "meaning"), MEANINGS)
async def test_an_answer_means_the_same_to_every_call(status: int, code: str, meaning: type[Exception]) -> None:
    async with store_that_answers(status, code) as store:
        calls = [
            store.get("runs", "p", "a"),
            store.page("runs", "p"),
            store.write("runs", "p", Insert("a", {})),
            store.write("runs", "p", Upsert("a", {})),
            store.write("runs", "p", Insert("a", {}), Upsert("b", {})),
        ]
        for call in calls:
            with pytest.raises(Exception) as raised:  # noqa: PT011
                await call
            assert type(raised.value) is meaning or (meaning is HttpResponseError and isinstance(raised.value, meaning))


async def test_azurites_overlapping_transactions_are_trouble() -> None:
    async with store_that_answers(400, "InvalidInput", "Transaction Overlap!") as store:
        with pytest.raises(Unavailable):
            await store.write("runs", "p", Insert("a", {}), Upsert("b", {}))
