"""A running function app: its HTTP front, queue listeners and timers."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from local.host.app import App
from local.host.bus.servicebus import QueueListener, open_client
from local.host.grace import GRACE_SECONDS, finish
from local.host.options import AppOptions
from local.host.timing.monitor import Monitor
from local.host.timing.timers import Timer
from local.host.triggers import QueueTrigger, TimerTrigger
from local.host.web.admin import Admin
from local.host.web.http import HttpFront
from local.host.web.keys import Keys


def listen(port: int) -> socket.socket:
    """A socket on a port of this machine only; 0 takes a free one. OSError where the port is taken."""
    return socket.create_server(("127.0.0.1", port))


def url_of(listener: socket.socket) -> str:
    """Where the socket is reached."""
    return "http://{}:{}".format(*listener.getsockname())


async def serve(
    app: App,
    options: AppOptions,
    listener: socket.socket,
    stop: asyncio.Event,
    ready: Callable[[Callable[[], None]], None],
    linger: float = 0.0,
) -> None:
    """Run the app until the event is set, then finish what is in hand; UnfinishedError where that takes too long.

    Once all but the timers run, `ready` is given what starts them. Open connections are served `linger` seconds longer.
    """
    monitor = Monitor(options.state)
    keys = Keys(app.keys)
    admin = Admin(app, keys, monitor)
    front = HttpFront(app.functions, keys, app.host_json.http)
    runner = await _serve_http(front.application(admin, options.max_body), listener)
    closing: asyncio.Task[None] | None = None
    try:
        async with _running_triggers(app, monitor) as start_timers:
            ready(start_timers)
            await stop.wait()
            # At the same time as the triggers, which stop when this block is left.
            closing = asyncio.create_task(_close(runner, front, admin, linger))
    finally:
        await (closing or runner.cleanup())


async def _close(runner: web.AppRunner, front: HttpFront, admin: Admin, linger: float) -> None:
    end = time.monotonic() + GRACE_SECONDS
    for site in list(runner.sites):
        await site.stop()
    await asyncio.sleep(linger)
    # By itself aiohttp takes twice the time that it is given.
    cleanup = asyncio.create_task(runner.cleanup())
    await asyncio.wait([cleanup], timeout=end - time.monotonic())
    await finish({*front.in_hand, *admin.by_hand}, "functions", max(0.0, end - time.monotonic()))
    cleanup.cancel()


async def _serve_http(application: web.Application, listener: socket.socket) -> web.AppRunner:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=GRACE_SECONDS)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return runner


@asynccontextmanager
async def _running_triggers(app: App, monitor: Monitor) -> AsyncIterator[Callable[[], None]]:
    """Listen to queues inside the block, and to clocks once what it gives is called; finish what is in hand."""
    async with AsyncExitStack() as stack:
        queues = [(each, each.trigger) for each in app.functions if isinstance(each.trigger, QueueTrigger)]
        timers = [
            Timer(each, each.trigger, monitor) for each in app.functions if isinstance(each.trigger, TimerTrigger)
        ]
        clients = {
            connection: await stack.enter_async_context(open_client(connection, os.environ))
            for connection in sorted({trigger.connection for _, trigger in queues})
        }
        listeners = [
            QueueListener(function, trigger, clients[trigger.connection], app.host_json.service_bus)
            for function, trigger in queues
        ]
        tasks = [asyncio.create_task(listener.run()) for listener in listeners]
        try:
            yield lambda: tasks.extend([asyncio.create_task(timer.run()) for timer in timers])
        finally:
            for listener in listeners:
                listener.stop()
            for timer in timers:
                timer.stop()
            await finish(tasks, "triggers")
