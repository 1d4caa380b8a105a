"""What somebody who runs a soak by hand sees: how far it is, and what it came to."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
from rich.console import Console
from rich.live import Live
from rich.table import Table

from tests.faults.rest import queues
from tests.faults.soak import Result, Soak
from tests.faults.tally import Tally

LOOK_AGAIN = 2.0
PATIENCE = 3.0
"""What stands still does not answer; its last answer stays on the screen."""


@asynccontextmanager
async def watching(soak: Soak, console: Console) -> AsyncIterator[None]:
    """Show meanwhile how far it is; into a file, a line now and then."""
    seen: dict[str, Any] = {"SMS": 0, "e-mails": 0, "backlog": 0}
    with Live(console=console, auto_refresh=False) as live:

        async def watch() -> None:
            while True:
                await _look(soak, seen)
                live.update(_progress(soak, seen), refresh=True)
                await asyncio.sleep(LOOK_AGAIN)

        task = asyncio.create_task(watch())
        try:
            yield
        finally:
            task.cancel()


async def _look(soak: Soak, seen: dict[str, Any]) -> None:
    async def ask(question: Callable[[], Awaitable[Any]]) -> Any:
        with suppress(aiohttp.ClientError, TimeoutError):
            return await asyncio.wait_for(question(), PATIENCE)

    inbox = await ask(soak.cloud.sink.inbox)
    if inbox is not None:
        seen["SMS"] = sum(message["channel"] == "sms" for message in inbox)
        seen["e-mails"] = len(inbox) - seen["SMS"]
    counts = await ask(lambda: queues(soak.cloud))
    if counts is not None:
        seen["backlog"] = sum(each["active"] + each["locked"] for each in counts.values())


def _progress(soak: Soak, seen: dict[str, Any]) -> Table:
    elapsed = time.monotonic() - soak.began
    table = Table(title=f"Soak, seed {soak.seed}: {soak.phase}", show_header=False)
    table.add_row("elapsed", f"{elapsed:.0f} s, faults until {soak.seconds:.0f} s")
    table.add_row("events", f"{len(soak.alerts)} different, {soak.taken} taken, repeats counted")
    for name, number in {**seen, "cases resolved": len(soak.desk.resolved)}.items():
        table.add_row(name, str(number))
    table.add_row("faults", ", ".join(f"{name} {number}" for name, number in sorted(soak.chaos.happened.items())))
    table.add_row("going on", ", ".join(soak.chaos.going_on))
    return table


def closing(soak: Soak, result: Result) -> Table:
    """Return the table that says it all."""
    it = result.evidence
    table = Table(title=f"Soak of {soak.seconds / 60:.1f} minutes, seed {soak.seed}")
    for column in ("", "owed", "received", "outcome unknown", "doubled", "lost"):
        table.add_column(column, justify="right" if column else "left")
    for channel, name in (("sms", "SMS"), ("email", "e-mails")):
        table.add_row(name, *map(str, Tally.of(it, channel)))
    table.add_section()
    cases, resolved = len(it.ledger.cases), len(it.resolved)
    table.add_row("events", str(len(set(it.alerts))), f"sent {soak.taken} times")
    table.add_row("cases", str(len(it.errors)), f"{cases}, {resolved} resolved")
    table.add_section()
    for name, number in sorted(soak.chaos.happened.items()):
        table.add_row(name, str(number))
    table.add_section()
    table.add_row("faults", str(soak.chaos.happened.total()), f"at rest after {result.rest:.0f} s")
    table.add_row("violations", str(len(result.violations)))
    return table
