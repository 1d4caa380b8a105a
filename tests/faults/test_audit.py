"""The audit sees each way in which the promise could be broken: a check that never fails proves nothing."""

from dataclasses import replace
from typing import Any

import pytest

from local.story.crowd import Person
from tests.faults.alerts import Alert
from tests.faults.audit import End, Evidence, violations
from tests.faults.ledger import FOLLOWING, JOURNEY, TELLING, Ledger

ALERT = Alert("alert-1", Person(1))
RUN = {"id": "R", "journey": JOURNEY, "event": ALERT.event, "status": "completed", "reason": ""}
WAIT = {"id": "W", "journey": FOLLOWING, "event": "E", "status": "running", "reason": "", "attributes": {"case": "K"}}
CASE = {"id": "K", "device": "D-0001", "error_code": 11, "status": "active"}
DELIVERY = {"id": "X", "contact": "C-0001", "channel": "sms", "state": "delivered", "reason": ""}
SMS = {"channel": "sms", "tag": "C-0001~X"}
TOLD = {"id": "T", "journey": TELLING, "event": "F", "status": "completed", "reason": "", "attributes": {"case": "K"}}
MAIL_DELIVERY = DELIVERY | {"id": "M", "channel": "email", "request": {"case": "K"}, "outgoing": {"request_id": "m"}}
MAIL = {"channel": "email", "repeatability_id": "m"}
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
    "a delivery that failed": {"deliveries": {"X": DELIVERY | {"state": "failed", "reason": "provider_unavailable"}}},
    "a case that somebody closed": {"cases": {"K": CASE | {"status": "resolved"}}, "open_list": set()},
    "a wait that is over": {"runs": [RUN, WAIT | {"status": "completed"}]},
    "an e-mail about an open case": {"runs": [RUN, WAIT, TOLD], "deliveries": {"X": DELIVERY, "M": MAIL_DELIVERY}},
    "no SMS": {"inbox": []},
    "two SMS": {"inbox": [SMS, SMS]},
    "an SMS of nothing": {"inbox": [SMS, {"channel": "sms", "tag": "C-0001~Y"}]},
    "a refusal": {"rejected": [{"reason": "malformed_json"}]},
    "an event nobody takes": {"unmatched": [{"reason": "no_audience"}]},
    "a dead letter": {"queues": {"send-sms": QUIET | {"deadletter": 1}}},
}

SOLVED = replace(
    GOOD,
    runs=[RUN, WAIT | {"status": "completed"}, TOLD],
    cases={"K": CASE | {"status": "resolved"}},
    deliveries={"X": DELIVERY, "M": MAIL_DELIVERY},
    open_list=set(),
    inbox=[SMS, MAIL],
)
NOT_SOLVED: dict[str, dict[str, Any]] = {
    "the case is open": {"cases": {"K": CASE}},
    "the case is listed as open": {"open_list": {"K"}},
    "nobody is told": {"runs": [RUN, WAIT]},
    "told twice": {"runs": [RUN, WAIT, TOLD, TOLD]},
    "no e-mail is owed": {"deliveries": {"X": DELIVERY}},
    "no e-mail": {"inbox": [SMS]},
    "two e-mails": {"inbox": [SMS, MAIL, MAIL]},
    "an e-mail of nothing": {"inbox": [SMS, MAIL, MAIL | {"repeatability_id": "n"}]},
}
UNKNOWN = DELIVERY | {
    "state": "failed",
    "reason": "outcome_unknown",
    "calls": 1,
    "outgoing": {"first_sent": "2026-11-24T10:00:00+00:00"},
    "times": {"failed": "2026-11-24T10:04:31+00:00"},
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


def test_nothing_is_wrong_with_a_case_that_was_resolved() -> None:
    assert Evidence([ALERT], SOLVED, resolved=frozenset("K")).violations() == []


@pytest.mark.parametrize("what", NOT_SOLVED)
def test_what_is_wrong_with_a_resolved_case_is_seen(what: str) -> None:
    assert Evidence([ALERT], replace(SOLVED, **NOT_SOLVED[what]), resolved=frozenset("K")).violations()


@pytest.mark.parametrize("inbox", [[], [SMS]])
def test_whether_an_sms_went_out_may_stay_unknown_once_asking_is_over(inbox: list[Any]) -> None:
    assert violations([ALERT], replace(GOOD, deliveries={"X": UNKNOWN}, inbox=inbox)) == []
    tired = UNKNOWN | {"calls": 6, "times": {"failed": "2026-11-24T10:04:00+00:00"}}
    assert violations([ALERT], replace(GOOD, deliveries={"X": tired}, inbox=inbox)) == []


def test_nothing_may_stay_unknown_as_long_as_it_can_be_asked_nor_excuse_a_second_sms() -> None:
    early = UNKNOWN | {"times": {"failed": "2026-11-24T10:04:00+00:00"}}
    assert violations([ALERT], replace(GOOD, deliveries={"X": early}, inbox=[]))
    assert violations([ALERT], replace(GOOD, deliveries={"X": UNKNOWN}, inbox=[SMS, SMS]))
