"""Entering a journey: its rules are asked in order, once an event, and the answer is on record whatever it is."""

from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from shared.journeys.enter import enter, enter_first
from shared.journeys.facts import EntryFacts
from shared.journeys.messages import EnterJourney
from shared.journeys.parking import parked
from shared.journeys.run import Entries, Run
from shared.runtime.decision import Decision, Put
from shared.runtime.envelope import MAX_DEPTH, Message
from tests.unit.journeys.building import ALARM, HELLO, LATER, NOON, WAIT, entering, entry_facts

ENTRY = "entry: {attribute: trigger.code, op: gt, value: 10}\n"
NEVER = "re_entry: never\n"
AFTER = "re_entry: {after: PT1H}\n"
LATE = {"phase": "publishing"}
DEEP = {"cause": ("e",) * (MAX_DEPTH + 1)}


def row(decision: Decision[Entries]) -> Run:
    [(key, found)] = decision.rows.items()
    assert isinstance(found, Run)
    assert key == f"run:{found.id}"
    return found


def first(facts: EntryFacts | None = None, said: Message[EnterJourney] | None = None) -> Decision[Entries]:
    return enter_first(said or entering(), facts or entry_facts(), LATER)


def test_who_may_enter_gets_a_run_that_is_on_its_way() -> None:
    decision = first(entry_facts(WAIT))
    entered = row(decision)
    assert decision.outcome == "entered"
    assert decision.state == Entries(LATER)
    assert (entered.id, entered.journey, entered.version, entered.contact, entered.event) == ("r1", "j", 3, "C-1", "e1")
    assert (entered.attributes, entered.entered_at) == (ALARM, LATER)
    assert entered.waiting is not None
    assert len(decision.hints) == len(decision.messages) == 1


def test_the_first_step_goes_as_far_as_it_can() -> None:
    decision = first()
    assert (row(decision).status, row(decision).path) == ("completed", ("hi",))
    assert len(decision.messages) == 1


REFUSALS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any] | None, Entries | None]] = [
    ("not_live", LATE, {}, None, None),
    ("causation_depth", {}, DEEP, None, None),
    ("condition_not_met", {}, {}, {**ALARM, "code": 10}, None),
    ("re_entry", {}, {}, None, Entries(NOON)),
]
"""Reason, and what causes it: of the journey, the envelope, the event, and the past. In the order of the rules."""


def refused(*causes: Any) -> Decision[Entries]:
    published, envelope, attributes, entries = dict[str, Any](), dict[str, Any](), None, None
    for _, journey_is, envelope_is, attributes_are, entries_are in causes:
        published |= journey_is
        envelope |= envelope_is
        attributes = attributes_are or attributes
        entries = entries_are or entries
    facts, said = entry_facts(HELLO, ENTRY + NEVER, **published), entering(attributes, **envelope)
    return enter(entries, said, facts, LATER) if entries else enter_first(said, facts, LATER)


@pytest.mark.parametrize("cause", REFUSALS, ids=lambda cause: cause[0])
def test_each_rule_refuses_with_its_reason(cause: Any) -> None:
    decision = refused(cause)
    assert (decision.outcome, decision.detail) == ("not_entered", {"reason": cause[0]})
    assert (row(decision).status, row(decision).reason) == ("not_entered", cause[0])
    assert (decision.state, decision.messages, decision.raised, decision.hints) == (None, (), (), ())


@pytest.mark.parametrize("causes", list(combinations(REFUSALS, 2)), ids=lambda causes: "+".join(c[0] for c in causes))
def test_of_two_rules_that_refuse_the_first_one_tells(causes: Any) -> None:
    assert refused(*causes).detail == {"reason": causes[0][0]}


def test_a_refused_entry_is_listed_for_people() -> None:
    decision = refused(REFUSALS[2])
    at = LATER.isoformat()
    line = {"run": "r1", "contact": "C-1", "event": "e1", "reason": "condition_not_met", "at": at}
    assert Put("views", "not-entered~j", f"{at}~r1", line) in decision.records


@pytest.mark.parametrize("phase", ["draft", "publishing", "completing", "stopping", "stopped"])
def test_only_a_live_journey_takes_somebody(phase: str) -> None:
    assert first(entry_facts(phase=phase)).detail == {"reason": "not_live"}


def test_what_comes_to_a_paused_journey_is_parked_as_it_came() -> None:
    decision = first(entry_facts(phase="paused"))
    assert decision == parked(entering())
    assert (decision.state, decision.rows, decision.outcome) == (None, {}, "")


@pytest.mark.parametrize(("depth", "outcome"), [(MAX_DEPTH, "entered"), (MAX_DEPTH + 1, "not_entered")])
def test_a_chain_of_events_has_an_end(depth: int, outcome: str) -> None:
    assert first(said=entering(cause=("e",) * depth)).outcome == outcome


@pytest.mark.parametrize(("code", "outcome"), [(11, "entered"), (10, "not_entered"), (None, "not_entered")])
def test_the_entry_condition_is_asked_of_the_event(code: int | None, outcome: str) -> None:
    assert first(entry_facts(HELLO, ENTRY), entering({**ALARM, "code": code})).outcome == outcome


@pytest.mark.parametrize(
    ("head", "minutes", "outcome"),
    [
        ("", 0, "entered"),
        ("re_entry: immediately\n", 0, "entered"),
        (NEVER, 600_000, "not_entered"),
        (AFTER, 59, "not_entered"),
        (AFTER, 60, "entered"),
    ],
)
def test_re_entry_is_as_the_journey_says(head: str, minutes: int, outcome: str) -> None:
    last = Entries(LATER - timedelta(minutes=minutes))
    assert enter(last, entering(), entry_facts(HELLO, head), LATER).outcome == outcome


@pytest.mark.parametrize(
    ("head", "blind"), [("", True), ("re_entry: immediately\n", True), (NEVER, False), (AFTER, False)]
)
def test_only_a_rule_that_asks_for_the_last_entry_is_fenced_by_it(head: str, blind: bool) -> None:
    assert first(entry_facts(HELLO, head)).blind == blind


def test_what_an_entry_rests_on_is_recorded() -> None:
    inputs = enter(Entries(NOON), entering(), entry_facts(), LATER).inputs
    assert inputs == {
        "version": 3,
        "last_entry": NOON.isoformat(),
    }


def test_a_run_is_pinned_to_the_version_that_is_in_force() -> None:
    assert row(first(EntryFacts(8, entry_facts().run))).version == 8
