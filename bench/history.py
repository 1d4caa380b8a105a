"""What a story costs with ten times the history: cases, runs and deliveries of the same customer and of others.

Two clouds side by side, one with ten times as many stories behind it, told in full beforehand; rounds in turn. What a
round adds to the younger one is told to the older one ten times before the next, so that every round begins at ten.
"""

import asyncio
import time
from dataclasses import dataclass
from statistics import median

from rich.progress import track

from bench import world
from bench.access_log import LOG_SECONDS, AccessLog
from bench.driver import Driver, Stories
from bench.part import Bench, Line, Part
from local.cloud.cloud import Cloud

TIMES = 10
PEOPLE = 10
BEHIND, QUICK_BEHIND = 40, 2
"""Stories behind the younger one."""
AT_MOST = 1.1
ROUNDS, QUICK_ROUNDS = 9, 1
STORIES = PEOPLE
"""In each round, one of each person."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one story, with so many behind it."""

    behind: int
    requests: float
    seconds: float


async def measure(bench: Bench) -> Part:
    base = await world.base(bench)
    behind = QUICK_BEHIND if bench.is_quick else BEHIND
    async with (
        world.running(world.copied(base, "young")) as (young, young_driver),
        world.running(world.copied(base, "old")) as (old, old_driver),
    ):
        sides = (_Side(young, young_driver), _Side(old, old_driver))
        return _part(*await young.during(old.during(_rounds(bench, sides, behind))))


class _Side:
    def __init__(self, cloud: Cloud, driver: Driver) -> None:
        self._driver = driver
        self.behind = 0
        """Stories told so far."""
        self._stories = Stories(PEOPLE)
        self._log = AccessLog(cloud.folder / "logs" / "azurite.log")

    async def tell(self, number: int) -> None:
        await self._driver.tell(self._stories.next(number))
        self.behind += number

    async def cost(self) -> Cost:
        behind = self.behind
        await asyncio.sleep(LOG_SECONDS)
        self._log.since_last_look()
        began = time.perf_counter()
        await self.tell(STORIES)
        seconds = time.perf_counter() - began
        await asyncio.sleep(LOG_SECONDS)
        return Cost(behind, self._log.since_last_look().total() / STORIES, seconds / STORIES)


async def _rounds(bench: Bench, sides: tuple[_Side, _Side], behind: int) -> tuple[list[Cost], list[Cost]]:
    young, old = sides
    bench.console.print(f"History: telling {behind} and {TIMES * behind} stories ...")
    await young.tell(behind)
    found: tuple[list[Cost], list[Cost]] = ([], [])
    for turn in track(range(QUICK_ROUNDS if bench.is_quick else ROUNDS), "History", console=bench.console):
        await old.tell(TIMES * young.behind - old.behind)
        for which in (turn % 2, 1 - turn % 2):
            found[which].append(await sides[which].cost())
    return found


def _part(young: list[Cost], old: list[Cost]) -> Part:
    pairs = list(zip(young, old, strict=True))
    requests = [long.requests / short.requests for short, long in pairs]
    seconds = [long.seconds / short.seconds for short, long in pairs]
    lines = [
        Line(f"{TIMES} times the history: table requests", median(requests), at_most=AT_MOST),
        Line(f"{TIMES} times the history: time", median(seconds), at_most=AT_MOST),
    ]
    behind = [(short.behind, long.behind) for short, long in pairs]
    return Part(lines, {"stories_behind": behind, "requests": requests, "time": seconds})
