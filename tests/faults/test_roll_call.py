"""The roll call sees each way in which a member could be lost, doubled or miscounted."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.journeys.segment_walk import ONCE, Occurrence
from tests.faults.members import JOURNEY, SEGMENT, WAITED, Crowd
from tests.faults.roll_call import RollCall, violations

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
FIRST = {
    "id": "R1",
    "contact": "M-00000",
    "status": "exited",
    "reason": WAITED,
    "choices": {"half": "1"},
    "entered_at": NOW.isoformat(),
}
SECOND = FIRST | {"id": "R2", "contact": "M-00001", "status": "completed", "reason": "", "choices": {"half": "2"}}
COUNTED = {
    ".entered": 2,
    ".running": 0,
    ".exited": 1,
    f".exited:{WAITED}": 1,
    ".completed": 1,
    "half.in": 2,
    "half.processed": 2,
    "half.way:1": 1,
    "half.way:2": 1,
    "pause.in": 1,
    "pause.waiting": 0,
    "pause.processed": 1,
    "left.in": 1,
    "left.exited": 1,
    "call.in": 1,
    "call.processed": 1,
}
WALK = Occurrence(JOURNEY, ONCE, SEGMENT, NOW, pages=16, entered=2, finished_at=NOW)
QUIET = {"active": 0, "scheduled": 0, "locked": 0, "deadletter": 0}
GOOD = RollCall(
    crowd=Crowd(2),
    runs=[FIRST, SECOND],
    steps={"R1": 2, "R2": 1},
    tasks=[{"run": "R2"}],
    occurrence=WALK,
    counted=COUNTED,
    listed=0,
    rejected=0,
    queues={"journey-steps": QUIET},
)
WRONG: dict[str, dict[str, Any]] = {
    "a member who was lost": {"runs": [FIRST]},
    "a member who entered twice": {"runs": [FIRST, SECOND, SECOND | {"id": "R3"}]},
    "somebody who is no member": {"runs": [FIRST, SECOND, SECOND | {"id": "R3", "contact": "O-00000"}]},
    "a run that still waits": {"runs": [FIRST | {"status": "running", "reason": ""}, SECOND]},
    "a run that ended another way": {"runs": [FIRST, SECOND | {"status": "exited", "reason": WAITED}]},
    "a step too many": {"steps": {"R1": 3, "R2": 1}},
    "a step too few": {"steps": {"R1": 1, "R2": 1}},
    "a task too many": {"tasks": [{"run": "R2"}, {"run": "R2"}]},
    "a task too few": {"tasks": []},
    "an entry counted twice": {"counted": COUNTED | {".entered": 3}},
    "a wait that is still counted": {"counted": COUNTED | {"pause.waiting": 1}},
    "a tile that nobody came to": {"counted": COUNTED | {"other.in": 1}},
    "somebody on the list of those that wait": {"listed": 1},
    "no occurrence": {"occurrence": None},
    "an occurrence that goes on": {"occurrence": replace(WALK, finished_at=None)},
    "an occurrence that counted wrongly": {"occurrence": replace(WALK, entered=3)},
    "a message that was rejected": {"rejected": 1},
    "a message that crashed ten times": {"queues": {"journey-steps": QUIET | {"deadletter": 1}}},
}


def test_what_is_as_promised_is_no_violation() -> None:
    assert violations(GOOD) == []


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_seen(what: str) -> None:
    assert violations(replace(GOOD, **WRONG[what]))
