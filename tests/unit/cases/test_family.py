"""A case above others: one level, and it knows which of them are open, whatever comes when."""

from itertools import permutations
from typing import Any

import pytest

from shared.cases import family
from shared.cases.between import AdoptChild, AttachCase, NoteChild, TakeOver
from shared.cases.case import Case, Child
from shared.cases.commands import CHANGES
from shared.cases.family import MOST, attach_nothing, room, set_parent
from shared.cases.messages import CancelCase, ReopenCase, ResolveCase, SetParent
from shared.definitions.catalogue import Catalogue
from shared.definitions.policy import Policy
from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Body, ReplyTo
from tests.unit.cases.building import CASE, CATALOGUE, LATER, case, message

ASKER = ReplyTo("journey-steps", "answered", {"token": "k"})
CASCADE = Catalogue({}, {}, {}, policies={"cases": Policy(closing="cascade")})
PENDING = Child(is_open=False, version=0, is_below=False, asked="m1")


def decided(held: Case, body: Body, id_: str = "m1", catalogue: Catalogue = CATALOGUE) -> Decision[Case]:
    return CHANGES[type(body)](held, message(body, id_), catalogue, LATER)


def said(decision: Decision[Case]) -> list[Any]:
    return [each.body for each in decision.messages]


async def test_the_case_above_is_asked_first() -> None:
    decision = await set_parent(message(SetParent(CASE, "kim", "P", "Same."), reply_to=ASKER), LATER)
    assert decision.then == Outgoing("m1", AdoptChild("P", "kim", CASE, "Same."), reply_to=ASKER)
    alone = await set_parent(message(SetParent(CASE, "kim", None), reply_to=ASKER), LATER)
    assert alone.then == Outgoing("m1", AttachCase(CASE, "kim", None), reply_to=ASKER)


def test_a_child_is_counted_before_it_is_told() -> None:
    decision = decided(case(), AdoptChild(CASE, "kim", "C"))
    assert decision.state == case(children={"C": PENDING})
    assert decision.state.open_children == decision.state.below == ("C",)
    assert decision.then == Outgoing("m1", AttachCase("C", "kim", CASE))


FULL = {f"C{number}": Child(is_open=False, version=1) for number in range(MOST)}


@pytest.mark.parametrize(
    ("held", "child", "reason"),
    [
        (case(), CASE, "its_own_parent"),
        (case("problem_solved"), "C", "parent_is_closed"),
        (case(parent="P"), "C", "parent_is_a_child"),
        (case(children=FULL), "C", "too_many_children"),
    ],
)
def test_a_case_that_cannot_be_above_says_why(held: Case, child: str, reason: str) -> None:
    assert decided(held, AdoptChild(CASE, "kim", child)).refused == Refusal(reason, "parent")


def test_who_is_there_may_come_again_and_who_has_left_takes_no_room() -> None:
    assert decided(case(children=FULL), AdoptChild(CASE, "kim", "C7")).refused is None
    left = {name: Child(is_open=True, version=1, is_below=False) for name in FULL}
    assert room(case(children=left)) == MOST
    assert [room(case(parent="P")), room(case("cancelled"))] == [0, 0]


def test_a_child_says_where_it_is_now_and_where_it_was() -> None:
    moved = decided(case(version=4, parent="Q"), AttachCase(CASE, "kim", "P"))
    assert moved.state == case(version=4, parent="P")
    assert said(moved) == [
        NoteChild("Q", CASE, is_open=True, version=5, is_below=False),
        NoteChild("P", CASE, is_open=True, version=5, answers="m1"),
    ]
    alone = decided(case(version=4, parent="Q"), AttachCase(CASE, "kim", None))
    assert said(alone) == [NoteChild("Q", CASE, is_open=True, version=5, is_below=False)]
    assert (moved.outcome, alone.outcome) == ("attached", "detached")


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (case("problem_solved"), "case_is_closed"),
        (case(children={"C": Child(is_open=False, version=1)}), "has_children"),
        (case(children={"C": PENDING}), "has_children"),
    ],
)
def test_a_child_that_does_not_come_answers_too(held: Case, reason: str) -> None:
    decision = decided(held, AttachCase(CASE, "kim", "P"))
    assert decision.refused == Refusal(reason, "parent")
    assert said(decision) == [
        NoteChild("P", CASE, is_open=held.is_open, version=held.version, is_below=False, answers="m1")
    ]


def test_a_closed_child_that_is_there_already_stays_there() -> None:
    decision = decided(case("cancelled", parent="P"), AttachCase(CASE, "kim", "P"))
    assert said(decision) == [NoteChild("P", CASE, is_open=False, version=1, is_below=True, answers="m1")]


