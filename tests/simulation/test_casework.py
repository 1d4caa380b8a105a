"""SLAs add up, ledgers balance, families agree and merges end, whatever goes wrong.

CAREBUS_SEEDS says how many seeds: 1,000 unless told, 5,000 in CI.
"""

import os

import pytest

from shared.runtime.store import Delete
from tests.simulation.casework import play
from tests.simulation.cloud import Faults

SEEDS = int(os.environ.get("CAREBUS_SEEDS", "1000"))
CHUNK = 100


@pytest.mark.parametrize("start", range(0, SEEDS, CHUNK))
def test_casework_adds_up_under_faults(start: int) -> None:
    seeds = range(start, min(start + CHUNK, SEEDS))
    failed = [(seed, found) for seed in seeds if (found := play(seed)[1])]
    told = "\n".join(f"python -m tests.simulation.casework {seed}   # {found[0]}" for seed, found in failed)
    assert not failed, f"{len(failed)} seeds failed; replay one with its trace:\n{told}"


def test_a_calm_world_does_all_there_is_to_do() -> None:
    """Not a fault test: it shows that the simulation does something at all."""
    seen: set[str] = set()
    for seed in range(80):
        world, found = play(seed, Faults())
        assert not found
        changes = [change for _, _, change in world.commits if not isinstance(change, Delete)]
        seen |= {f"{change.data['kind']} {change.data['outcome']}" for change in changes if "cause" in change.data}
        lines = [change.data["state"] for change in changes if change.key.startswith("line:")]
        seen |= {f"{line['detail']['kpi']} {line['outcome']}" for line in lines if line["kind"] == "sla"}
    assert seen >= {
        "create_case opened",
        "first_response warned",
        "first_response failed",
        "first_response succeeded",
        "resolve warned",
        "resolve failed",
        "resolve succeeded",
        "resolve cancelled",
        "charge_case debited",
        "charge_case credited",
        "charge_case refused",
        "attach_case attached",
        "merge_into merged",
        "take_lines absorbed",
        "plan_activity planned",
        "note_activity done",
        "reopen_case in_progress",
        "move_stage stage_entered",
    }
