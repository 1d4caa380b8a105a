"""How a case comes to an agent and away again: where it waits, what it looks for, and whose slot is free then."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.agents.messages import FreeSlot, Need, TakeSlot
from shared.cases.assignment import Search, seek_agent
from shared.cases.case import Case
from shared.cases.commands import CREATED, TURNED, WITHOUT_CASE
from shared.cases.facts import CaseFacts
from shared.cases.messages import (
    CreateCase,
    GiveCase,
    KeepWaiting,
    MoveToQueue,
    ReleaseCase,
    ReopenCase,
    ResolveCase,
    RouteCase,
    SeekAgent,
    UpdateCase,
)
from shared.cases.placing import list_of, list_of_person, list_of_queue
from shared.cases.waiting import Assignment
from shared.definitions.catalogue import Catalogue
from shared.definitions.queue import Queue
from shared.definitions.routing import Routing, Target
from shared.runtime.decision import Decision, Put, Refusal, Remove
from tests.unit.cases.building import CASE, CATALOGUE, FACTS, LATER, NOON, OPENING, case, message

QUEUES = {
    "a": Queue("a", "A"),
    "pumps": Queue("pumps", "Pumps", skills={"pumps": 2}),
    "by-hand": Queue("by-hand", "By hand", assignment="manual"),
}
KEY = f"0~2026-11-21T12:00:00+00:00~{CASE}~1"


def catalogue(**target: Any) -> Catalogue:
    routing = {"cases": Routing("cases", (), Target(**target))} if target else {}
    return Catalogue({}, {}, {}, queues=QUEUES, routings=routing)


def waiting(**fields: Any) -> Case:
    """Return a case that waits in queue a."""
    held = Assignment(queued_at=NOON, place=KEY)
    return case(**{"queue": "a", "assignment": held, **fields})


def worked_on(**fields: Any) -> Case:
    """Return a case that kim took out of queue a."""
    held = Assignment(queued_at=NOON, slot="s1")
    return case(**{"queue": "a", "worked_by": "kim", "owner": "kim", "assignment": held, **fields})


def decided(held: Case, body: Any, known: Catalogue | None = None) -> Decision[Case]:
    return TURNED[type(body)](held, message(body), CaseFacts(known or catalogue()), LATER)


def after(decision: Decision[Case]) -> Case:
    assert decision.state is not None
    return decision.state


def lists(decision: Decision[Case]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (list, key) of the lines for those who wait: written, and deleted."""
    puts = [(each.partition, each.key) for each in decision.records if isinstance(each, Put)]
    return puts, [(each.partition, each.key) for each in decision.records if isinstance(each, Remove)]


def freed(decision: Decision[Case]) -> list[FreeSlot]:
    return [each.body for each in decision.messages if isinstance(each.body, FreeSlot)]


def seeks(decision: Decision[Case]) -> str:
    """Return the place that an agent is looked for; empty where none is."""
    assert decision.then is None or isinstance(decision.then.body, SeekAgent)
    return decision.then.body.place if decision.then and isinstance(decision.then.body, SeekAgent) else ""


def giving(**fields: Any) -> GiveCase:
    known: dict[str, Any] = {"agent": "kim", "slot": "s1", "queue_name": "a"}
    return GiveCase(CASE, **{**known, **fields})


@pytest.mark.parametrize(
    ("target", "queue", "person", "skills", "place", "searched"),
    [
        ({}, "", "", {}, "", False),
        ({"queue": "a"}, "a", "", {}, "waiting-in~a", True),
        ({"queue": "pumps", "skills": {"german": 1}}, "pumps", "", {"pumps": 2, "german": 1}, "waiting-in~pumps", True),
        ({"queue": "pumps", "skills": {"pumps": 5}}, "pumps", "", {"pumps": 5}, "waiting-in~pumps", True),
        ({"queue": "by-hand"}, "by-hand", "", {}, "waiting-in~by-hand", False),
        ({"person": "kim"}, "", "kim", {}, "waiting-for~kim", True),
    ],
)
def test_a_new_case_goes_where_the_rules_lead_it(
    target: Mapping[str, Any], queue: str, person: str, skills: Mapping[str, int], place: str, searched: bool
) -> None:
    decision = CREATED(message(CreateCase(CASE, 1, NOON, OPENING)), CaseFacts(catalogue(**target)), LATER)
    held = after(decision).assignment
    assert (after(decision).queue, held.person, held.skills) == (queue, person, skills)
    assert lists(decision) == ([(place, held.place)] if place else [], [])
    assert bool(held.place) == bool(place)
    assert seeks(decision) == (held.place if searched else "")
    assert decision.detail == {name: value for name, value in (("queue", queue), ("person", person)) if value} | (
        {"rule": "otherwise"} if target else {}
    )


