"""Merging: who may be merged, what is handed over, and what the case that stays knows of it."""

from dataclasses import replace
from typing import Any

import pytest

from shared.cases.between import AttachCase, MergeInto, MoveLines, NoteChild, NoteMerge, TakeLines, TakeOver
from shared.cases.case import MOST_ACTIVITIES, Case, Child, OpenActivity
from shared.cases.commands import CHANGES
from shared.cases.family import MOST as MOST_CHILDREN
from shared.cases.merge import MOST, PAGE, PAGE_CHARACTERS, LineMover, merge_nothing
from shared.cases.messages import MergeCases
from shared.cases.timeline import Line, begun_at
from shared.definitions.catalogue import Catalogue
from shared.definitions.policy import Policy
from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Body
from shared.runtime.ids import derived
from shared.tasks.messages import MoveTask
from tests.unit.cases.building import CASE, CATALOGUE, CONTACT, LATER, case, message
from tests.unit.cases.playing import Cases

OPEN, CLOSED = Child(is_open=True, version=2), Child(is_open=False, version=2)
TASKS = {"T1": OpenActivity("task", "Call them")}


def decided(held: Case, body: Body, catalogue: Catalogue = CATALOGUE) -> Decision[Case]:
    return CHANGES[type(body)](held, message(body), catalogue, LATER)


def said(decision: Decision[Case]) -> list[Any]:
    return [each.body for each in decision.messages]


def into(target: str = "A", **fields: Any) -> MergeInto:
    return MergeInto(CASE, "kim", target, fields.pop("contact", CONTACT), **fields)


def test_the_case_that_stays_names_the_others_and_asks_each() -> None:
    decision = decided(case(parent="P"), MergeCases(CASE, "kim", ("B", "C"), "Same."))
    assert decision.state == case(parent="P", merging={"B": "pending", "C": "pending"})
    assert said(decision) == [MergeInto(source, "kim", CASE, CONTACT, "Same.", "P", 50) for source in ("B", "C")]
    assert (decision.outcome, decision.detail) == ("merging", {"sources": ["B", "C"]})


@pytest.mark.parametrize(("held", "room"), [(1, MOST_ACTIVITIES - 1), (MOST_ACTIVITIES, 0), (MOST_ACTIVITIES + 9, 0)])
def test_another_one_hears_how_much_it_may_bring(held: int, room: int) -> None:
    activities = {f"T{number}": TASKS["T1"] for number in range(held)}
    [asked] = said(decided(case(open_activities=activities), MergeCases(CASE, "kim", ("B",))))
    assert asked.room == room


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        ((), "none_named"),
        (("B", "B"), "named_twice"),
        (tuple(f"B{number}" for number in range(MOST + 1)), "too_many"),
        (("B", CASE), "itself"),
        (("D", "merged"), "merged_already"),
        (("D", "pending"), "merged_already"),
    ],
)
def test_what_cannot_be_merged_so_is_refused(sources: tuple[str, ...], reason: str) -> None:
    held = case(merging={"merged": "merged", "pending": "pending", "refused": "another_customer"})
    assert decided(held, MergeCases(CASE, "kim", sources)).refused == Refusal(reason, "sources")
    assert decided(held, MergeCases(CASE, "kim", ("refused",))).refused is None


def test_a_merged_case_is_closed_and_hands_over_what_is_open() -> None:
    held = case(version=4, parent="P", open_activities=TASKS, children={})
    decision = decided(held, into())
    assert decision.state == replace(
        held,
        status="cancelled",
        status_reason="merged",
        merged_into="A",
        closed_at=LATER,
        open_activities={},
    )
    assert said(decision) == [NoteChild("P", CASE, is_open=False, version=5)]
    handed = TakeOver("A", CASE, "kim", TASKS, (), begun_at(LATER, 5))
    assert decision.then == Outgoing(derived("hand-over", "m1"), handed)


FORBIDS = Catalogue({}, {}, {}, policies={"cases": Policy(allowed={"in_progress": frozenset({"on_hold"})})})


@pytest.mark.parametrize(
    ("held", "body", "catalogue", "reason"),
    [
        (case("cancelled"), into(), CATALOGUE, "case_is_closed"),
        (case("merged"), into(), CATALOGUE, "case_is_closed"),
        (case(), into(contact="C-2"), CATALOGUE, "another_customer"),
        (case(merging={"B": "pending"}), into(), CATALOGUE, "is_merging"),
        (case(open_activities=TASKS), into(room=0), CATALOGUE, "too_many_activities"),
        (case(), into(), FORBIDS, "transition_not_in_policy"),
        (case(children={"X": CLOSED}), into(parent="P"), CATALOGUE, "has_children"),
    ],
)
def test_a_case_that_is_not_merged_says_why(held: Case, body: MergeInto, catalogue: Catalogue, reason: str) -> None:
    decision = decided(held, body, catalogue)
    assert decision.refused == Refusal(reason, "case")
    assert said(decision) == [NoteMerge("A", CASE, reason)]


def test_of_a_case_that_is_not_there_the_one_that_stays_hears_as_well() -> None:
    decision = merge_nothing(message(into()), CATALOGUE, LATER)
    assert said(decision) == [NoteMerge("A", CASE, "not_found")]


