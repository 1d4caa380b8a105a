"""A segment's members enter a journey while the host is killed, again and again."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from shared.journeys.messages import WalkSegment
from shared.journeys.segment_walk import ONCE, read_occurrence
from tests.faults.cloud import Cloud
from tests.faults.members import JOURNEY, Crowd
from tests.faults.rest import is_at_rest, queues
from tests.faults.roll_call import RollCall, violations
from tests.faults.waiting import until

BEGUN_SECONDS = 60
REST_SECONDS = 240
A_SECOND = 5
"""Members that enter in one, at least: a machine that has two cores for this alone does five times as many."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What it came to."""

    violations: Sequence[str]
    roll_call: RollCall
    seconds: float
    """From the tick until nothing moved any more."""

    def check(self) -> None:
        """Raise AssertionError with all there is to say where anything is wrong."""
        if self.violations:
            raise AssertionError("\n".join([*self.violations, "", str(self.roll_call)]))

    def __str__(self) -> str:
        members, entering = len(self.roll_call.crowd.members), self.roll_call.entering
        return "\n".join(
            (
                f"{members} members entered in {entering:.1f} s, {members / max(entering, 0.001):.0f} a second;"
                f" all was done {self.seconds:.1f} s after the tick",
                str(self.roll_call),
            )
        )


async def enter_segment(cloud: Cloud, crowd: Crowd, kills: int, seed: int) -> Entered:
    """Let the journey begin and kill the host at random moments of it; then call the roll."""
    patience, began = REST_SECONDS + len(crowd.members) / A_SECOND, time.monotonic()
    await _begin(cloud)
    await _kill(cloud, len(crowd.members), kills, random.Random(seed), patience)

    async def at_rest() -> bool:
        walk = await read_occurrence(cloud.store, JOURNEY, ONCE)
        return walk is not None and walk.finished_at is not None and await is_at_rest(cloud)

    try:
        await until("all have entered and gone through", at_rest, patience)
    except Exception as error:
        error.add_note(str(await RollCall.read(cloud, crowd)))
        raise
    seconds = time.monotonic() - began
    roll_call = await RollCall.read(cloud, crowd)
    return Entered(violations(roll_call), roll_call, seconds)


async def _begin(cloud: Cloud) -> None:
    """Begin it as the timer does, without waiting for the minute; and twice, which must not make two of it."""
    await cloud.tick()
    await cloud.tick()

    async def begun() -> bool:
        return await read_occurrence(cloud.store, JOURNEY, ONCE) is not None

    await until("the occurrence begins", begun, BEGUN_SECONDS)


async def _kill(cloud: Cloud, members: int, number: int, rng: random.Random, within: float) -> None:
    for moment in sorted(rng.randrange(members // 20, members) for _ in range(number)):

        async def is_there(moment: int = moment) -> bool:
            return await _handled(cloud) >= moment

        await until(f"{moment} messages were handled", is_there, within)
        # Anywhere on the way of the messages in hand.
        await asyncio.sleep(rng.uniform(0, 0.2))
        await cloud.crash_host()


async def _handled(cloud: Cloud) -> int:
    """Count the messages of runs and pages that are through: some more than there are members."""
    steps = (await queues(cloud))[WalkSegment.queue]
    return steps["sent"] - steps["active"] - steps["locked"] - steps["scheduled"]
