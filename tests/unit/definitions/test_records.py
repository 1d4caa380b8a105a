"""What a journey may ask of the case and the device that it is about, and where."""

import pytest

from shared.definitions.tiles import BranchTile
from tests.unit.definitions.world import faults, load

HEAD = "journey: j\nstarts_on: {trigger}\ntiles:\n"
BRANCH = "- {{id: ask, branch: [{{when: {{attribute: {path}, op: eq, value: x}}, exit: seen}}]}}\n"
OPEN = "- {id: open, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: high}}}\n"


@pytest.mark.parametrize(
    ("trigger", "tiles"),
    [
        ("case-changed", BRANCH.format(path="case.priority")),
        ("alarm", OPEN + BRANCH.format(path="case.status")),
        ("alarm", BRANCH.format(path="device.model")),
    ],
)
def test_a_branch_may_ask_what_is_known_at_its_place(trigger: str, tiles: str) -> None:
    journey = load(HEAD.format(trigger=trigger) + tiles).journeys["j"]
    assert isinstance(journey.tiles["ask"], BranchTile)


@pytest.mark.parametrize(
    ("trigger", "tiles", "reason"),
    [
        ("alarm", BRANCH.format(path="case.status"), "4: `case.status`: no case is known here"),
        ("alarm", BRANCH.format(path="case.status") + OPEN, "4: `case.status`: no case is known here"),
        ("case-changed", BRANCH.format(path="case.prioritx"), "4: `case.prioritx` is not known here (did you mean"),
    ],
)
def test_a_branch_may_not_ask_what_nobody_knows_there(trigger: str, tiles: str, reason: str) -> None:
    [fault] = faults(HEAD.format(trigger=trigger) + tiles)
    assert fault.startswith(reason)