@pytest.mark.parametrize("body", [into(), into("X", parent=CASE)])
def test_a_case_with_children_goes_into_one_that_can_have_them(body: MergeInto) -> None:
    assert decided(case(children={"X": OPEN, "Y": CLOSED}), body).refused is None


def test_tasks_and_children_are_counted_at_once_and_then_told() -> None:
    handed = TakeOver(CASE, "B", "kim", TASKS, ("X", "Y"), "line:5")
    decision = decided(case(), handed)
    asked = {one: derived("moved", "m1", one) for one in ("X", "Y")}
    assert decision.state is not None
    assert decision.state.open_activities == TASKS
    assert decision.state.open_children == ("X", "Y")
    assert [(each.id, each.body) for each in decision.messages] == [
        (asked["X"], AttachCase("X", "kim", CASE, instead_of="B")),
        (asked["Y"], AttachCase("Y", "kim", CASE, instead_of="B")),
        (derived("move", "m1", "T1"), MoveTask("T1", CASE)),
    ]
    assert decision.then == Outgoing(derived("lines", "m1"), MoveLines("B", CASE, "line:5"))


FULL = {f"C{number}": OPEN for number in range(MOST_CHILDREN - 1)}


@pytest.mark.parametrize(
    ("held", "places"),
    [
        (case(), [CASE, CASE]),
        (case(parent="P"), [None, None]),
        (case("cancelled"), [None, None]),
        (case(children=FULL), [CASE, None]),
        (case(parent="B"), [CASE, CASE]),
    ],
)
def test_for_whom_there_is_no_place_stands_alone(held: Case, places: list[str | None]) -> None:
    decision = decided(held, TakeOver(CASE, "B", "kim", children=("X", CASE, "Y")))
    assert [body.parent for body in said(decision)] == places
    assert decision.state is not None
    assert decision.state.parent == (None if held.parent == "B" else held.parent)
    assert decision.then is None


def test_what_comes_to_a_case_that_was_merged_itself_goes_on_to_the_one_that_stays() -> None:
    handed = TakeOver(CASE, "B", "kim", children=("X",))
    decision = decided(case("merged", merged_into="Z"), handed)
    assert decision == Decision(then=Outgoing("m1", replace(handed, case="Z")))


LINES = {"line:1~B": Line(id="l1", kind="note", at=LATER, case="B")}


def test_a_page_of_lines_is_kept_and_the_next_one_asked_for() -> None:
    decision = decided(case(merging={"B": "pending"}), TakeLines(CASE, "B", LINES, 90, after="line:1"))
    assert (decision.state, decision.rows) == (case(merging={"B": "pending"}), LINES)
    assert decision.then == Outgoing(derived("lines", "m1"), MoveLines("B", CASE, "line:1", 90))


def test_with_the_last_page_the_merge_is_done() -> None:
    decision = decided(case(merging={"B": "pending"}), TakeLines(CASE, "B", LINES, 91))
    assert (decision.state, decision.rows) == (case(merging={"B": "merged"}), LINES)
    assert (decision.outcome, decision.detail) == ("absorbed", {"source": "B", "lines": 91})


def test_why_one_was_not_merged_is_on_record_and_one_that_was_stays_so() -> None:
    noted = decided(case(merging={"B": "pending"}), NoteMerge(CASE, "B", "another_customer"))
    assert noted.state == case(merging={"B": "another_customer"})
    assert decided(case(merging={"B": "merged"}), NoteMerge(CASE, "B", "not_found")) == Decision()


async def pages(cases: Cases) -> list[TakeLines]:
    """Return what is taken from the timeline of B, page by page."""
    mover, found = LineMover(cases.store), []
    moving = MoveLines("B", CASE, begun_at(LATER, 1))
    while True:
        then = (await mover.move(message(moving), LATER)).then
        assert then is not None
        assert isinstance(then.body, TakeLines)
        found.append(then.body)
        if not then.body.after:
            return found
        moving = replace(moving, after=then.body.after, moved=then.body.moved)


async def test_a_timeline_moves_page_by_page_to_its_end() -> None:
    cases = Cases()
    await cases.has_lines("B", 2 * PAGE)
    found = await pages(cases)
    assert [(len(page.lines), page.moved) for page in found] == [(PAGE, PAGE), (PAGE, 2 * PAGE)]
    assert len({key for page in found for key in page.lines}) == 2 * PAGE


async def test_a_page_of_long_lines_is_as_large_as_a_message_may_be() -> None:
    cases = Cases()
    await cases.has_lines("B", 7, "x" * (PAGE_CHARACTERS // 3))
    assert [len(page.lines) for page in await pages(cases)] == [2, 2, 2, 1]


async def test_an_empty_timeline_is_moved_at_once() -> None:
    assert [(page.lines, page.moved) for page in await pages(Cases())] == [({}, 0)]


async def test_a_long_timeline_is_merged_whole_and_in_order() -> None:
    cases = Cases()
    await cases.open("A", "B")
    await cases.has_lines("B", 3 * PAGE)
    await cases.say(MergeCases("A", "kim", ("B",)))
    await cases.audit()
    told = await cases.lines("A")
    assert (await cases.case("A")).merging == {"B": "merged"}
    assert [line.at for line in told] == sorted([line.at for line in told], reverse=True)
    assert [line.id for line in told if line.kind == "note"] == [f"B-{number}" for number in range(3 * PAGE)]
