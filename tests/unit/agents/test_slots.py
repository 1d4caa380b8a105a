"""Slots: never more than the capacity, each taken once and freed for good."""

from typing import Any

import pytest

from shared.agents.messages import FreeSlot, Need, SeekCases, TakeSlot
from shared.agents.seek import Found, Waiting, seek_cases
from shared.agents.slots import Glance, assign_case, free_slot, no_such_agent, pick_case, take_slot
from shared.cases.messages import AssignCase, GiveCase, KeepWaiting, PickCase
from shared.runtime.decision import Refusal, Remove
from tests.unit.agents.building import NOON, agent, said, taking

FULL = {"s8": "K8", "s9": "K9"}


def glance(**fields: Any) -> Glance:
    known: dict[str, Any] = {"is_open": True, "worked_by": "", "queue": "a", "is_private": False}
    return Glance(**{**known, **fields})


def test_an_agent_who_fits_takes_a_slot_and_the_case_is_given_to_them() -> None:
    held = agent(skills={"pumps": 4}, last_assigned_at=NOON)
    message = said(taking(need=Need("a", {"pumps": 3}), looked_at=5, passed_over={"away": 4}))
    decision = take_slot(held, message, None, NOON)
    assert decision.state == agent(skills={"pumps": 4}, last_assigned_at=NOON, slots={"m1": "K1"}, version=2)
    assert decision.then is not None
    given = decision.then.body
    assert isinstance(given, GiveCase)
    assert (given.case, given.agent, given.slot, given.place, given.queue_name) == ("K1", "kim", "m1", "p1", "a")
    assert given.why == {
        "found_by": "case",
        "skills": {"pumps": 3},
        "proficiency": {"pumps": 4},
        "free_slots": 2,
        "last_assigned_at": "2026-11-21T12:00:00+00:00",
        "looked_at": 5,
        "passed_over": {"away": 4},
    }


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"slots": FULL}, "full"),
        ({"slots": {"s1": "K1"}}, "full"),
        ({"presence": "away"}, "away"),
        ({"queues": ("b",)}, "not_a_member"),
    ],
)
def test_who_cannot_hands_on_to_the_next_candidate(fields: dict[str, Any], reason: str) -> None:
    message = said(taking(others=("lee", "sam"), looked_at=3, passed_over={"away": 1}))
    decision = take_slot(agent(**fields), message, None, NOON)
    counts = {"away": 2} if reason == "away" else {"away": 1, reason: 1}
    assert (decision.state, decision.outcome) == (None, "handed_on")
    assert decision.then is not None
    assert decision.then.body == taking(agent="lee", others=("sam",), looked_at=3, passed_over=counts)


def test_the_last_candidate_lets_the_case_know_that_it_goes_on_waiting() -> None:
    for decision, reason in (
        (take_slot(agent(slots=FULL), said(taking()), None, NOON), "full"),
        (no_such_agent(said(taking()), None, NOON), "unknown_agent"),
    ):
        assert decision.then is not None
        assert decision.then.body == KeepWaiting("K1", "p1", {reason: 1}, 1)


def test_an_agent_who_looked_for_the_case_themselves_just_leaves_it() -> None:
    decision = take_slot(agent(slots=FULL), said(taking(found_by="agent")), None, NOON)
    assert (decision.then, decision.outcome) == (None, "")


def test_a_slot_that_is_freed_lets_its_agent_look_for_the_next_case() -> None:
    decision = free_slot(agent(slots=FULL), said(FreeSlot("kim", "K8", "s8")), None, NOON)
    assert decision.state == agent(slots={"s9": "K9"}, version=2)
    assert decision.then is not None
    assert decision.then.body == SeekCases("kim")


def test_a_slot_that_is_not_held_is_not_freed_though_another_one_is_for_the_same_case() -> None:
    decision = free_slot(agent(slots={"s2": "K1"}), said(FreeSlot("kim", "K1", "s1")), None, NOON)
    assert (decision.state, decision.then, decision.outcome) == (None, None, "")


@pytest.mark.parametrize(
    ("fields", "case", "refusal"),
    [
        ({}, None, Refusal("not_found", "case")),
        ({}, glance(is_open=False), Refusal("case_is_closed", "case")),
        ({}, glance(worked_by="lee"), Refusal("taken", "case")),
        ({}, glance(worked_by="kim"), Refusal("already_theirs", "case")),
        ({"queues": ()}, glance(is_private=True), Refusal("not_a_member", "agent")),
        ({"slots": FULL}, glance(), Refusal("no_capacity", "agent")),
        ({"capacity": 0}, glance(), Refusal("no_capacity", "agent")),
    ],
)
def test_a_pick_is_refused(fields: dict[str, Any], case: Glance | None, refusal: Refusal) -> None:
    assert pick_case(agent(**fields), said(PickCase("K1", "kim")), case, NOON).refused == refusal


@pytest.mark.parametrize("presence", ["available", "busy", "away", "offline"])
@pytest.mark.parametrize("case", [glance(), glance(queue=""), glance(is_private=True)])
def test_a_pick_takes_a_slot_whatever_the_presence(presence: str, case: Glance) -> None:
    decision = pick_case(agent(presence=presence), said(PickCase("K1", "kim", "mine")), case, NOON)
    assert decision.then is not None
    assert decision.then.id == "m1"
    assert decision.then.body == GiveCase("K1", "kim", "m1", case.queue, by="kim", text="mine")


def test_a_case_is_assigned_whoever_has_it_but_for_a_slot_too() -> None:
    command = said(AssignCase("K1", "kim", "boss"))
    decision = assign_case(agent(), command, glance(worked_by="lee"), NOON)
    assert decision.then is not None
    assert decision.then.body == GiveCase("K1", "kim", "m1", "a", takes_away=True, by="boss")
    full = assign_case(agent(slots=FULL), command, glance(worked_by="lee"), NOON)
    assert full.refused == Refusal("no_capacity", "agent")


def test_who_seeks_takes_as_many_cases_as_they_have_slots_and_clears_away_what_is_stale() -> None:
    waiting = tuple(Waiting(f"K{n}", f"p{n}", Need("a")) for n in range(3))
    found = Found(waiting, (("waiting~a", "p9"),), 7)
    decision = seek_cases(agent(), said(SeekCases("kim")), found, NOON)
    taken = [decision.then, *decision.messages]
    assert [one.body for one in taken if one] == [
        TakeSlot("kim", f"K{n}", f"p{n}", Need("a"), "agent", looked_at=7) for n in range(2)
    ]
    assert decision.records == (Remove("views", "waiting~a", "p9"),)
    assert decision.outcome == "found"


def test_who_finds_nothing_leaves_no_trace() -> None:
    decision = seek_cases(agent(), said(SeekCases("kim")), Found(), NOON)
    assert (decision.outcome, decision.then, decision.messages, decision.records) == ("", None, (), ())
