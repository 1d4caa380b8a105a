"""`python -m bench.replay TAPE ...`: a bare process in the host's place that makes the host's SDK calls, and no more.

What makes the comparison fair to both:
- the calls are those that the host made for a story, in their order, with entities, batches and bodies of the same
  sizes; ids are fresh and of the same shape; an ETag is the one that the row has here;
- a step begins when its message comes, from the same queues, with as many at a time as host.json allows, and ends with
  `complete`; so it has the host's concurrency, and waits for the same broker, tables and provider;
- messages are taken by the local host's own receive loop. The SDK's would be slower, and flatter us;
- clients are set up as ours are (no environment settings, no retries, a sender a queue with a lock around it), so that
  a knob we have found is not counted as our speed;
- scripts are made before the clock starts. What is left beside the SDKs is finding the script of a message.

Nothing of ours decides, validates, renders or logs here, and no functions worker stands in between.
"""

import argparse
import asyncio
import json
import signal
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient
from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from yarl import URL

from bench.driver import Story
from bench.tape import Calls, Script, Tape
from local.cloud.services import ROOT
from local.host.bus.reception import Reception
from local.host.hostjson import ServiceBusOptions, read_host_json
from local.host.triggers import QueueTrigger
from local.story.crowd import Person
from shared.channels.signing import decode_key, sign

HOST = "127.0.0.1"


class Player:
    """Makes calls, and keeps the ETags they bring."""

    def __init__(self, tables: TableServiceClient, bus: ServiceBusClient, session: aiohttp.ClientSession) -> None:
        self._tables = tables
        self._clients: dict[str, TableClient] = {}
        self._bus = bus
        self._senders: dict[str, ServiceBusSender] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._session = session
        self._etags: dict[tuple[str, str, str], str] = {}
        self.endpoint = URL()
        self.key = b""

    async def play(self, calls: Calls, taken: Callable[[str], None] = lambda _: None) -> None:
        """Make the calls in turn; `taken` is told the id of an e-mail that the provider has taken."""
        for kind, *call in calls:
            match kind:
                case "table":
                    await self._table(*call)
                case "send":
                    await self._send(*call)
                case "post":
                    answer = await self._post(*call)
                    if "id" in answer:
                        taken(answer["id"])

    async def _table(self, table: str, method: str, arguments: list[Any], options: dict[str, Any]) -> None:
        if (client := self._clients.get(table)) is None:
            client = self._clients[table] = self._tables.get_table_client(table)
        if method == "submit_transaction":
            operations = [(verb, entity, self._options(table, entity, more)) for verb, entity, more in arguments[0]]
            for (verb, entity, _), answer in zip(operations, await client.submit_transaction(operations), strict=True):
                if verb != "delete":
                    self._keep(table, entity, answer)
        elif method == "query_entities":
            pages = client.query_entities(*arguments, **options).by_page()
            [entity async for page in pages async for entity in page]
        elif method == "get_entity":
            try:
                found = await client.get_entity(*arguments)
            except ResourceNotFoundError:
                return
            self._keep(table, found, found.metadata)
        else:
            await self._write(client, method, arguments[0], options)

    async def _write(self, client: TableClient, method: str, entity: dict[str, str], recorded: dict[str, Any]) -> None:
        while True:
            try:
                options = self._options(client.table_name, entity, recorded)
                return self._keep(client.table_name, entity, await getattr(client, method)(entity, **options))
            except ResourceModifiedError:
                # A report has overtaken the note that its message was sent, as it may in the host.
                found = await client.get_entity(entity["PartitionKey"], entity["RowKey"])
                self._keep(client.table_name, found, found.metadata)

    def _options(self, table: str, entity: dict[str, str], recorded: dict[str, Any]) -> dict[str, Any]:
        options = dict(recorded)
        if "etag" in options:
            options["etag"] = self._etags[table, entity["PartitionKey"], entity["RowKey"]]
            options["match_condition"] = MatchConditions[options["match_condition"]]
        if "mode" in options:
            options["mode"] = UpdateMode[options["mode"]]
        return options

    def _keep(self, table: str, entity: Any, answer: Any) -> None:
        self._etags[table, entity["PartitionKey"], entity["RowKey"]] = answer["etag"]

    async def _send(self, queue: str, messages: list[tuple[str, str]]) -> None:
        wired = [
            ServiceBusMessage(body.encode(), message_id=id_, content_type="application/json") for id_, body in messages
        ]
        async with self._locks[queue]:
            if (sender := self._senders.get(queue)) is None:
                sender = self._senders[queue] = self._bus.get_queue_sender(queue)
            if len(wired) == 1:
                await sender.send_messages(wired[0])
                return
            batch = await sender.create_message_batch()
            for message in wired:
                batch.add_message(message)
            await sender.send_messages(batch)

    async def _post(self, path: str, body: str, headers: dict[str, str]) -> dict[str, Any]:
        url, content = URL(str(self.endpoint.origin()) + path, encoded=True), body.encode()
        proof = sign(self.key, "POST", url, content, datetime.now(UTC))
        async with self._session.post(url, data=content, headers={**headers, **proof}) as answer:
            return dict(json.loads(await answer.read()))


