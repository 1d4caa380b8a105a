"""Bus messages and table requests of one story, on real parts, against the gate of DESIGN.md 1."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from rich.progress import track
from rich.table import Table

from bench import world
from bench.access_log import LOG_SECONDS, AccessLog
from bench.driver import OPENING, WHOLE, Driver, Stories, Story
from bench.part import Bench, Line, Part
from local.cloud.cloud import Cloud

STORIES, QUICK_STORIES = 10, 3
GATE = {"messages": 4 + 3 + 2, "requests": 27}
"""DESIGN.md 1 says 26; the report of an e-mail reads one row more, see docs/decisions."""


@dataclass
class Costs:
    """Sums over all stories."""

    messages: Counter[str] = field(default_factory=Counter)
    opening: Counter[str] = field(default_factory=Counter)
    """Table requests from webhook to SMS delivered."""
    resolving: Counter[str] = field(default_factory=Counter)
    """Table requests from resolve to e-mail delivered."""
    requests: list[int] = field(default_factory=list)
    """All table requests, a number for each story."""


async def measure(bench: Bench) -> Part:
    """Tell stories one after the other, and count."""
    number = QUICK_STORIES if bench.is_quick else STORIES
    async with world.running(world.copied(await world.base(bench), "story")) as (cloud, driver):
        costs = await cloud.during(_counted(cloud, driver, number, bench))
    bench.console.print(_table(costs, number))
    # The median: where a report overtakes the note that its message was sent, a story has a conflict more.
    found = {"messages": costs.messages.total() / number, "requests": median(costs.requests)}
    lines = [Line(f"{name} a story", found[name], at_most=limit, is_gate=True) for name, limit in GATE.items()]
    figures = {"messages": costs.messages, "opening": costs.opening, "resolving": costs.resolving}
    return Part(lines, {"stories": number, **figures})


async def _counted(cloud: Cloud, driver: Driver, number: int, bench: Bench) -> Costs:
    log, stories = AccessLog(cloud.folder / "logs" / "azurite.log"), Stories(world.PEOPLE)
    await driver.tell(stories.next(1))  # opens the connections, makes the tables
    costs = Costs()
    for story in track(stories.next(number), "Stories", console=bench.console):
        await _tell(driver, story, log, costs)
    return costs


async def _tell(driver: Driver, story: Story, log: AccessLog, costs: Costs) -> None:
    before = await driver.sent()
    await asyncio.sleep(LOG_SECONDS)
    log.since_last_look()
    await driver.report(story)
    await driver.until_quiet(before, OPENING)
    await asyncio.sleep(LOG_SECONDS)
    opening = log.since_last_look()
    await driver.resolve([story])
    await driver.until_quiet(before, WHOLE)
    await asyncio.sleep(LOG_SECONDS)
    resolving = log.since_last_look()
    costs.opening += opening
    costs.resolving += resolving
    costs.requests.append(opening.total() + resolving.total())
    costs.messages += await driver.sent() - before


def _table(costs: Costs, number: int) -> Table:
    table = Table(title=f"One story, counted over {number}")
    table.add_column("operation")
    table.add_column("per story", justify="right")
    for title, counted in (
        ("bus messages", costs.messages),
        ("table requests, webhook to SMS delivered", costs.opening),
        ("table requests, resolve to e-mail delivered", costs.resolving),
    ):
        table.add_section()
        table.add_row(title, f"{counted.total() / number:.1f}", style="bold")
        for name, count in sorted(counted.items()):
            if count:
                table.add_row(f"    {name}", f"{count / number:.1f}")
    return table
