"""The Store on Azure Table storage."""

from collections.abc import Mapping, Sequence
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables import TableEntity, TableErrorCode, UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from shared.runtime.azure.connection import Connection, ConnectionString
from shared.runtime.azure.entity import entity, row
from shared.runtime.azure.failures import code, one_call, refused_change
from shared.runtime.azure.limits import encoded
from shared.runtime.azure.query import filter_across, filter_of
from shared.runtime.errors import Conflict
from shared.runtime.store import Change, Delete, Insert, Page, Replace, Row, Scanned, Upsert

PAGE_ROWS = 1000
"""Entities in one answer, at most."""

Operation = tuple[str, dict[str, str], dict[str, Any]]
"""A change in the SDK's words: verb, entity, options."""


class AzureStore:
    """A Store in a storage account, or in Azurite.

    A table is made by the first write that misses it: nothing to pay where it is there, and no set-up step that
    somebody can forget. A read takes a missing table for an empty one.
    """

    def __init__(self, connection: Connection, call_seconds: float = 10.0) -> None:
        """Take the address, and how long a call may last; nothing is opened before the first, inside its event loop."""
        self._connection = connection
        self._call_seconds = call_seconds
        self._service: TableServiceClient | None = None
        self._credential: AsyncTokenCredential | None = None
        self._tables: dict[str, TableClient] = {}
        self.requests = 0
        """HTTP requests sent so far."""

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        async with one_call(self._call_seconds):
            try:
                return row(await self._table(table).get_entity(partition, key))
            except ResourceNotFoundError:
                return None

    async def write(self, table: str, partition: str, *changes: Change) -> Mapping[str, str]:
        texts = encoded(partition, changes)
        pending = list(changes)
        async with one_call(self._call_seconds):
            while pending:
                try:
                    answers = await self._submit(table, [_operation(partition, change, texts) for change in pending])
                except HttpResponseError as error:
                    await self._remedy(table, pending, error)
                else:
                    answered = zip(pending, answers, strict=True)
                    return {change.key: answer["etag"] for change, answer in answered if change.key in texts}
        return {}

    async def page(self, table: str, partition: str, *, prefix: str = "", after: str = "", limit: int = 100) -> Page:
        found = [row(one) for one in await self._query(table, *filter_of(partition, prefix, after), limit)]
        return Page(tuple(found[:limit]), found[limit - 1].key if len(found) > limit else None)

    async def scan(self, table: str, key: str, *, after: str = "", limit: int = 1000) -> Scanned:
        entities = await self._query(table, *filter_across(key, after), limit)
        found = tuple((str(one["PartitionKey"]), row(one)) for one in entities[:limit])
        return Scanned(found, found[-1][0] if len(entities) > limit else None)

    async def close(self) -> None:
        """Close all connections."""
        if self._service is not None:
            await self._service.close()
        if self._credential is not None:
            await self._credential.close()

    async def _query(self, table: str, text: str, parameters: dict[str, str], limit: int) -> list[TableEntity]:
        """Return up to `limit` entities, and one more where there is one: it tells that there is a next page."""
        top = min(limit + 1, PAGE_ROWS)
        found: list[TableEntity] = []
        pages = self._table(table).query_entities(text, parameters=parameters, results_per_page=top).by_page()
        while len(found) <= limit:
            # Each answer may take as long as a call: where a whole table is looked through, many are empty.
            async with one_call(self._call_seconds):
                try:
                    found += [one async for one in await anext(pages)]
                except (ResourceNotFoundError, StopAsyncIteration):
                    break
        return found

    async def _submit(self, table: str, operations: Sequence[Operation]) -> Sequence[Mapping[str, Any]]:
        client = self._table(table)
        if len(operations) > 1:
            return await client.submit_transaction(operations)
        verb, content, options = operations[0]
        return [await getattr(client, f"{verb}_entity")(content, **options)]

    async def _remedy(self, table: str, pending: list[Change], error: HttpResponseError) -> None:
        """Do what lets the write be sent again, or raise."""
        index = refused_change(error) if len(pending) > 1 else 0
        refused = None if index is None else pending[index]
        missing = error.status_code == 404
        if missing and (code(error) == TableErrorCode.TABLE_NOT_FOUND or isinstance(refused, Insert | Upsert)):
            await self._open().create_table_if_not_exists(table)
        elif missing and isinstance(refused, Delete):
            pending.remove(refused)
        elif _is_conflict(error, refused):
            raise Conflict(refused.key if refused else None) from error
        else:
            raise error

    def _table(self, name: str) -> TableClient:
        if (client := self._tables.get(name)) is None:
            client = self._tables[name] = self._open().get_table_client(name)
        return client

    def _open(self) -> TableServiceClient:
        if self._service is None:
            # Asking for netrc and proxies costs half of a request's CPU. Retries are the pipeline's.
            transport = AioHttpTransport(use_env_settings=False)
            options = {"transport": transport, "retry_total": 0, "raw_request_hook": self._count}
            if isinstance(self._connection, ConnectionString):
                self._service = TableServiceClient.from_connection_string(self._connection.text, **options)
            else:
                self._credential = self._connection.credential()
                self._service = TableServiceClient(self._connection.address, credential=self._credential, **options)
        return self._service

    def _count(self, _request: object) -> None:
        self.requests += 1


def _is_conflict(error: HttpResponseError, refused: Change | None) -> bool:
    if code(error) == TableErrorCode.TABLE_BEING_DELETED or isinstance(refused, Upsert | Delete):
        return False
    return error.status_code in {404, 409, 412}


def _operation(partition: str, change: Change, texts: Mapping[str, str]) -> Operation:
    content = entity(partition, change.key, texts.get(change.key, ""))
    match change:
        case Insert():
            return "create", content, {"response_preference": "return-no-content"}
        case Replace(etag=etag):
            condition = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
            return "update", content, {"mode": UpdateMode.REPLACE, **condition}
        case Upsert():
            return "upsert", content, {"mode": UpdateMode.REPLACE}
        case Delete():
            return "delete", content, {}
