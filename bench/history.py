"""What a story costs with ten times the history: cases, runs and deliveries of the same customer and of others.

Two clouds side by side, one with ten times as many stories behind it, told in full beforehand; rounds in turn.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rich.progress import track

from bench import world
from bench.access_log import LOG_SECONDS, AccessLog
from bench.driver import Driver, Stories, Story
from bench.part import Bench, Line, Part
from local.cloud.cloud import Cloud

TIMES = 10
PEOPLE = 10
BEHIND, QUICK_BEHIND = 40, 2
"""Stories behind the younger one."""
ROUNDS, QUICK_ROUNDS = 9, 1
STORIES = PEOPLE
"""In each round, one of each person."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one story."""

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
        self.driver = driver
        self.stories = Stories(PEOPLE)
        self._log = AccessLog(cloud.folder / "logs" / "azurite.log")

    async def cost(self, stories: Sequence[Story]) -> Cost:
        await asyncio.sleep(LOG_SECONDS)
        self._log.since_last_look()
        began = time.perf_counter()
        await self.driver.tell(stories)
        seconds = time.perf_counter() - began
        await asyncio.sleep(LOG_SECONDS)
        return Cost(self._log.since_last_look().total() / len(stories), seconds / len(stories))


async def _rounds(bench: Bench, sides: tuple[_Side, _Side], behind: int) -> tuple[list[Cost], list[Cost]]:
    bench.console.print(f"History: telling {behind} and {TIMES * behind} stories ...")
    for side, number in zip(sides, (behind, TIMES * behind), strict=True):
        await side.driver.tell(side.stories.next(number))
    found: tuple[list[Cost], list[Cost]] = ([], [])
    for turn in track(range(QUICK_ROUNDS if bench.is_quick else ROUNDS), "History", console=bench.console):
        for which in (turn % 2, 1 - turn % 2):
            found[which].append(await sides[which].cost(sides[which].stories.next(STORIES)))
    return found


def _part(young: list[Cost], old: list[Cost]) -> Part:
    pairs = list(zip(young, old, strict=True))
    requests = [long.requests / short.requests for short, long in pairs]
    seconds = [long.seconds / short.seconds for short, long in pairs]
    lines = [
        Line(f"{TIMES} times the history: table requests", median(requests), at_most=1.1),
        Line(f"{TIMES} times the history: time", median(seconds)),
    ]
    return Part(lines, {"requests": requests, "time": seconds})
