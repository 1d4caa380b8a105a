"""Thousands of seeds of the whole system under faults. CAREBUS_SEEDS says how many: 1,000 unless told, 5,000 in CI."""

import os

import pytest

from shared.runtime.store import Delete
from tests.simulation.cloud import Faults
from tests.simulation.simulate import failing, simulate
from tests.simulation.world import World

SEEDS = int(os.environ.get("CAREBUS_SEEDS", "1000"))
CHUNK = 100


@pytest.mark.parametrize("start", range(0, SEEDS, CHUNK))
def test_invariants_hold_under_faults(start: int) -> None:
    failed = failing(range(start, min(start + CHUNK, SEEDS)))
    told = "\n".join(f"python -m tests.simulation.simulate {seed}   # {found[0]}" for seed, found in failed)
    assert not failed, f"{len(failed)} seeds failed; replay one with its trace:\n{told}"


def test_a_seed_replays_to_the_letter() -> None:
    first, again = simulate(7)[0], simulate(7)[0]
    assert first.log == again.log
    assert len(first.log) > 100


def test_a_calm_world_tells_the_whole_story() -> None:
    """Not a fault test: it shows that the simulation does something at all."""
    kinds: set[str] = set()
    channels: set[str] = set()
    for seed in range(20):
        world, found = simulate(seed, Faults())
        assert not found
        channels |= {message.channel for message in world.provider.inner.accepted}
        kinds |= _kinds(world)
    assert channels == {"sms", "email", "push"}
    assert kinds >= {
        "enter_journey",
        "answered",
        "awaited",
        "time_up",
        "bind_alert",
        "claim_guard",
        "create_case",
        "resolve_case",
        "cancel_case",
        "change_status",
        "reopen_case",
        "put_contact",
        "put_push_subscription",
        "put_device",
    }


def _kinds(world: World) -> set[str]:
    changes = (change for _, _, change in world.commits if not isinstance(change, Delete))
    return {change.data["kind"] for change in changes if "kind" in change.data}
