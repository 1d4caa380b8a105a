"""Cases come to agents, whatever goes wrong: no slot too many or leaked, and nobody waits for somebody who is free.

CAREBUS_SEEDS says how many seeds: 1,000 unless told, 5,000 in CI.
"""

import os

import pytest

from shared.runtime.store import Delete
from tests.simulation.cloud import Faults
from tests.simulation.staff import play

SEEDS = int(os.environ.get("CAREBUS_SEEDS", "1000"))
CHUNK = 100


@pytest.mark.parametrize("start", range(0, SEEDS, CHUNK))
def test_no_slot_leaks_and_no_case_waits_for_nothing_under_faults(start: int) -> None:
    seeds = range(start, min(start + CHUNK, SEEDS))
    failed = [(seed, found) for seed in seeds if (found := play(seed)[1])]
    told = "\n".join(f"python -m tests.simulation.staff {seed}   # {found[0]}" for seed, found in failed)
    assert not failed, f"{len(failed)} seeds failed; replay one with its trace:\n{told}"


def test_a_calm_world_does_all_there_is_to_do() -> None:
    """Not a fault test: it shows that the simulation does something at all."""
    seen: set[str] = set()
    for seed in range(40):
        world, found = play(seed, Faults())
        assert not found
        changes = [change for _, _, change in world.commits if not isinstance(change, Delete)]
        seen |= {f"{change.data['kind']} {change.data['outcome']}" for change in changes if "cause" in change.data}
    assert seen >= {
        "create_case opened",
        "seek_agent noted",
        "take_slot taken",
        "take_slot handed_on",
        "seek_cases found",
        "free_slot freed",
        "give_case assigned",
        "give_case picked",
        "release_case released",
        "route_case routed",
        "route_case stays",
        "move_to_queue queued",
        "keep_waiting nobody",
        "pick_case refused",
        "assign_case refused",
    }