def test_where_there_are_no_rules_a_new_case_costs_what_it_did() -> None:
    decision = CREATED(message(CreateCase(CASE, 1, NOON, OPENING)), FACTS, LATER)
    assert (decision.then, decision.messages, lists(decision)) == (None, (), ([], []))


def test_a_case_that_is_opened_for_a_queue_goes_there_whatever_the_rules_say() -> None:
    opening = CreateCase(CASE, 1, NOON, replace(OPENING, queue_name="pumps"))
    held = after(CREATED(message(opening), CaseFacts(catalogue(queue="a")), LATER))
    assert (held.queue, held.assignment.skills, held.assignment.rule) == ("pumps", {"pumps": 2}, "")


def test_a_case_that_is_reactivated_is_routed_anew() -> None:
    closed = case("problem_solved", queue="pumps", assignment=Assignment(rule="pumps"), closed_at=NOON)
    decision = decided(closed, ReopenCase(CASE, "kim", None), catalogue(queue="a"))
    assert after(decision).queue == "a"
    assert seeks(decision) == after(decision).assignment.place
    assert after(decided(closed, ReopenCase(CASE, "kim", None))).queue == "pumps"


def test_a_case_that_is_reactivated_waits_in_the_queue_that_somebody_named_for_it() -> None:
    """Found by a new user: the rules took the case out of the queue where a supervisor had put it."""
    closed = case("problem_solved", queue="pumps", closed_at=NOON)
    decision = decided(closed, ReopenCase(CASE, "kim", None), catalogue(queue="a"))
    assert after(decision).queue == "pumps"
    assert seeks(decision) == after(decision).assignment.place


@pytest.mark.parametrize(("urgent", "less"), [("critical", "high"), ("high", "normal"), ("normal", "low")])
def test_the_more_urgent_wait_before_the_less_urgent_and_among_equals_who_came_first(urgent: str, less: str) -> None:
    def place(priority: str, minutes: int) -> str:
        opening = CreateCase(CASE, 1, NOON, replace(OPENING, priority=priority))
        at = LATER.replace(minute=minutes)
        return after(CREATED(message(opening), CaseFacts(catalogue(queue="a")), at)).assignment.place

    assert place(urgent, 5) < place(less, 1)
    assert place(less, 1) < place(less, 5)


def test_a_case_is_routed_where_the_rules_lead_now() -> None:
    decision = decided(waiting(), RouteCase(CASE, "boss"), catalogue(queue="pumps"))
    held = after(decision)
    assert (held.queue, held.assignment.queued_at) == ("pumps", LATER)
    assert lists(decision) == ([(list_of_queue("pumps"), held.assignment.place)], [(list_of_queue("a"), KEY)])
    assert (decision.outcome, decision.detail) == ("routed", {"rule": "otherwise", "queue": "pumps"})


def test_a_case_that_waits_there_already_keeps_its_turn_and_looks_again() -> None:
    decision = decided(waiting(), RouteCase(CASE, "boss"), catalogue(queue="a"))
    assert after(decision).assignment.queued_at == NOON
    assert seeks(decision) not in ("", KEY)


def test_a_case_that_is_worked_on_where_the_rules_lead_it_is_left_alone() -> None:
    decision = decided(worked_on(), RouteCase(CASE, "boss"), catalogue(queue="a"))
    assert (decision.state, decision.outcome, decision.messages) == (None, "stays", ())


def test_a_case_that_is_routed_elsewhere_is_taken_from_whoever_has_it() -> None:
    decision = decided(worked_on(), RouteCase(CASE, "boss"), catalogue(queue="pumps"))
    assert (after(decision).worked_by, after(decision).owner) == ("", "")
    assert freed(decision) == [FreeSlot("kim", CASE, "s1")]
    assert seeks(decision)


def test_without_rules_nothing_is_routed() -> None:
    assert decided(waiting(), RouteCase(CASE, "boss")).refused == Refusal("no_routing")


