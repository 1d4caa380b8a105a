"""From webhook to SMS at ten stories a second, whatever becomes of them: an open loop.

A story's clock starts when it is due, not when it could be sent, so that nothing is left out while the system is busy.
It stops when the channel sink says it has accepted the SMS.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median, quantiles

from bench import world
from bench.driver import OPENING, Driver, Stories, Story
from bench.part import Bench, Line, Part

STORIES_A_SECOND = 10
STORIES, QUICK_STORIES = 300, 5
WARM_UP = 20


async def measure(bench: Bench) -> Part:
    stories = Stories(world.PEOPLE)
    async with world.running(world.copied(await world.base(bench), "latency")) as (cloud, driver):
        await cloud.during(driver.tell(stories.next(WARM_UP)))
        number = QUICK_STORIES if bench.is_quick else STORIES
        bench.console.print(f"Latency: {number} stories, {STORIES_A_SECOND} a second ...")
        return _part(await cloud.during(_latencies(driver, stories.next(number))))


async def _latencies(driver: Driver, stories: Sequence[Story]) -> list[float]:
    """Return seconds from due time to SMS, a story each."""
    before = await driver.sent()
    due: dict[str, datetime] = {}
    began = time.time()  # by the clock that the sink reads
    async with asyncio.TaskGroup() as group:
        for number, story in enumerate(stories):
            moment = began + number / STORIES_A_SECOND
            await asyncio.sleep(moment - time.time())
            due[story.delivery] = datetime.fromtimestamp(moment, UTC)
            group.create_task(driver.report(story))
    await driver.until_quiet(before, OPENING * len(stories))
    received = {
        message["tag"].rpartition("~")[2]: message["received_at"]
        for message in await driver.inbox()
        if "tag" in message
    }
    return [(datetime.fromisoformat(received[delivery]) - at).total_seconds() for delivery, at in due.items()]


def _part(seconds: list[float]) -> Part:
    percentiles = quantiles(seconds, n=100, method="inclusive")
    p50, p99 = median(seconds), percentiles[98]
    lines = [
        Line(f"webhook to SMS, {STORIES_A_SECOND} a second: p99 over p50", p99 / p50, at_most=3.0),
        Line("    p50", 1e3 * p50, "ms"),
        Line("    p99", 1e3 * p99, "ms"),
    ]
    return Part(lines, {"stories_a_second": STORIES_A_SECOND, "stories": len(seconds), "percentiles": percentiles})
