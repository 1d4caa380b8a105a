"""The audit sees each way in which the promise could be broken: a check that never fails proves nothing."""

from dataclasses import replace
from typing import Any

import pytest

from tests.faults.alerts import Alert
from tests.faults.audit import End, violations
from tests.faults.ledger import FOLLOWING, JOURNEY, Ledger
from tests.faults.people import Person

ALERT = Alert("alert-1", Person(1))
RUN = {"id": "R", "journey": JOURNEY, "event": ALERT.event, "status": "completed", "reason": ""}
WAIT = {"id": "W", "journey": FOLLOWING, "event": "E", "status": "running", "reason": "", "attributes": {"case": "K"}}
CASE = {"id": "K", "device": "D-0001", "error_code": 11, "status": "active"}
DELIVERY = {"id": "X", "contact": "C-0001", "state": "delivered", "reason": ""}
SMS = {"channel": "sms", "tag": "C-0001~X"}
QUIET = {"active": 0, "scheduled": 0, "locked": 0, "deadletter": 0}
GOOD = Ledger(
    runs=[RUN, WAIT],
    cases={"K": CASE},
    guards={("D-0001", "11"): {"count": 1}},
    deliveries={"X": DELIVERY},
    open_list={"K"},
    rejected=[],
    unmatched=[],
    inbox=[SMS],
    queues={"send-sms": QUIET},
)
WRONG: dict[str, dict[str, Any]] = {
    "no run": {"runs": [WAIT]},
    "two runs": {"runs": [RUN, RUN, WAIT]},
    "a run of nothing": {"runs": [RUN, RUN | {"event": "other"}, WAIT]},
    "a run that goes on": {"runs": [RUN | {"status": "running"}, WAIT]},
    "a run that gave up": {"runs": [RUN | {"status": "exited", "reason": "no_answer"}, WAIT]},
    "no case": {"cases": {}},
    "two cases": {"cases": {"K": CASE, "L": CASE | {"id": "L"}}},
    "a case of nothing": {"cases": {"K": CASE, "L": CASE | {"id": "L", "device": "D-0002"}}},
    "a case that is not listed": {"open_list": set()},
    "an alert that was not counted": {"guards": {}},
    "an alert that was counted twice": {"guards": {("D-0001", "11"): {"count": 2}}},
    "nobody waits beside the case": {"runs": [RUN]},
    "two wait beside the case": {"runs": [RUN, WAIT, WAIT]},
    "no delivery": {"deliveries": {}},
    "two deliveries": {"deliveries": {"X": DELIVERY, "Y": DELIVERY | {"id": "Y"}}},
    "a delivery that failed": {"deliveries": {"X": DELIVERY | {"state": "failed", "reason": "outcome_unknown"}}},
    "no SMS": {"inbox": []},
    "two SMS": {"inbox": [SMS, SMS]},
    "an SMS of nothing": {"inbox": [SMS, {"channel": "sms", "tag": "C-0001~Y"}]},
    "a refusal": {"rejected": [{"reason": "malformed_json"}]},
    "an event nobody takes": {"unmatched": [{"reason": "no_audience"}]},
    "a dead letter": {"queues": {"send-sms": QUIET | {"deadletter": 1}}},
}


def test_nothing_is_wrong_with_a_good_ledger() -> None:
    assert violations([ALERT], GOOD) == []
    assert violations([ALERT, ALERT], GOOD) == []


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_seen(what: str) -> None:
    assert violations([ALERT], replace(GOOD, **WRONG[what]))


def test_a_delivery_may_fail_only_as_it_must() -> None:
    failed = replace(GOOD, deliveries={"X": DELIVERY | {"state": "failed", "reason": "provider_rejected"}}, inbox=[])
    ends = {"C-0001": End("failed", "provider_rejected", 0)}
    assert violations([ALERT], failed, ends) == []
    assert violations([ALERT], replace(failed, inbox=[SMS]), ends)
    assert violations([ALERT], GOOD, ends)