def test_a_case_is_moved_to_a_queue_by_hand() -> None:
    decision = decided(worked_on(), MoveToQueue(CASE, "boss", "pumps"))
    assert (after(decision).queue, after(decision).assignment.skills) == ("pumps", {"pumps": 2})
    assert freed(decision) == [FreeSlot("kim", CASE, "s1")]
    assert decided(worked_on(), MoveToQueue(CASE, "boss", "pump")).refused == Refusal("unknown_queue", "queue")


def test_who_releases_a_case_gives_it_back_for_others_and_it_keeps_its_turn() -> None:
    decision = decided(worked_on(), ReleaseCase(CASE, "kim"))
    held = after(decision)
    assert (held.worked_by, held.owner, held.assignment.left_by) == ("", "", "kim")
    assert held.assignment.queued_at == NOON
    assert freed(decision) == [FreeSlot("kim", CASE, "s1")]
    assert lists(decision) == ([(list_of_queue("a"), held.assignment.place)], [])
    assert seeks(decision) == held.assignment.place


@pytest.mark.parametrize(
    ("held", "refusal"),
    [
        (waiting(), Refusal("not_assigned", "worked_by")),
        (worked_on(queue=""), Refusal("no_queue", "queue")),
        (case("problem_solved"), Refusal("case_is_closed", "status")),
    ],
)
def test_what_cannot_be_released_is_refused(held: Case, refusal: Refusal) -> None:
    assert decided(held, ReleaseCase(CASE, "kim")).refused == refusal


def test_a_case_takes_the_agent_who_found_it_where_it_waits() -> None:
    decision = decided(waiting(), giving(place=KEY, why={"looked_at": 3}))
    held = after(decision)
    assert (held.worked_by, held.owner, held.assignment.slot, held.assignment.place) == ("kim", "kim", "s1", "")
    assert lists(decision) == ([], [(list_of_queue("a"), KEY)])
    assert (decision.outcome, decision.detail) == ("assigned", {"agent": "kim", "queue": "a", "looked_at": 3})


@pytest.mark.parametrize(
    "held",
    [worked_on(worked_by="lee"), waiting(assignment=Assignment(place="elsewhere")), case("problem_solved")],
)
def test_who_comes_too_late_gets_the_slot_back_and_nobody_reads_of_it(held: Case) -> None:
    decision = decided(held, giving(place=KEY))
    assert (decision.state, decision.outcome, decision.refused, decision.rows) == (None, "", None, {})
    assert freed(decision) == [FreeSlot("kim", CASE, "s1")]


@pytest.mark.parametrize("held", [waiting(), case(), case(queue="by-hand")])
def test_a_case_is_picked_wherever_it_is(held: Case) -> None:
    decision = decided(held, giving(queue_name=held.queue, by="kim"))
    assert (after(decision).worked_by, decision.outcome) == ("kim", "picked")


def test_a_case_is_assigned_by_hand_and_taken_from_whoever_has_it() -> None:
    decision = decided(worked_on(), giving(agent="lee", slot="s2", takes_away=True, by="boss"))
    assert (after(decision).worked_by, after(decision).assignment.slot) == ("lee", "s2")
    assert freed(decision) == [FreeSlot("kim", CASE, "s1")]
    assert decision.detail == {"agent": "lee", "queue": "a", "taken_from": "kim"}


@pytest.mark.parametrize(
    ("held", "fields", "refusal"),
    [
        (worked_on(worked_by="lee"), {"by": "kim"}, Refusal("taken", "worked_by")),
        (worked_on(), {"by": "kim", "slot": "s2"}, Refusal("already_theirs", "worked_by")),
        (worked_on(), {"by": "boss", "slot": "s2", "takes_away": True}, Refusal("already_theirs", "worked_by")),
        (waiting(), {"by": "kim", "queue_name": "pumps"}, Refusal("moved_on", "queue")),
        (waiting(), {"by": "kim", "if_version": 7}, Refusal("version_changed", "if_version")),
        (case("problem_solved"), {"by": "kim"}, Refusal("case_is_closed", "status")),
    ],
)
def test_who_wanted_it_by_hand_is_told_why_not_and_gets_the_slot_back(
    held: Case, fields: dict[str, Any], refusal: Refusal
) -> None:
    decision = decided(held, giving(**fields))
    assert decision.refused == refusal
    assert freed(decision) == [FreeSlot("kim", CASE, fields.get("slot", "s1"))]


