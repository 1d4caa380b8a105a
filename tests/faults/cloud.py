"""The whole system as real processes that a test may kill, stop and start again at will."""

import gc
import json
import os
import signal
from asyncio import create_task, shield, sleep, to_thread
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from local.cloud.services import ROOT
from local.cloud.settings import Addresses, Secrets, local_settings
from local.story.crowd import Person, people, register
from shared.definitions.loader import Documents, load, read_tree
from shared.definitions.published import EVERYBODY_KNOWS, Definitions
from shared.runtime.azure.bus import AzureBus
from shared.runtime.azure.connection import ConnectionString
from shared.runtime.azure.store import AzureStore
from shared.runtime.clock import SystemClock
from tests.cloud.azurite import Azurite, free_port, running_azurite
from tests.cloud.host import Host, running_host
from tests.cloud.servicebus import CONFIG, Emulator, running_emulator
from tests.cloud.sink import RunningSink, running_sink
from tests.faults.ledger import Tables
from tests.faults.waiting import until

LOCK_SECONDS = 10
"""A killed host's messages come again when their locks end; the cloud's minute would be most of a test's time."""
REGISTRATION_SECONDS = 120
DEFINITIONS = ROOT / "definitions"


Prepare = Callable[[AzureStore], Awaitable[None]]
"""Puts into the tables what the host shall find there."""


async def publish(store: AzureStore, documents: Documents | None = None) -> None:
    """Publish definitions, the project's if none are given: live at once, nobody runs who could know older ones."""
    await Definitions(store, SystemClock(), -EVERYBODY_KNOWS).publish(documents or load(read_tree(DEFINITIONS)))


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running system with its people."""

    azurite: Azurite
    emulator: Emulator
    sink: RunningSink
    host: Host
    secrets: Secrets
    people: list[Person]
    bus: AzureBus
    http: aiohttp.ClientSession
    tables: Tables
    store: AzureStore

    async def tick(self) -> None:
        """Let a minute have passed for the journeys: their timer fires, by the host's admin door."""
        headers = {"x-functions-key": self.secrets.function_key}
        async with self.http.post(f"{self.host.url}/admin/functions/tick_journeys", json={}, headers=headers) as answer:
            answer.raise_for_status()

    async def crash_host(self) -> None:
        """Kill -9 the functions host, and start it again."""
        self.host.kill()
        await _in_a_thread(self.host.start)

    async def crash_bus(self) -> None:
        """Kill -9 the bus, and start it again on what it had written."""
        await _in_a_thread(self.emulator.restart)

    async def pause(self, service: str, seconds: float) -> None:
        """Let a service (host, bus, tables, sink) stand still for so long, in the middle of whatever it does."""
        services: dict[str, Host | Emulator | Azurite | RunningSink] = {
            "host": self.host,
            "bus": self.emulator,
            "tables": self.azurite,
            "sink": self.sink,
        }
        pid = services[service].pid
        os.kill(pid, signal.SIGSTOP)
        try:
            await sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)

    async def without_bus(self, seconds: float) -> None:
        """Take the bus away for so long."""
        self.emulator.kill()
        await sleep(seconds)
        await _in_a_thread(self.emulator.start)

    async def without_tables(self, seconds: float) -> None:
        """Take the tables away for so long. Azurite's own crash is not among the faults we survive: it is stopped."""
        await _in_a_thread(self.azurite.stop)
        await sleep(seconds)
        await _in_a_thread(self.azurite.start)


async def _in_a_thread(work: Callable[[], None]) -> None:
    """Do what blocks, and come to its end even when cancelled: a process that starts meanwhile would be left behind."""
    working = create_task(to_thread(work))
    try:
        await shield(working)
    finally:
        await working


@asynccontextmanager
async def running_cloud(
    folder: Path, number_of_people: int, lock_seconds: float = LOCK_SECONDS, prepare: Prepare = publish
) -> AsyncIterator[Cloud]:
    """Run everything on free ports, the tables prepared and people known; the folder has data and logs."""
    async with AsyncExitStack() as stack:
        azurite = stack.enter_context(running_azurite(_made(folder / "tables")))
        options = ("--ttl", "P14D")
        config, log = _config(folder, lock_seconds), folder / "bus.log"
        emulator = stack.enter_context(running_emulator(_made(folder / "bus"), config, options, log))
        sink = await stack.enter_async_context(
            running_sink(servicebus=emulator.connection_string, data=folder / "sink", log=folder / "sink.log")
        )
        # What the Service Bus SDK has left of broken links must go while the event loop can still close it.
        stack.callback(gc.collect)
        bus = AzureBus(ConnectionString(emulator.connection_string))
        stack.push_async_callback(bus.close)
        store = AzureStore(ConnectionString(azurite.connection_string))
        stack.push_async_callback(store.close)
        await prepare(store)
        secrets, port = Secrets.made(), free_port()
        where = Addresses(emulator.connection_string, azurite.connection_string, sink.url, f"http://127.0.0.1:{port}")
        settings = local_settings(secrets, where)
        values = settings["Values"] | {"AcsConnection": sink.connection_string}
        keys = settings["Keys"] | {"_master": secrets.function_key}
        host = stack.enter_context(running_host(ROOT, values, keys, ("--port", str(port))))
        stack.callback(lambda: (folder / "host.log").write_text(host.output, encoding="utf-8"))
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)))
        tables = await stack.enter_async_context(Tables.connected(azurite.connection_string))
        cloud = Cloud(azurite, emulator, sink, host, secrets, people(number_of_people), bus, http, tables, store)
        if number_of_people:
            await _register(cloud)
        yield cloud


async def _register(cloud: Cloud) -> None:
    await register(cloud.bus, cloud.people)

    async def known() -> bool:
        return all([await cloud.tables.heads(table) == len(cloud.people) for table in ("contacts", "devices")])

    await until(f"{len(cloud.people)} people are known", known, REGISTRATION_SECONDS)


def _config(folder: Path, lock_seconds: float) -> Path:
    """Write the project's queues with another lock duration."""
    config = json.loads(CONFIG.read_text(encoding="utf-8"))
    for namespace in config["UserConfig"]["Namespaces"]:
        for queue in namespace["Queues"]:
            queue["Properties"]["LockDuration"] = f"PT{lock_seconds:.0f}S"
    file = folder / "queues.json"
    file.write_text(json.dumps(config), encoding="utf-8")
    return file


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
