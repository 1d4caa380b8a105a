"""`python -m bench.recording TAPE ...`: the Functions host as it is, and each of its invocations written down.

What is written are the calls of the SDKs, in their order, with all that they were given.
"""

import json
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from enum import Enum
from functools import wraps
from typing import IO, Any

import aiohttp
from azure.data.tables.aio import TableClient
from yarl import URL

from local.host import __main__ as host
from local.host import worker
from shared.runtime.azure.bus import AzureBus
from shared.runtime.bus import BusMessage

TABLE_CALLS = (
    "get_entity",
    "create_entity",
    "update_entity",
    "upsert_entity",
    "delete_entity",
    "query_entities",
    "submit_transaction",
)
PROOF = {"Authorization", "x-ms-date", "x-ms-content-sha256"}
"""Made anew for each request."""

_calls: ContextVar[list[Any]] = ContextVar("calls")


def main() -> int:
    """Run the host until it is told to stop."""
    with open(sys.argv.pop(1), "a", encoding="utf-8") as tape:  # noqa: PTH123
        _wrap_invocations(tape)
        for name in TABLE_CALLS:
            _wrap_table_call(name)
        _wrap_sends()
        _wrap_posts()
        return host.main()


def _wrap_invocations(tape: IO[str]) -> None:
    invoke = worker.invoke

    async def recorded(function: Any, trigger: Any, metadata: Any, trace_parent: str = "") -> Any:
        calls: list[Any] = []
        _calls.set(calls)
        result = await invoke(function, trigger, metadata, trace_parent)
        is_http, is_message = isinstance(trigger.value, dict), "MessageId" in metadata
        name = trigger.value["headers"].get("webhook-id") if is_http else metadata.get("MessageId")
        line = {"message": name and name.value, "body": trigger.value.decode() if is_message else "", "calls": calls}
        print(json.dumps(line), file=tape, flush=True)
        return result

    worker.invoke = recorded


def _wrap_table_call(name: str) -> None:
    call = getattr(TableClient, name)

    @wraps(call)
    def recorded(self: TableClient, *arguments: Any, **options: Any) -> Any:
        _note("table", self.table_name, name, arguments, options)
        return call(self, *arguments, **options)

    setattr(TableClient, name, recorded)


def _wrap_sends() -> None:
    send = AzureBus.send

    async def recorded(self: AzureBus, queue: str, messages: Sequence[BusMessage]) -> None:
        _note("send", queue, [[message.id, message.body.decode()] for message in messages])
        await send(self, queue, messages)

    AzureBus.send = recorded  # type: ignore[method-assign]


def _wrap_posts() -> None:
    post = aiohttp.ClientSession.post

    def recorded(self: aiohttp.ClientSession, url: URL, **options: Any) -> Any:
        headers = {name: value for name, value in options["headers"].items() if name not in PROOF}
        _note("post", url.raw_path_qs, options["data"].decode(), headers)
        return post(self, url, **options)

    aiohttp.ClientSession.post = recorded  # type: ignore[assignment, method-assign]


def _note(*call: object) -> None:
    # Copied now: an SDK may change what it was given.
    _calls.get([]).append(json.loads(json.dumps(call, default=_plain)))


def _plain(value: object) -> object:
    return value.name if isinstance(value, Enum) else str(value)


if __name__ == "__main__":
    sys.exit(main())