def test_a_case_that_is_not_there_keeps_nobodys_slot() -> None:
    decision = WITHOUT_CASE[GiveCase](message(giving()), CATALOGUE, LATER)
    assert freed(decision) == [FreeSlot("kim", CASE, "s1")]
    assert decision.refused == Refusal("not_found")


def test_closing_a_case_frees_the_slot_and_leaves_the_line() -> None:
    closed = decided(worked_on(), ResolveCase(CASE, "kim"))
    assert freed(closed) == [FreeSlot("kim", CASE, "s1")]
    assert (after(closed).worked_by, after(closed).owner) == ("", "kim")
    assert lists(decided(waiting(), ResolveCase(CASE, "kim"))) == ([], [(list_of_queue("a"), KEY)])


def test_another_priority_is_another_place_in_the_line_and_another_search() -> None:
    decision = decided(waiting(), UpdateCase(CASE, "kim", {"priority": "low"}))
    place = after(decision).assignment.place
    assert place.startswith("3~")
    assert lists(decision) == ([(list_of_queue("a"), place)], [(list_of_queue("a"), KEY)])
    assert seeks(decision) == place


def test_another_title_is_shown_in_the_line_and_changes_nothing_else() -> None:
    decision = decided(waiting(), UpdateCase(CASE, "kim", {"title": "It leaks"}))
    assert lists(decision) == ([(list_of_queue("a"), KEY)], [])
    assert (after(decision).assignment.place, seeks(decision)) == (KEY, "")


def test_a_place_is_never_taken_twice() -> None:
    there = after(decided(waiting(version=4), UpdateCase(CASE, "kim", {"priority": "low"})))
    back = after(decided(there, UpdateCase(CASE, "kim", {"priority": "critical"})))
    assert back.assignment.place.startswith("0~")
    assert back.assignment.place != KEY


def test_the_best_suited_is_asked_and_the_others_are_kept_in_mind() -> None:
    held = waiting(assignment=Assignment(place=KEY, skills={"pumps": 3}, left_by="sam"))
    search = Search(("kim", "lee", "ute"), {"away": 2}, 5)
    decision = seek_agent(held, message(SeekAgent(CASE, KEY)), search, LATER)
    assert decision.outcome == "noted"
    assert decision.then is not None
    assert decision.then.body == TakeSlot(
        "kim", CASE, KEY, Need("a", {"pumps": 3}, "sam"), "case", ("lee", "ute"), 5, {"away": 2}
    )


def test_where_nobody_is_found_the_case_says_why() -> None:
    decision = seek_agent(waiting(), message(SeekAgent(CASE, KEY)), Search((), {"away": 2}, 2), LATER)
    assert decision.then is not None
    assert decision.then.body == KeepWaiting(CASE, KEY, {"away": 2}, 2)
    kept = decided(waiting(), decision.then.body)
    assert (kept.outcome, kept.detail) == ("nobody", {"passed_over": {"away": 2}, "looked_at": 2})
    assert after(kept).assignment.passed_over == {"away": 2}
    assert (after(kept).assignment.place, seeks(kept)) == (KEY, "")


def test_a_search_for_where_it_waits_no_more_ends() -> None:
    held = waiting(assignment=Assignment(place="elsewhere"))
    assert seek_agent(held, message(SeekAgent(CASE, KEY)), Search(("kim",)), LATER) == Decision()
    assert decided(held, KeepWaiting(CASE, KEY, {}, 0)) == Decision()


def test_a_case_waits_in_its_queue_or_for_the_person_it_was_routed_to() -> None:
    assert list_of(waiting()) == list_of_queue("a")
    assert list_of(case(assignment=Assignment(person="kim"))) == list_of_person("kim")
    assert list_of(case()) == ""


@pytest.mark.parametrize("target", [{}, {"queue": "a"}])
def test_a_case_that_is_opened_for_a_queue_that_is_not_published_goes_where_others_go(target: dict[str, str]) -> None:
    creation = CreateCase(CASE, 1, NOON, replace(OPENING, queue_name="gone"))
    after = CREATED(message(creation), CaseFacts(catalogue(**target)), NOON).state
    assert after is not None
    assert after.queue == target.get("queue", "")