def test_of_a_case_that_is_not_there_the_one_above_hears_as_well() -> None:
    decision = attach_nothing(message(AttachCase("C", "kim", CASE)), CATALOGUE, LATER)
    [answer] = said(decision)
    known = decided(case(children={"C": PENDING}), answer)
    assert known.state == case(children={})
    assert attach_nothing(message(AttachCase("C", "kim", None)), CATALOGUE, LATER).messages == ()


@pytest.mark.parametrize(
    ("before", "body"),
    [
        (case(parent="P"), ResolveCase(CASE, "kim")),
        (case(parent="P"), CancelCase(CASE, "kim")),
        (case("cancelled", parent="P"), ReopenCase(CASE, "kim", None)),
    ],
)
def test_a_child_tells_when_it_is_closed_or_opened(before: Case, body: Body) -> None:
    decision = decided(before, body)
    assert decision.state is not None
    assert said(decision) == [NoteChild("P", CASE, is_open=decision.state.is_open, version=2)]


WORDS = [
    ("m2", NoteChild(CASE, "C", is_open=True, version=2, answers="m1")),
    ("m3", NoteChild(CASE, "C", is_open=False, version=3)),
    ("m4", NoteChild(CASE, "C", is_open=True, version=4, is_below=False)),
    ("m6", NoteChild(CASE, "C", is_open=True, version=4, is_below=False, answers="m5")),
    ("m8", NoteChild(CASE, "C", is_open=True, version=5, answers="m7")),
]
"""It came, was closed, left; another adoption failed; a third one is what it is below it by."""


@pytest.mark.parametrize("order", list(permutations(range(len(WORDS)))))
def test_the_newest_word_of_a_child_counts_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    held = decided(case(), AdoptChild(CASE, "kim", "C"), "m7").state
    assert held is not None
    for number in order:
        id_, body = WORDS[number]
        held = decided(held, body, id_).state or held
        assert "C" in held.open_children, "it may never be missed"
    assert held.children == {"C": Child(is_open=True, version=5)}


def test_a_word_from_before_it_left_does_not_bring_a_child_back() -> None:
    left = case(children={"C": Child(is_open=True, version=4, is_below=False)})
    assert decided(left, WORDS[1][1]) == Decision()
    assert left.below == ()


def test_only_the_last_of_those_who_have_left_are_remembered() -> None:
    left = {f"C{number}": Child(is_open=True, version=2, is_below=False) for number in range(MOST)}
    held = case(children={**left, "C": Child(is_open=True, version=1)})
    gone = decided(held, NoteChild(CASE, "C", is_open=True, version=2, is_below=False)).state
    assert gone is not None
    assert (len(gone.children), "C0" in gone.children, "C" in gone.children) == (MOST, False, True)


def test_who_comes_below_a_case_that_was_closed_meanwhile_is_closed_with_it() -> None:
    closed = case("information_provided", resolution="Told them.", children={"C": PENDING})
    answer = NoteChild(CASE, "C", is_open=True, version=2, answers="m1")
    decision = decided(closed, answer, "m2", CASCADE)
    assert said(decision) == [ResolveCase("C", family.CASES, "information_provided", "Told them.", if_parent=CASE)]
    assert decided(closed, answer, "m2").messages == ()
    reactivated = decided(decision.state or closed, NoteChild(CASE, "C", is_open=True, version=4), "m3", CASCADE)
    assert reactivated.messages == ()


def test_a_merged_case_passes_on_who_says_to_be_below_it() -> None:
    merged = case("merged", merged_into="A")
    passed_on = decided(merged, NoteChild(CASE, "C", is_open=True, version=2))
    assert said(passed_on) == [TakeOver("A", CASE, family.CASES, children=("C",))]
    assert decided(merged, NoteChild(CASE, "C", is_open=True, version=2, is_below=False)) == Decision()


@pytest.mark.parametrize("status_reason", ["in_progress", "problem_solved"])
def test_who_was_below_a_merged_case_moves_closed_or_not(status_reason: str) -> None:
    moved = decided(case(status_reason, parent="B"), AttachCase(CASE, "kim", "A", instead_of="B"))
    assert moved.state == case(status_reason, parent="A")


@pytest.mark.parametrize("elsewhere", [None, "Q", "A"])
def test_who_has_moved_by_itself_stays_there_and_says_so(elsewhere: str | None) -> None:
    decision = decided(case(parent=elsewhere), AttachCase(CASE, "kim", "A", instead_of="B"))
    assert decision.state is None
    assert said(decision) == [NoteChild("A", CASE, is_open=True, version=1, is_below=elsewhere == "A", answers="m1")]


def test_children_hear_the_beginning_of_a_long_text() -> None:
    held = case(children={"C": Child(is_open=True, version=1)})
    decision = decided(held, ResolveCase(CASE, "kim", text="ж" * 2000), catalogue=CASCADE)
    [told] = said(decision)
    assert told.text == "ж" * 199 + "…"
