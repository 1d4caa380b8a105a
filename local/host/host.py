"""A running function app: its HTTP front, queue listeners and timers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from local.host.hostjson import HostJson
from local.host.http import HttpFront
from local.host.keys import Keys
from local.host.servicebus import QueueListener, open_client
from local.host.timers import Timer
from local.host.triggers import Function, QueueTrigger, TimerTrigger

# Azure gives an instance that is scaled in about as long (functions-host, JobHost shutdown).
GRACE_SECONDS = 30.0
_log = logging.getLogger("host")


class UnfinishedError(Exception):
    """The host was told to stop, and some function did not come to its end in time."""


async def serve_http(functions: Sequence[Function], keys: Keys, port: int, max_body: int) -> web.AppRunner:
    """Answer on a port of this machine only; 0 takes a free one. OSError where the port is taken."""
    runner = web.AppRunner(
        HttpFront(functions, keys).application(max_body), access_log=None, shutdown_timeout=GRACE_SECONDS
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


@asynccontextmanager
async def running_triggers(
    functions: Sequence[Function], host_json: HostJson, environment: Mapping[str, str]
) -> AsyncIterator[None]:
    """Listen to queues and clocks inside the block; at its end, finish what is in hand."""
    async with AsyncExitStack() as stack:
        clients = {
            connection: await stack.enter_async_context(open_client(connection, environment))
            for connection in sorted({f.trigger.connection for f in functions if isinstance(f.trigger, QueueTrigger)})
        }
        workers: list[QueueListener | Timer] = []
        for function in functions:
            if isinstance(function.trigger, QueueTrigger):
                client = clients[function.trigger.connection]
                workers.append(QueueListener(function, function.trigger, client, host_json.service_bus))
            elif isinstance(function.trigger, TimerTrigger):
                workers.append(Timer(function, function.trigger))
        tasks = [asyncio.create_task(worker.run()) for worker in workers]
        try:
            yield
        finally:
            for worker in workers:
                worker.stop()
            await _finish(tasks)


async def _finish(tasks: Sequence[asyncio.Task[None]]) -> None:
    if not tasks:
        return
    done, pending = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    for task in pending:
        task.cancel()
    for task in done:
        task.result()
    if pending:
        raise UnfinishedError(f"{len(pending)} triggers did not finish within {GRACE_SECONDS:.0f} s")
