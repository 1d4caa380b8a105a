"""Run seeds: `python -m tests.simulation.simulate SEED` replays one and prints its trace."""

import random
import sys

from tests.simulation.audit import violations
from tests.simulation.cloud import Faults
from tests.simulation.story import LAST, report, tell, tick
from tests.simulation.world import World


def simulate(seed: int, faults: Faults | None = None) -> tuple[World, list[str]]:
    """Play a story under faults, then let the world come to rest, and audit it."""
    world = World(seed, faults or Faults.drawn(random.Random(seed)))
    story = tell(world)
    for hours in (1, 4, 9):
        world.plan(3600 * hours, lambda hours=hours: report(world, hours))  # type: ignore[misc]
    try:
        world.run()
        world.calm()
        world.redrive()
        report(world, LAST)
        world.run()
        for _ in range(3):
            tick(world)
            world.run()
    except Exception as error:
        return world, [f"the world broke: {type(error).__name__}: {error}"]
    return world, violations(world, story)


def failing(seeds: range) -> list[tuple[int, list[str]]]:
    """Return the seeds that violate something, with what they violate."""
    return [(seed, found) for seed in seeds if (found := simulate(seed)[1])]


def main() -> int:
    seed = int(sys.argv[1])
    world, found = simulate(seed)
    print("\n".join(world.log))
    print(f"\nseed {seed}, {world.deliveries} deliveries, faults {world.faults}")
    print("\n".join(found) or "no violation")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
