"""What follows from every decision about a case: a line of its timeline, what triggers are told, and rows of lists."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import shared.cases.turn
from shared.cases.between import NoteChild
from shared.cases.case import OPEN_LIST, Case, Child, OpenActivity, list_of_contact
from shared.cases.commands import CREATED, TURNED
from shared.cases.messages import (
    AddActivity,
    CancelCase,
    ChangeStatus,
    CreateCase,
    EscalateCase,
    MergeCases,
    NoteActivity,
    PlanActivity,
    ResolveCase,
    UpdateCase,
)
from shared.cases.telling import ALWAYS, WATCHED
from shared.cases.timeline import LINE, Line, begun_at, key_of, list_of_conversation
from shared.cases.timeline import list_of_contact as timeline_of
from shared.events.messages import RecordChanged
from shared.runtime.codec import plain
from shared.runtime.decision import Decision, View
from shared.runtime.envelope import Body
from shared.tasks.messages import CreateTask
from tests.unit.cases.building import CASE, CONTACT, FACTS, LATER, NOON, OPENING, case, message

CALL = CreateTask("T1", "Call them", CONTACT, "queue", "support", NOON, CASE, type="phone_call", by="kim")


def turned(held: Case, body: Body, id_: str = "m1") -> Decision[Case]:
    return TURNED[type(body)](held, message(body, id_), FACTS, LATER)


def lines(decision: Decision[Case]) -> dict[str, Line]:
    return {key: row for key, row in decision.rows.items() if key.startswith(LINE) and isinstance(row, Line)}


def line(decision: Decision[Case]) -> Line:
    [found] = lines(decision).values()
    return found


def lists(decision: Decision[Case]) -> list[str]:
    return [record.list for record in decision.records if isinstance(record, View)]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            UpdateCase(CASE, "kim", {"title": "Hot"}, "As they said."),
            {"outcome": "updated", "by": "kim", "text": "As they said.", "detail": {"columns": ["title"]}},
        ),
        (ResolveCase(CASE, "kim", text="New valve."), {"outcome": "problem_solved", "by": "kim", "text": "New valve."}),
        (ChangeStatus(CASE, "kim", "on_hold"), {"outcome": "on_hold", "by": "kim"}),
        (EscalateCase(CASE, "kim"), {"outcome": "escalated", "by": "kim"}),
        (
            AddActivity(CASE, "email", "kim", "Hello", "Your pump", "out", ("C-2",), conversation="V1"),
            {
                "kind": "email",
                "outcome": "added",
                "by": "kim",
                "text": "Hello",
                "subject": "Your pump",
                "direction": "out",
                "parties": ("C-2",),
                "conversation": "V1",
            },
        ),
        (
            PlanActivity(CASE, CALL),
            {"outcome": "planned", "by": "kim", "subject": "Call them", "detail": {"task": "T1"}},
        ),
        (MergeCases(CASE, "kim", ("B",)), {"outcome": "merging", "by": "kim", "detail": {"sources": ["B"]}}),
    ],
)
def test_every_change_is_a_line_of_the_timeline(body: Any, told: dict[str, Any]) -> None:
    decision = turned(case(), body)
    assert line(decision) == Line(**{"id": "m1", "kind": body.kind, "at": LATER, "case": CASE, **told})
    assert decision.state is not None
    assert list(lines(decision)) == [key_of(line(decision), decision.state.version)]


def test_the_first_line_tells_who_has_opened_the_case_and_where() -> None:
    creation = CreateCase(CASE, 1, NOON, replace(OPENING, by="kim", conversation="V1"))
    decision = CREATED(message(creation), FACTS, LATER)
    first = Line(id="m1", kind="create_case", at=LATER, outcome="opened", by="kim", conversation="V1", case=CASE)
    assert line(decision) == first
    assert {timeline_of(CONTACT), list_of_conversation("V1")} <= set(lists(decision))


def test_what_is_refused_is_a_line_too_and_concerns_only_its_case() -> None:
    held = case("problem_solved", version=4)
    decision = turned(held, CancelCase(CASE, "kim", "By mistake."))
    told = line(decision)
    assert (told.outcome, told.reason, told.text) == ("refused", "transition_not_allowed", "By mistake.")
    assert (decision.state, decision.raised, decision.records) == (None, (), ())
    assert list(lines(decision)) == [key_of(told, 5)]


def test_what_nobody_needs_to_read_about_leaves_no_line() -> None:
    held = case(children={"C": Child(is_open=True, version=1)})
    decision = turned(held, NoteChild(CASE, "C", is_open=False, version=2))
    assert decision.state is not None
    assert (decision.state.version, lines(decision), decision.records, decision.raised) == (2, {}, (), ())


def test_what_changes_nothing_leaves_nothing() -> None:
    assert turned(case(), NoteActivity(CASE, "T1", "done")) == Decision()


def test_lines_of_one_moment_are_in_the_order_of_what_happened() -> None:
    held = case()
    keys: list[str] = []
    for body in (ChangeStatus(CASE, "kim", "on_hold"), EscalateCase(CASE, "kim"), CancelCase(CASE, "kim")):
        decision = turned(held, body, f"z{9 - len(keys)}")
        held, keys = decision.state or held, [*keys, *lines(decision)]
    keys += lines(turned(held, EscalateCase(CASE, "kim"), "a1"))
    assert keys == sorted(keys, reverse=True)
    assert [key > begun_at(LATER, held.version) for key in keys] == [True, True, True, False]


VALUES: dict[str, Any] = {
    "status": "resolved",
    "status_reason": "on_hold",
    "priority": "low",
    "type": "request",
    "product": "P-7",
    "owner": "kim",
    "queue": "support",
    "escalated": True,
    "parent": "P",
}


@pytest.mark.parametrize("column", WATCHED)
def test_each_column_that_changes_is_told_to_the_triggers_that_watch_it(column: str) -> None:
    before = case(version=3)
    after = replace(before, **{column: VALUES[column]})
    change = shared.cases.turn.turned(lambda *_: Decision(state=after, outcome="changed"))
    [outgoing] = change(before, message(EscalateCase(CASE, "kim")), FACTS, LATER).raised
    told = outgoing.body
    assert isinstance(told, RecordChanged)
    assert (told.table, told.record, told.columns) == ("cases", CASE, (column,))
    assert told.attributes["previous_status"] == "active"
    assert {name: told.attributes[name] for name in ALWAYS} == {name: getattr(after, name) for name in ALWAYS}


@pytest.mark.parametrize(
    "body", [AddActivity(CASE, "note", "kim"), PlanActivity(CASE, CALL), UpdateCase(CASE, "kim", {"title": "Hot"})]
)
def test_what_no_trigger_can_watch_is_not_told(body: Body) -> None:
    assert turned(case(), body).raised == ()


def test_lists_are_written_only_where_they_show_a_change() -> None:
    own = {OPEN_LIST, list_of_contact(CONTACT)}
    assert own <= set(lists(turned(case(), UpdateCase(CASE, "kim", {"title": "Hot"}))))
    assert own <= set(lists(turned(case(), AddActivity(CASE, "email", "kim", direction="out"))))
    for body in (
        UpdateCase(CASE, "kim", {"description": "Since this morning."}),
        AddActivity(CASE, "note", "kim"),
        PlanActivity(CASE, CALL),
        MergeCases(CASE, "kim", ("B",)),
    ):
        assert lists(turned(case(), body)) == [timeline_of(CONTACT)]


def test_a_line_is_found_under_its_contact_and_its_conversation() -> None:
    decision = turned(case(), AddActivity(CASE, "sms", "kim", conversation="V1"))
    views = [record for record in decision.records if isinstance(record, View)]
    assert [view.list for view in views] == [timeline_of(CONTACT), list_of_conversation("V1")]
    assert {view.key for view in views} == {views[0].key}
    assert [view.data for view in views] == [plain(line(decision))] * 2


def test_lists_of_lines_begin_with_the_newest() -> None:
    def key(minutes: int) -> str:
        at = LATER + timedelta(minutes=minutes)
        note = AddActivity(CASE, "note", "kim")
        decision = TURNED[AddActivity](case(), message(note), FACTS, at)
        [view] = [record for record in decision.records if isinstance(record, View)]
        return view.key

    assert key(2) < key(1) < key(0)


def test_one_message_that_concerns_two_cases_of_a_contact_is_two_lines_of_theirs() -> None:
    def key(id_: str) -> str:
        held = replace(case(), id=id_, open_activities={"T1": OpenActivity("task", "")})
        [view] = turned(held, NoteActivity(id_, "T1", "done")).records
        assert isinstance(view, View)
        return view.key

    assert key("A") != key("B")
