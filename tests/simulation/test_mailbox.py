"""Whatever breaks, a message has one effect or waits for a person, goes to nobody else's case, and no storm begins.

CAREBUS_SEEDS says how many seeds: a fifth of the 1,000 unless told, or of the 5,000 in CI.
"""

import os

import pytest

from shared.runtime.store import Delete
from tests.simulation.cloud import Faults
from tests.simulation.mailbox import play

SEEDS = int(os.environ.get("CAREBUS_SEEDS", "1000")) // 5
CHUNK = 100


@pytest.mark.parametrize("start", range(0, SEEDS, CHUNK))
def test_every_message_has_one_effect_under_faults(start: int) -> None:
    seeds = range(start, min(start + CHUNK, SEEDS))
    failed = [(seed, found) for seed in seeds if (found := play(seed)[1])]
    told = "\n".join(f"python -m tests.simulation.mailbox {seed}   # {found[0]}" for seed, found in failed)
    assert not failed, f"{len(failed)} seeds failed; replay one with its trace:\n{told}"


def test_a_calm_world_does_all_there_is_to_do() -> None:
    """Not a fault test: it shows that the simulation does something at all."""
    seen: set[str] = set()
    for seed in range(60):
        world, found = play(seed, Faults())
        assert not found
        changes = [change for _, _, change in world.commits if not isinstance(change, Delete)]
        steps = [change.data for change in changes if "cause" in change.data]
        seen |= {f"{step['kind']} {step['outcome']}" for step in steps}
        seen |= {step["detail"]["reason"] for step in steps if "reason" in step["detail"]}
        seen |= {step["detail"]["thread"] for step in steps if "thread" in step["detail"]}
    assert seen >= {
        "take_activity contact",
        "take_activity opening",
        "take_activity adding",
        "take_activity reopening",
        "take_activity held",
        "take_activity ignored",
        "continue_activity opening",
        "continue_activity adding",
        "continue_activity done",
        "release_activity opening",
        "release_activity ignored",
        "automatic_mail",
        "unknown_sender",
        "too_many",
        "address",
        "reference",
        "number",
    }
