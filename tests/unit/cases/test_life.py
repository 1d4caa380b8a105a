"""What agents do with a case between its opening and its end, and what it refuses."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.cases.case import Case, Child, OpenActivity
from shared.cases.commands import CHANGES
from shared.cases.decide import EDITABLE, RESPONSES
from shared.cases.messages import (
    AbandonProcess,
    AddActivity,
    CancelCase,
    ChangeStatus,
    EscalateCase,
    MergeCases,
    MoveStage,
    ReopenCase,
    ResolveCase,
    StartProcess,
    TickStep,
    UpdateCase,
)
from shared.definitions.bounds import CHOICES, LONGEST
from shared.definitions.catalogue import Catalogue
from shared.definitions.policy import Closing, Policy
from shared.runtime.decision import Decision, Refusal
from shared.runtime.envelope import Body
from shared.tasks.messages import CloseTask
from tests.unit.cases.building import CASE, CATALOGUE, LATER, NOON, case, message

ACTIVITIES = {"T1": OpenActivity("task", "Call them"), "T2": OpenActivity("email", "Write to them")}
FAMILY = {
    "open": Child(is_open=True, version=3),
    "closed": Child(is_open=False, version=2),
    "gone": Child(is_open=True, version=1, is_below=False),
    "coming": Child(is_open=False, version=0, is_below=False, asked="m0"),
}


def under(closing: Closing = "independent", **fields: Any) -> Catalogue:
    return Catalogue({}, {}, {}, policies={"cases": Policy(closing=closing, **fields)})


def decided(held: Case, body: Body, catalogue: Catalogue = CATALOGUE) -> Decision[Case]:
    return CHANGES[type(body)](held, message(body), catalogue, LATER)


def after(decision: Decision[Case]) -> Case:
    assert decision.refused is None, decision.refused
    assert decision.state is not None
    return decision.state


def refused(decision: Decision[Case]) -> tuple[str, str]:
    assert decision.state is None
    assert decision.refused is not None
    return decision.refused.reason, decision.refused.field


CHANGES_OF_EACH = {
    "title": "Pump 7 is too hot",
    "description": "Since this morning.",
    "subject": "Pumps",
    "product": "P-7",
    "priority": "low",
    "type": "request",
    "owner": "kim",
}


@pytest.mark.parametrize(("column", "value"), CHANGES_OF_EACH.items())
def test_what_a_case_says_can_be_changed_while_it_is_active(column: str, value: str) -> None:
    decision = decided(case(), UpdateCase(CASE, "kim", {column: value}))
    assert getattr(after(decision), column) == value
    assert (decision.outcome, decision.detail) == ("updated", {"columns": [column]})


def test_only_what_is_another_value_is_told_as_changed() -> None:
    decision = decided(case(owner="kim"), UpdateCase(CASE, "kim", {"owner": "kim", "subject": "Pumps", "product": "P"}))
    assert decision.detail == {"columns": ["product", "subject"]}


def test_all_that_may_be_changed_is_tried_here() -> None:
    assert set(CHANGES_OF_EACH) == set(EDITABLE)


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"status": "resolved"}, "not_editable", "changes.status"),
        ({"number": "CAS-1"}, "not_editable", "changes.number"),
        ({"no_such_column": "x"}, "not_editable", "changes.no_such_column"),
        ({"subject": "Pumps", "queue": "support"}, "not_editable", "changes.queue"),
        ({"title": " "}, "not_a_value", "changes.title"),
        ({"title": 7}, "not_a_value", "changes.title"),
        ({"description": None}, "not_a_value", "changes.description"),
        ({"priority": "urgent"}, "not_a_value", "changes.priority"),
        ({"type": "complaint"}, "not_a_value", "changes.type"),
        *(
            ({name: "x" * (most + 1)}, "not_a_value", f"changes.{name}")
            for name, most in LONGEST.items()
            if name in EDITABLE
        ),
    ],
)
def test_what_cannot_be_changed_so_is_named(changes: Mapping[str, Any], reason: str, field: str) -> None:
    assert refused(decided(case(), UpdateCase(CASE, "kim", changes))) == (reason, field)


@pytest.mark.parametrize(
    ("column", "value"), [(name, value) for name in ("priority", "type") for value in CHOICES[name]]
)
def test_each_value_of_a_choice_can_be_chosen(column: str, value: str) -> None:
    assert getattr(after(decided(case(), UpdateCase(CASE, "kim", {column: value}))), column) == value


def test_what_needs_attention_is_marked_and_the_mark_is_taken_away() -> None:
    marked = decided(case(), EscalateCase(CASE, "kim"))
    assert (after(marked).escalated, marked.outcome) == (True, "escalated")
    calm = decided(after(marked), EscalateCase(CASE, "kim", escalated=False))
    assert (after(calm).escalated, calm.outcome) == (False, "de_escalated")


@pytest.mark.parametrize("escalated", [True, False])
def test_what_is_marked_so_is_not_marked_again(escalated: bool) -> None:
    decision = decided(case(escalated=escalated), EscalateCase(CASE, "kim", escalated))
    assert refused(decision) == ("already_so", "escalated")


@pytest.mark.parametrize("type_", RESPONSES)
def test_the_first_word_to_the_customer_is_the_first_response(type_: str) -> None:
    answered = after(decided(case(), AddActivity(CASE, type_, "kim", direction="out")))
    assert answered.first_response_at == LATER
    later = replace(answered, first_response_at=NOON)
    assert after(decided(later, AddActivity(CASE, type_, "kim", direction="out"))).first_response_at == NOON


@pytest.mark.parametrize(("type_", "direction"), [("note", ""), ("note", "out"), ("email", "in"), ("sms", "")])
def test_anything_else_answers_nobody(type_: str, direction: str) -> None:
    assert after(decided(case(), AddActivity(CASE, type_, "kim", direction=direction))).first_response_at is None


def test_what_was_done_earlier_says_when() -> None:
    decision = decided(case(), AddActivity(CASE, "phone_call", "kim", at=NOON))
    assert (decision.outcome, decision.detail) == ("added", {"at": NOON.isoformat()})


def test_resolving_adds_the_time_that_is_paid_for() -> None:
    decision = decided(case(billable_minutes=10), ResolveCase(CASE, "kim", billable_minutes=15))
    assert after(decision).billable_minutes == 25


@pytest.mark.parametrize("body", [ResolveCase(CASE, "kim"), CancelCase(CASE, "kim")])
def test_what_is_still_to_be_done_is_in_the_way_of_closing(body: Body) -> None:
    field = "cancel_activities" if isinstance(body, ResolveCase) else "status"
    assert refused(decided(case(open_activities=ACTIVITIES), body)) == ("open_activities", field)


def test_who_confirms_it_has_all_cancelled_that_is_still_to_be_done() -> None:
    decision = decided(case(open_activities=ACTIVITIES), ResolveCase(CASE, "kim", cancel_activities=True))
    assert after(decision).status == "resolved"
    assert [each.body for each in decision.messages] == [
        CloseTask(task, "kim", "cancelled", case=CASE) for task in ACTIVITIES
    ]


@pytest.mark.parametrize("body", [ResolveCase(CASE, "kim", cancel_activities=True), CancelCase(CASE, "kim")])
@pytest.mark.parametrize(
    ("closing", "reached"), [("independent", []), ("cascade", ["open", "coming"]), ("blocked", None)]
)
def test_what_becomes_of_open_cases_below_is_what_the_policy_says(
    body: Body, closing: Closing, reached: list[str] | None
) -> None:
    decision = decided(case(children=FAMILY), body, under(closing))
    if reached is None:
        assert refused(decision) == ("open_children", "status")
        return
    sent: list[Any] = [each.body for each in decision.messages]
    assert [each.case for each in sent] == reached
    assert {(type(each), each.if_parent, each.by) for each in sent} <= {(type(body), CASE, "kim")}


def test_closed_cases_below_are_in_nobodys_way() -> None:
    held = case(children={name: FAMILY[name] for name in ("closed", "gone")})
    for closing in ("cascade", "blocked"):
        decision = decided(held, ResolveCase(CASE, "kim"), under(closing))
        assert (after(decision).is_open, decision.messages) == (False, ())


@pytest.mark.parametrize("body", [ResolveCase(CASE, "kim", if_parent="P"), CancelCase(CASE, "kim", if_parent="P")])
def test_what_is_closed_with_its_parent_must_be_below_it(body: Body) -> None:
    assert not after(decided(case(parent="P"), body)).is_open
    for elsewhere in (None, "Q"):
        assert refused(decided(case(parent=elsewhere), body)) == ("not_below", "if_parent")


@pytest.mark.parametrize("body", [ResolveCase(CASE, "kim"), CancelCase(CASE, "kim")])
def test_a_case_into_which_another_is_just_being_merged_stays_open(body: Body) -> None:
    assert refused(decided(case(merging={"B": "pending"}), body)) == ("is_merging", "status")
    assert not after(decided(case(merging={"B": "merged", "C": "not_found"}), body)).is_open


@pytest.mark.parametrize(
    ("body", "following"),
    [
        (ChangeStatus(CASE, "kim", "on_hold"), "on_hold"),
        (ResolveCase(CASE, "kim"), "problem_solved"),
        (CancelCase(CASE, "kim"), "cancelled"),
    ],
)
def test_the_policy_can_say_which_status_may_follow(body: Body, following: str) -> None:
    allows = under(allowed={"in_progress": frozenset({following})})
    assert after(decided(case(), body, allows)).status_reason == following
    forbids = under(allowed={"in_progress": frozenset({"researching"})})
    assert refused(decided(case(), body, forbids)) == ("transition_not_in_policy", "status_reason")
    says_nothing = under(allowed={"on_hold": frozenset()})
    assert after(decided(case(), body, says_nothing)).status_reason == following


def test_the_policy_can_forbid_to_reactivate() -> None:
    forbids = under(allowed={"cancelled": frozenset()})
    assert decided(case("cancelled"), ReopenCase(CASE, "kim", None), forbids).refused == Refusal(
        "transition_not_in_policy", "status_reason"
    )


def test_a_case_that_no_recovery_has_resolved_yet_takes_the_epoch_that_its_guard_has_promised() -> None:
    stays = decided(case(epoch=1), ReopenCase(CASE, "carebus/devices", 2))
    assert (after(stays).epoch, after(stays).is_open, stays.outcome) == (2, True, "stays_open")
    late = decided(after(stays), ResolveCase(CASE, "carebus/devices", if_epoch=1))
    assert refused(late) == ("opened_anew", "if_epoch")
    assert refused(decided(after(stays), ReopenCase(CASE, "carebus/devices", 2))) == (
        "transition_not_allowed",
        "status",
    )


COMMANDS: list[Any] = [
    UpdateCase(CASE, "kim", {"title": "Another"}),
    ResolveCase(CASE, "kim"),
    CancelCase(CASE, "kim"),
    ChangeStatus(CASE, "kim", "on_hold"),
    EscalateCase(CASE, "kim"),
    AddActivity(CASE, "note", "kim"),
    MergeCases(CASE, "kim", ("B",)),
    StartProcess(CASE, "kim", "p"),
    MoveStage(CASE, "kim"),
    TickStep(CASE, "kim", "step"),
    AbandonProcess(CASE, "kim"),
]
each_command = pytest.mark.parametrize("body", COMMANDS, ids=lambda body: body.kind)


@each_command
def test_a_command_meant_for_another_version_is_refused(body: Any) -> None:
    decision = decided(case(version=3), replace(body, if_version=2))
    assert refused(decision) == ("version_changed", "if_version")
    fitting = decided(case(version=2), replace(body, if_version=2)).refused
    assert fitting is None or fitting.reason != "version_changed"


@each_command
@pytest.mark.parametrize("status_reason", ["problem_solved", "information_provided", "cancelled", "merged"])
def test_what_is_closed_is_read_only(body: Any, status_reason: str) -> None:
    reason, field = refused(decided(case(status_reason), body))
    assert (reason, field) in [("case_is_closed", "status"), ("transition_not_allowed", "status")]
