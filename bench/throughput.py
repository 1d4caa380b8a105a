"""Stories a second and CPU of the worker, over a replay of the same SDK calls without our code; in turn, in one run.

Two clouds that begin as copies of one: in the one the Functions host runs the app, in the other `bench.replay` makes
the calls that were recorded. Both get the same load from the same driver: all webhooks of a round, 16 at a time, then
all resolutions; the clock runs until every report has come back. Who is first changes from round to round.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.progress import track

from bench import world
from bench.access_log import LOG_SECONDS, AccessLog
from bench.driver import Driver, Stories, Story
from bench.part import Bench, Line, Part
from local.cloud.cloud import Cloud

ROUNDS, QUICK_ROUNDS = 7, 1
STORIES, QUICK_STORIES = 60, 2
"""In each round."""
TAPE = "tape.jsonl"


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of one side came to, for each story."""

    seconds: float
    cpu: float
    requests: float
    """Table requests: conflicts and late reports may cost the host a few more."""


@dataclass(frozen=True, slots=True)
class Side:
    """A cloud under load, and what must be done before the clock starts."""

    cloud: Cloud
    driver: Driver
    prepare: Callable[[Sequence[Story]], Awaitable[None]]

    async def play(self, stories: Sequence[Story]) -> Round:
        await self.prepare(stories)
        log = AccessLog(self.cloud.folder / "logs" / "azurite.log")
        cpu, began = world.worker_cpu(self.cloud), time.perf_counter()
        await self.driver.tell(stories)
        seconds, cpu = time.perf_counter() - began, world.worker_cpu(self.cloud) - cpu
        await asyncio.sleep(LOG_SECONDS)
        number = len(stories)
        return Round(seconds / number, cpu / number, log.since_last_look().total() / number)


async def measure(bench: Bench) -> Part:
    """Record a story, then play it on both sides."""
    stories = Stories(world.PEOPLE)
    (recorded,) = stories.next(1)
    begin, tape = world.copied(await world.base(bench), "recorded"), bench.folder / TAPE
    async with world.running(begin, world.service("bench.recording", tape)) as (cloud, driver):
        # One before it makes the tables.
        for each in (stories.next(1), [recorded]):
            await cloud.during(driver.tell(each))
    async with _both(begin, tape, recorded) as sides:
        ours, bare = (side.cloud for side in sides)
        return _part(*await ours.during(bare.during(_rounds(bench, sides, stories))))


@asynccontextmanager
async def _both(begin: Path, tape: Path, recorded: Story) -> AsyncIterator[tuple[Side, Side]]:
    replay = world.service("bench.replay", tape, recorded.person.number, recorded.code)
    async with (
        world.running(world.copied(begin, "ours")) as (ours, our_driver),
        world.running(world.copied(begin, "bare"), replay) as (bare, bare_driver),
    ):

        async def nothing(_: Sequence[Story]) -> None:
            """Our app needs nobody to tell it what comes."""

        async def scripts(stories: Sequence[Story]) -> None:
            await bare_driver.ask("/prepare", [[story.person.number, story.code] for story in stories])

        yield Side(ours, our_driver, nothing), Side(bare, bare_driver, scripts)


async def _rounds(bench: Bench, sides: tuple[Side, Side], stories: Stories) -> tuple[list[Round], list[Round]]:
    rounds, number = (QUICK_ROUNDS, QUICK_STORIES) if bench.is_quick else (ROUNDS, STORIES)
    found: tuple[list[Round], list[Round]] = ([], [])
    # The first one opens connections and fills caches.
    for turn in track(range(rounds + 1), "Throughput", console=bench.console):
        these = stories.next(number)
        for which in (turn % 2, 1 - turn % 2):
            found[which].append(await sides[which].play(these))
    return found[0][1:], found[1][1:]


def _part(ours: list[Round], bare: list[Round]) -> Part:
    pairs = list(zip(ours, bare, strict=True))
    throughput = [theirs.seconds / own.seconds for own, theirs in pairs]
    cpu = [own.cpu / theirs.cpu for own, theirs in pairs]
    lines = [
        Line("throughput, of a bare replay of its SDK calls", median(throughput), at_least=0.75),
        Line("CPU of the worker, of the same replay", median(cpu), at_most=1.25),
    ]
    figures = {
        "throughput_over_bare": throughput,
        "cpu_over_bare": cpu,
        "stories_a_second": {"ours": [1 / each.seconds for each in ours], "bare": [1 / each.seconds for each in bare]},
        "table_requests": {"ours": [each.requests for each in ours], "bare": [each.requests for each in bare]},
        "cpu_milliseconds": {"ours": [1e3 * each.cpu for each in ours], "bare": [1e3 * each.cpu for each in bare]},
    }
    return Part(lines, figures)
