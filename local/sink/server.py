"""Puts the sink together and serves it on the loopback interface."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from local.sink import mail, pages, push, sms
from local.sink.context import SINK
from local.sink.failures import Failures
from local.sink.journal import Journal
from local.sink.ledger import Ledger
from local.sink.pages.door import explain_refusals, refuse_other_names, refuse_other_sites
from local.sink.refusal import answer_refusals
from local.sink.repeatability import Repeats
from local.sink.service import Sink
from local.sink.smtp import serving_smtp

HOST = "127.0.0.1"
BODY_LIMIT = 1024 * 1024


def utc_now() -> datetime:
    """The sink's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run; without `servicebus` reports wait, without `data` nothing outlives the process."""

    key: bytes
    port: int = 0
    smtp_port: int = 0
    servicebus: str | None = None
    reports_queue: str = "delivery-reports"
    data: Path | None = None
    window: timedelta = timedelta(minutes=5)
    now: Callable[[], datetime] = utc_now


class Doors(NamedTuple):
    """Where a running sink takes messages."""

    url: str
    smtp_port: int


@asynccontextmanager
async def serving(options: Options) -> AsyncIterator[Doors]:
    """Yield the doors of a running sink."""
    journal = Journal(options.data / "sink.jsonl" if options.data else None)
    ledger = Ledger(journal)
    repeats = Repeats(options.window, ledger.answers)
    sink = Sink(key=options.key, ledger=ledger, repeats=repeats, failures=Failures(options.now), now=options.now)
    runner = web.AppRunner(application(sink), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        async with dispatching(options, ledger), serving_smtp(sink, HOST, options.smtp_port) as smtp_port:
            await web.TCPSite(runner, HOST, options.port).start()
            yield Doors(f"http://{HOST}:{runner.addresses[0][1]}", smtp_port)
    finally:
        await runner.cleanup()
        journal.close()


def application(sink: Sink) -> web.Application:
    """The routes around a sink."""
    # Other names are refused outside of the pages: these show counts, and a stranger could read them.
    middlewares = [answer_refusals, refuse_other_names, explain_refusals, refuse_other_sites]
    app = web.Application(middlewares=middlewares, client_max_size=BODY_LIMIT)
    app[SINK] = sink
    app.add_routes([*sms.routes(), *mail.routes(), *push.routes(), *pages.routes()])
    return app


@asynccontextmanager
async def dispatching(options: Options, ledger: Ledger) -> AsyncIterator[None]:
    """Send reports meanwhile, if there is a bus."""
    if options.servicebus is None:
        yield
        return
    # Imported here: without a bus its SDK is not needed, and it is slow to load.
    from local.sink.dispatcher import dispatch

    task = asyncio.create_task(dispatch(options.servicebus, options.reports_queue, ledger))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