class Replay:
    """Finds what is to be called when something comes."""

    def __init__(self, tape: Tape, player: Player) -> None:
        self._tape = tape
        self._player = player
        self._steps: dict[str, tuple[Script, Calls]] = {}
        self._emails: defaultdict[str, asyncio.Future[Calls]] = defaultdict(asyncio.Future)

    async def prepare(self, request: web.Request) -> web.Response:
        """Make the scripts of stories that are about to come."""
        for number, code in await request.json():
            story = Story(Person(number), code)
            script = self._tape.script(story)
            steps = {**script.steps, script.tag: script.sms_report}
            self._steps |= {name: (script, calls) for name, calls in steps.items()}
        return web.Response()

    async def webhook(self, request: web.Request) -> web.Response:
        """Take what the device's system tells."""
        event = json.loads(await request.read())
        await self._play(request.headers["webhook-id"])
        accepted = {"source": event["source"], "id": event["id"], "event": "0" * 26}
        return web.json_response({"accepted": [accepted]}, status=202)

    async def take(self, message: ServiceBusReceivedMessage) -> None:
        """Do what the message stands for."""
        name = str(message.message_id)
        if name in self._steps:
            return await self._play(name)
        data = json.loads(b"".join(message.body))["data"]
        if "tag" in data:
            return await self._play(data["tag"])
        # A report may overtake the answer to the request that it is about.
        return await self._player.play(await self._emails[data["messageId"]])

    async def _play(self, name: str) -> None:
        script, calls = self._steps.pop(name)
        await self._player.play(calls, lambda email: self._emails[email].set_result(script.email_report))


async def _run(tape: Tape, values: dict[str, str], port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(ServiceBusClient.from_connection_string(values["ServiceBusConnection"]))
        replay = Replay(tape, await _player(stack, values, bus))
        await _listen(stack, replay, port)
        options = read_host_json(ROOT).service_bus
        queues = sorted(tape.queues)
        receptions = [_reception(queue, bus, replay, options) for queue in queues]
        await asyncio.gather(*(reception.open() for reception in receptions))
        async with asyncio.TaskGroup() as group:
            for reception in receptions:
                group.create_task(reception.run(stop))
            print(f"Host ready on http://{HOST}:{port}", flush=True)


def _reception(queue: str, bus: ServiceBusClient, replay: Replay, options: ServiceBusOptions) -> Reception:
    async def take(messages: Sequence[ServiceBusReceivedMessage]) -> None:
        for message in messages:
            await replay.take(message)

    return Reception(QueueTrigger(queue, "ServiceBusConnection"), bus.get_queue_receiver(queue), take, options)


async def _player(stack: AsyncExitStack, values: dict[str, str], bus: ServiceBusClient) -> Player:
    transport = AioHttpTransport(use_env_settings=False)
    tables = TableServiceClient.from_connection_string(values["TablesConnection"], transport=transport, retry_total=0)
    await stack.enter_async_context(tables)
    player = Player(tables, bus, await stack.enter_async_context(aiohttp.ClientSession()))
    endpoint, _, key = values["AcsConnection"].removeprefix("endpoint=").partition(";accesskey=")
    player.endpoint, player.key = URL(endpoint), decode_key(key)
    return player


async def _listen(stack: AsyncExitStack, replay: Replay, port: int) -> None:
    app = web.Application()
    app.add_routes([web.post("/prepare", replay.prepare), web.post("/api/webhooks/{sender}", replay.webhook)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, HOST, port).start()


def main() -> None:
    """Play until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m bench.replay")
    parser.add_argument("tape", type=Path)
    parser.add_argument("person", type=int, help="whose story is on the tape")
    parser.add_argument("code", type=int, help="the error code of that story")
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    values = json.loads(options.settings.read_text(encoding="utf-8"))["Values"]
    tape = Tape.read(options.tape, Story(Person(options.person), options.code))
    asyncio.run(_run(tape, values, options.port))


if __name__ == "__main__":
    main()
