"""Bus messages and table requests of one story, on real parts, against the sum of what each of its steps must cost."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

from rich.progress import track
from rich.table import Table

from bench import driver as drivers
from bench import world
from bench.access_log import LOG_SECONDS, AccessLog
from bench.driver import WHOLE, Driver, Stories, Story
from bench.part import Bench, Line, Part
from local.cloud.cloud import Cloud

STORIES, QUICK_STORIES = 10, 3
MESSAGES = 4 + 3 + 2
"""To the SMS, to the e-mail, and two delivery reports."""


class Owed(NamedTuple):
    """What one step of the story must cost in table requests."""

    step: str
    rows: int
    """Reads and transactions of the step itself."""
    what: str
    tallies: int
    """Transactions in which it is counted."""

    @property
    def requests(self) -> int:
        return self.rows + self.tallies


OPENING = (
    Owed("the error starts a run", 2, "device; head, run and step", 1),
    Owed("a case is opened", 6, "guard and alert; case; its lines in two lists and a timeline; entitlements", 1),
    Owed("the answer moves the run", 2, "run; run and step", 1),
    Owed("the SMS is sent", 3, "contact; delivery twice: before the call and after it", 1),
    Owed("the SMS is delivered", 2, "delivery twice", 1),
)
RESOLVING = (
    Owed("the case is resolved", 7, "case twice; its lines in two lists, each twice, and in a timeline", 1),
    Owed("that starts a run", 1, "head, run and step", 1),
    Owed("the e-mail is sent", 4, "contact; delivery twice; whose the provider's id is", 1),
    Owed("the e-mail is delivered", 3, "whose it is; delivery twice", 1),
)
"""Why it is so much: docs/decisions/what-does-a-story-cost.md."""


@dataclass
class Costs:
    """What all stories came to."""

    messages: Counter[str] = field(default_factory=Counter)
    """Sums by queue."""
    opening: list[Counter[str]] = field(default_factory=list)
    """Table requests from webhook to SMS delivered, of each story."""
    resolving: list[Counter[str]] = field(default_factory=list)
    """Table requests from resolve to e-mail delivered, of each story."""


async def measure(bench: Bench) -> Part:
    """Tell stories one after the other, and count."""
    number = QUICK_STORIES if bench.is_quick else STORIES
    async with world.running(world.copied(await world.base(bench), "story")) as (cloud, driver):
        costs = await cloud.during(_counted(cloud, driver, number, bench))
    bench.console.print(_owed())
    bench.console.print(_table(costs, number))
    return Part(_lines(costs, number), _figures(costs, number))


def _lines(costs: Costs, number: int) -> list[Line]:
    """Compare medians: where a report overtakes the note that its message was sent, a story has a conflict more."""
    halves = [("webhook to SMS delivered", costs.opening, OPENING), ("resolve to e-mail", costs.resolving, RESOLVING)]
    found = [(what, [each.total() for each in counted], owed) for what, counted, owed in halves]
    whole = [sum(both) for both in zip(*(totals for _, totals, _ in found), strict=True)]
    return [
        Line("messages a story", costs.messages.total() / number, exactly=MESSAGES, is_gate=True),
        Line("requests a story", median(whole), exactly=_sum((*OPENING, *RESOLVING)), is_gate=True),
        *(Line(f"    {what}", median(totals), exactly=_sum(owed), is_gate=True) for what, totals, owed in found),
    ]


def _sum(owed: Iterable[Owed]) -> int:
    return sum(each.requests for each in owed)


def _figures(costs: Costs, number: int) -> dict[str, Any]:
    opening, resolving = sum(costs.opening, Counter[str]()), sum(costs.resolving, Counter[str]())
    return {"stories": number, "messages": costs.messages, "opening": opening, "resolving": resolving}


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
    await driver.until_quiet(before, drivers.OPENING)
    await asyncio.sleep(LOG_SECONDS)
    opening = log.since_last_look()
    await driver.resolve([story])
    await driver.until_quiet(before, WHOLE)
    await asyncio.sleep(LOG_SECONDS)
    resolving = log.since_last_look()
    costs.opening.append(opening)
    costs.resolving.append(resolving)
    costs.messages += await driver.sent() - before


def _owed() -> Table:
    """Say line by line what makes up the gate."""
    table = Table(title="What a story must cost in table requests", show_footer=True)
    every = (*OPENING, *RESOLVING)
    table.add_column("step", "all")
    table.add_column("rows", str(sum(each.rows for each in every)), justify="right")
    table.add_column("which")
    table.add_column("counters", str(sum(each.tallies for each in every)), justify="right")
    table.add_column("requests", str(_sum(every)), justify="right")
    for part in (OPENING, RESOLVING):
        table.add_section()
        for each in part:
            table.add_row(each.step, str(each.rows), each.what, str(each.tallies), str(each.requests))
    return table


def _table(costs: Costs, number: int) -> Table:
    figures = _figures(costs, number)
    table = Table(title=f"One story, counted over {number}")
    table.add_column("operation")
    table.add_column("per story", justify="right")
    for title, counted in (
        ("bus messages", figures["messages"]),
        ("table requests, webhook to SMS delivered", figures["opening"]),
        ("table requests, resolve to e-mail delivered", figures["resolving"]),
    ):
        table.add_section()
        table.add_row(title, f"{counted.total() / number:.1f}", style="bold")
        for name, count in sorted(counted.items()):
            if count:
                table.add_row(f"    {name}", f"{count / number:.1f}")
    return table
