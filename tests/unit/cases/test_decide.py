"""What each command does to a case: the new state, who is told, and which lists show it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from shared.cases.case import OPEN_LIST, Case, list_of_contact, order_of
from shared.cases.commands import CREATED, TURNED
from shared.cases.decide import created_before, open_case, reactivate_case
from shared.cases.facts import CaseFacts
from shared.cases.messages import (
    CancelCase,
    ChangeStatus,
    CreateCase,
    ReactivateCase,
    ReopenCase,
    ResolveCase,
)
from shared.definitions.catalogue import Catalogue
from shared.definitions.policy import Policy
from shared.devices.messages import BindAlert, ClaimGuard
from shared.events.messages import RecordChanged
from shared.runtime.codec import plain
from shared.runtime.decision import Answer, Decision, Outgoing, Refusal, Tally, View
from shared.runtime.envelope import ReplyTo
from tests.unit.cases.building import CASE, CATALOGUE, CONTACT, FACTS, LATER, NOON, OPENING, case, message

ASKER = ReplyTo("journey-steps", "answered", {"token": "k"})
create_case = CREATED
resolve_case, cancel_case = TURNED[ResolveCase], TURNED[CancelCase]
change_status, reopen_case = TURNED[ChangeStatus], TURNED[ReopenCase]
CREATION = CreateCase(CASE, 1, NOON, OPENING)


def changed(decision: Decision[Case]) -> Case:
    assert decision.state is not None
    return decision.state


def told(decision: Decision[Case]) -> RecordChanged:
    [outgoing] = decision.raised
    assert isinstance(outgoing.body, RecordChanged)
    return outgoing.body


def following(decision: Decision[None]) -> Outgoing:
    assert decision.then is not None
    return decision.then


def views(decision: Decision[Case]) -> dict[str, View]:
    found = [record for record in decision.records if isinstance(record, View)]
    assert all(isinstance(record, View | Tally) for record in decision.records)
    return {view.list: view for view in found}


def test_opening_for_a_device_error_asks_the_guard_of_both() -> None:
    then = following(open_case(message(OPENING, reply_to=ASKER), CATALOGUE))
    assert then.body == BindAlert("D-1", 11, LATER, OPENING)
    assert then.reply_to == ASKER


def test_the_alert_was_seen_when_the_opening_says_so() -> None:
    body = following(open_case(message(replace(OPENING, seen=NOON)), CATALOGUE)).body
    assert isinstance(body, BindAlert)
    assert body.seen == NOON


@pytest.mark.parametrize("missing", [{"device": None}, {"error_code": None}, {"device": None, "error_code": None}])
def test_opening_without_device_or_error_creates_at_once(missing: dict[str, None]) -> None:
    opening = replace(OPENING, **missing)  # type: ignore[arg-type]
    then = following(open_case(message(opening, reply_to=ASKER), CATALOGUE))
    assert then.body == CreateCase(CASE, 1, LATER, opening)
    assert then.reply_to == ASKER


def test_an_error_code_of_zero_is_one() -> None:
    then = following(open_case(message(replace(OPENING, error_code=0)), CATALOGUE))
    assert isinstance(then.body, BindAlert)


def test_the_same_opening_again_is_followed_by_the_same_message() -> None:
    assert open_case(message(OPENING), CATALOGUE) == open_case(message(OPENING), CATALOGUE)


def test_alerts_are_one_by_what_the_policy_says_and_the_case_knows_its_guard() -> None:
    given = Catalogue({}, {}, {}, policies={"cases": Policy(alert_key=("attribute",))})
    opening = replace(OPENING, device=None, error_code=None, alert_key="line 4")
    alert = following(open_case(message(opening), given)).body
    assert alert == BindAlert("", None, LATER, opening, "key:line 4")
    created = changed(
        create_case(message(replace(CREATION, opening=opening, key="key:line 4")), CaseFacts(given), LATER)
    )
    assert created.alert_key == "key:line 4"


async def test_reactivating_a_case_of_another_key_asks_that_guard() -> None:
    wanted = ReactivateCase(CASE, "A-1", alert_key="key:line 4")
    assert following(await reactivate_case(message(wanted), NOON)).body == ClaimGuard("", None, wanted, "key:line 4")


async def test_reactivating_asks_the_guard_where_there_is_one() -> None:
    wanted = ReactivateCase(CASE, "A-1", "D-1", 11)
    assert following(await reactivate_case(message(wanted, reply_to=ASKER), NOON)) == Outgoing(
        "m1", ClaimGuard("D-1", 11, wanted), reply_to=ASKER
    )


async def test_reactivating_a_case_without_a_device_needs_no_grant() -> None:
    wanted = ReactivateCase(CASE, "A-1", text="still broken")
    then = following(await reactivate_case(message(wanted), NOON))
    assert then.body == ReopenCase(CASE, "A-1", None, "still broken")


def test_what_an_event_says_of_a_case_is_held_to_the_closed_lists_and_cut() -> None:
    said = {"priority": "URGENT", "type": "rant", "origin": "fax"}
    texts = {
        "title": 200,
        "description": 2000,
        "subject": 200,
        "product": 200,
        "owner": 256,
        "queue_name": 64,
        "sla": 64,
    }
    opening = replace(OPENING, **said, **dict.fromkeys(texts, "x" * 5000))  # type: ignore[arg-type]
    created = changed(create_case(message(replace(CREATION, opening=opening)), FACTS, LATER))
    assert (created.priority, created.type, created.origin) == ("normal", "problem", "iot")
    kept = {name: len(getattr(created, name)) for name in texts if name != "queue_name"}
    assert kept == {name: length for name, length in texts.items() if name != "queue_name"}
    assert created.queue == ""  # a queue that nobody has published is none


def test_a_case_is_created_as_it_was_asked_for() -> None:
    created = changed(create_case(message(CREATION), FACTS, LATER))
    expected = Case(CASE, CREATION.number, 1, CONTACT, "Device error 11", "critical", "iot", NOON, "D-1", 11)
    assert created == replace(expected, changed_at=LATER)
    assert (created.status, created.status_reason, created.version) == ("active", "in_progress", 1)


def test_who_asked_for_a_case_hears_its_number() -> None:
    decision = create_case(message(CREATION), FACTS, LATER)
    assert decision.answer == Answer({"outcome": "opened", "case_id": CASE, "number": CREATION.number})


def test_a_new_case_is_a_new_record_to_the_triggers_that_watch_cases() -> None:
    change = told(create_case(message(CREATION), FACTS, LATER))
    assert (change.table, change.record, change.columns) == ("cases", CASE, ())
    assert (change.contact, change.time) == (CONTACT, LATER)
    assert change.attributes == {
        "case": CASE,
        "number": CREATION.number,
        "contact": CONTACT,
        "status": "active",
        "status_reason": "in_progress",
        "priority": "critical",
        "type": "problem",
        "escalated": False,
        "device": "D-1",
        "error_code": 11,
    }


def test_an_event_leaves_out_what_the_case_does_not_have() -> None:
    creation = replace(CREATION, opening=replace(OPENING, device=None, error_code=None))
    change = told(create_case(message(creation), FACTS, LATER))
    assert not {"device", "error_code", "previous_status"} & change.attributes.keys()


def test_a_new_case_is_in_the_open_list_and_in_its_contacts() -> None:
    decision = create_case(message(CREATION), FACTS, LATER)
    line = plain(replace(changed(decision), changed_at=None))
    key = order_of(changed(decision))
    lists = {name: view for name, view in views(decision).items() if not name.startswith("timeline-of")}
    assert lists == {
        OPEN_LIST: View(OPEN_LIST, key, 1, line),
        list_of_contact(CONTACT): View(list_of_contact(CONTACT), key, 1, line),
    }


def test_a_case_that_is_there_is_not_created_again() -> None:
    assert created_before(case(), message(CREATION), CATALOGUE, LATER) == Decision()


MOVES = [
    (resolve_case, "in_progress", ResolveCase(CASE, "A-1", text="new valve")),
    (cancel_case, "in_progress", CancelCase(CASE, "A-1", "by mistake")),
    (change_status, "in_progress", ChangeStatus(CASE, "A-1", "on_hold")),
    (reopen_case, "problem_solved", ReopenCase(CASE, "A-1", 2)),
]


@pytest.mark.parametrize(("decide", "held", "body"), MOVES)
def test_every_change_tells_its_columns_and_the_status_before(decide: Any, held: str, body: Any) -> None:
    before = case(held)
    decision = decide(before, message(body), FACTS, LATER)
    change = told(decision)
    after = changed(decision)
    assert (change.table, change.contact, change.time) == ("cases", CONTACT, LATER)
    assert change.columns == (("status", "status_reason") if after.status != before.status else ("status_reason",))
    assert change.attributes["previous_status"] == before.status
    assert (change.attributes["status"], change.attributes["status_reason"]) == (after.status, after.status_reason)


@pytest.mark.parametrize(("decide", "held", "body"), MOVES)
def test_every_change_is_a_newer_line_in_both_lists(decide: Any, held: str, body: Any) -> None:
    before = case(held, version=6)
    decision = decide(before, message(body), FACTS, LATER)
    after = changed(decision)
    assert after.version == 7
    open_line, own_line = views(decision)[OPEN_LIST], views(decision)[list_of_contact(CONTACT)]
    assert {view.version for view in (open_line, own_line)} == {7}
    assert {view.key for view in (open_line, own_line)} == {order_of(before)}
    assert own_line.data == plain(replace(after, changed_at=None))
    assert open_line.data == (own_line.data if after.is_open else None)


@pytest.mark.parametrize(("decide", "held", "body"), MOVES)
def test_who_asked_for_a_change_hears_what_became_of_it(decide: Any, held: str, body: Any) -> None:
    decision = decide(case(held), message(body), FACTS, LATER)
    reason = changed(decision).status_reason
    assert decision.outcome == reason
    assert decision.answer.values == {"outcome": reason, "case_id": CASE, "number": case().number}


def test_two_commands_raise_two_events_and_a_repeat_raises_the_same() -> None:
    def event(command: str) -> str:
        [outgoing] = change_status(case(), message(ChangeStatus(CASE, "A", "on_hold"), command), FACTS, LATER).raised
        return outgoing.id

    assert event("m1") == event("m1")
    assert event("m1") != event("m2")


@pytest.mark.parametrize(
    ("decide", "body", "text"),
    [
        (resolve_case, ResolveCase(CASE, "A", text="new valve"), "new valve"),
        (cancel_case, CancelCase(CASE, "A", "x"), "x"),
    ],
)
def test_closing_keeps_what_was_found_and_when(decide: Any, body: Any, text: str) -> None:
    closed = changed(decide(case(), message(body), FACTS, LATER))
    assert (closed.resolution, closed.closed_at, closed.is_open) == (text, LATER, False)


@pytest.mark.parametrize(("granted", "epoch"), [(None, 4), (9, 9)])
def test_reopening_begins_another_epoch(granted: int | None, epoch: int) -> None:
    closed = case("problem_solved", epoch=3, resolution="new valve", closed_at=NOON)
    reopened = changed(reopen_case(closed, message(ReopenCase(CASE, "A", granted)), FACTS, LATER))
    assert (reopened.epoch, reopened.resolution, reopened.closed_at, reopened.is_open) == (epoch, "", None, True)


def test_lists_are_sorted_by_the_time_of_opening() -> None:
    days = [datetime.fromisoformat(f"2026-{month:02d}-01T00:00:00+00:00") for month in (2, 11, 10)]
    keys = [order_of(case(opened_at=day)) for day in days]
    assert [keys.index(key) for key in sorted(keys)] == [0, 2, 1]


@pytest.mark.parametrize(
    "command",
    [
        (resolve_case, ResolveCase(CASE, "agent", if_version=2)),
        (cancel_case, CancelCase(CASE, "agent", if_version=2)),
        (change_status, ChangeStatus(CASE, "agent", "on_hold", if_version=2)),
    ],
)
def test_a_command_meant_for_another_version_is_refused(command: tuple[Any, Any]) -> None:
    decide, body = command
    refused = decide(case(version=3), message(body), FACTS, LATER).refused
    assert (refused.reason, refused.field) == ("version_changed", "if_version")
    assert decide(case(version=2), message(body), FACTS, LATER).refused is None


def test_what_a_guard_grants_while_the_case_is_open_is_only_another_epoch() -> None:
    decision = reopen_case(case(), message(ReopenCase(CASE, "carebus/devices", 2)), FACTS, LATER)
    assert decision.outcome == "stays_open"
    assert (changed(decision).epoch, changed(decision).status_reason, decision.raised) == (2, "in_progress", ())
    refused = TURNED[ResolveCase](changed(decision), message(ResolveCase(CASE, "d", if_epoch=1)), FACTS, LATER)
    assert refused.refused == Refusal("opened_anew", "if_epoch")


@pytest.mark.parametrize("epoch", [None, 1])
def test_an_open_case_is_not_opened_again(epoch: int | None) -> None:
    decision = reopen_case(case(), message(ReopenCase(CASE, "A", epoch)), FACTS, LATER)
    assert decision.refused == Refusal("transition_not_allowed", "status")


def test_what_a_guard_has_granted_is_done_though_the_policy_has_changed_since() -> None:
    """A guard that promises what its case refuses would be pending for ever, and alerts would open nothing."""
    strict = CaseFacts(
        Catalogue({}, {}, {}, policies={"cases": Policy(allowed={"problem_solved": frozenset({"on_hold"})})})
    )
    closed = case("problem_solved")
    assert changed(reopen_case(closed, message(ReopenCase(CASE, "A", 2)), strict, LATER)).is_open
    assert reopen_case(closed, message(ReopenCase(CASE, "A", None)), strict, LATER).refused is not None
