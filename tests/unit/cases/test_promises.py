"""What an SLA makes of a case around a decision: escalated, sent elsewhere, noted, told to journeys, and due again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.cases.case import Case
from shared.cases.commands import CREATED, TURNED
from shared.cases.facts import CaseFacts
from shared.cases.messages import ChangeStatus, CreateCase, ResolveCase, SetSla
from shared.cases.timeline import Line
from shared.cases.waiting import Assignment
from shared.definitions.catalogue import Catalogue
from shared.definitions.conditions import Compare
from shared.definitions.mapping import Constant, Path
from shared.definitions.queue import Queue
from shared.definitions.routing import Routing, Rule, Target
from shared.definitions.sla import AddNote, Escalate, Raise, Route, Sla
from shared.events.messages import RecordChanged, TriggerFired
from shared.runtime.decision import Decision, Due, Refusal, Tally
from shared.sla.facts import SlaFacts
from shared.sla.messages import CheckSla
from tests.unit.cases.building import CASE, CONTACT, LATER, NOON, OPENING, message
from tests.unit.sla.world import HOUR, item, sla

TOLD = Raise("sla-failed", {"case": Path("case.case"), "kpi": Path("kpi.name"), "how": Constant("late")})
ACTIONS = {"warn": (Route(),), "fail": (Escalate(), AddNote("Call them."), TOLD)}
ESCALATED = Rule("escalated", Compare("case.escalated", "eq", True, "boolean"), Target("urgent"))
CATALOGUE = Catalogue(
    {},
    {},
    {},
    queues={name: Queue(name, name) for name in ("usual", "urgent")},
    routings={"cases": Routing("cases", (ESCALATED,), Target("usual"))},
)


def facts(*items: Any, **slas: Sla) -> CaseFacts:
    held = {"standard": sla(*(items or (item(actions=ACTIONS),))), **slas}
    return CaseFacts(replace(CATALOGUE, slas=held), SlaFacts(held, dict.fromkeys(held, 1)))


def opened(known: CaseFacts) -> Case:
    decision = CREATED(message(CreateCase(CASE, 1, NOON, OPENING)), known, NOON)
    assert decision.state is not None
    return decision.state


def turned(case: Case, body: Any, known: CaseFacts, hours: float) -> Decision[Case]:
    at = NOON + timedelta(hours=hours)
    return TURNED[type(body)](case, replace(message(body), time=at), known, at)


def checked(case: Case, known: CaseFacts, hours: float) -> Decision[Case]:
    return turned(case, CheckSla(CASE, "resolve", "i", NOON), known, hours)


def lines(decision: Decision[Case]) -> list[Line]:
    """Lines of the timeline, oldest first."""
    return [row for _, row in sorted(decision.rows.items(), reverse=True) if isinstance(row, Line)]


def dues(decision: Decision[Case]) -> list[str]:
    return [record.at.isoformat() for record in decision.records if isinstance(record, Due)]


def test_a_new_case_is_held_to_its_sla_and_the_first_deadline_is_written_down() -> None:
    decision = CREATED(message(CreateCase(CASE, 1, NOON, OPENING)), facts(), NOON)
    assert decision.state is not None
    assert decision.state.instances["resolve"].fails_at == NOON + 4 * HOUR
    assert dues(decision) == [(NOON + 2 * HOUR).isoformat()]


def test_a_check_that_comes_too_early_decides_nothing() -> None:
    known = facts()
    assert checked(opened(known), known, 1) == Decision()


def test_a_warning_writes_down_when_it_fails() -> None:
    known = facts()
    decision = checked(opened(known), known, 2)
    assert [(line.kind, line.outcome) for line in lines(decision)] == [("sla", "warned")]
    assert dues(decision) == [(NOON + 4 * HOUR).isoformat()]


def test_a_failure_escalates_notes_and_tells() -> None:
    known = facts()
    decision = checked(opened(known), known, 4)
    assert decision.state is not None
    assert decision.state.escalated
    assert [(line.kind, line.outcome or line.text) for line in lines(decision)] == [
        ("sla", "warned"),
        ("sla", "failed"),
        ("note", "Call them."),
    ]
    fired = [raised.body for raised in decision.raised if isinstance(raised.body, TriggerFired)]
    assert [(each.trigger, each.contact, dict(each.attributes)) for each in fired] == [
        ("sla-failed", CONTACT, {"case": CASE, "kpi": "resolve", "how": "late"})
    ]
    changed = [raised.body.columns for raised in decision.raised if isinstance(raised.body, RecordChanged)]
    assert changed == [("escalated",)]
    [tally] = [record for record in decision.records if isinstance(record, Tally)]
    assert tally.counts["kpi.resolve.missed"] == 1
    assert tally.counts["lateness.<=1s"] == 1
    assert tally.counts["lateness.>1h"] == 1


def test_routing_once_more_follows_the_rules_as_they_are_now() -> None:
    known = facts(item(actions={"fail": (Escalate(), Route())}))
    case = opened(known)
    assert case.queue == "usual"
    decision = checked(case, known, 4)
    assert decision.state is not None
    assert decision.state.queue == "urgent"


def test_who_works_on_a_case_where_the_rules_lead_it_is_left_alone() -> None:
    known = facts()
    case = replace(opened(known), worked_by="kim", assignment=Assignment(slot="s1"))
    decision = checked(case, known, 2)
    assert decision.state is not None
    assert (decision.state.worked_by, decision.state.assignment.slot) == ("kim", "s1")


def test_a_command_is_decided_on_the_case_as_its_deadlines_have_left_it() -> None:
    known = facts()
    decision = turned(opened(known), ResolveCase(CASE, "kim"), known, 5)
    assert decision.state is not None
    assert (decision.state.status, decision.state.escalated) == ("resolved", True)
    assert decision.state.instances["resolve"].state == "noncompliant"
    assert decision.state.version == 2


def test_a_refusal_keeps_what_time_has_done() -> None:
    known = facts()
    decision = turned(opened(known), ChangeStatus(CASE, "kim", "nonsense"), known, 5)
    assert decision.refused is not None
    assert decision.state is not None
    assert decision.state.instances["resolve"].state == "noncompliant"


def test_a_pause_takes_its_time_from_when_it_was_accepted() -> None:
    known = facts()
    at = NOON + timedelta(minutes=50)
    late = replace(message(ChangeStatus(CASE, "kim", "on_hold")), time=at)
    decision = TURNED[ChangeStatus](opened(known), late, known, LATER)
    assert decision.state is not None
    assert decision.state.instances["resolve"].paused_since == at
    assert dues(decision) == []


@pytest.mark.parametrize(
    ("wanted", "refused"),
    [("gold", None), ("none", None), ("", None), ("silver", Refusal("unknown_sla", "sla"))],
)
def test_an_sla_is_set_by_hand_if_it_is_published(wanted: str, refused: Refusal | None) -> None:
    known = facts(gold=sla(item(HOUR, None), name="gold"))
    decision = turned(opened(known), SetSla(CASE, "kim", wanted), known, 0.5)
    assert decision.refused == refused
    if wanted == "gold":
        assert decision.state is not None
        assert decision.state.instances["resolve"].fails_at == NOON + HOUR


def test_a_closed_case_keeps_its_sla() -> None:
    known = facts()
    closed = turned(opened(known), ResolveCase(CASE, "kim"), known, 1).state
    assert closed is not None
    assert turned(closed, SetSla(CASE, "kim", "none"), known, 2).refused == Refusal("case_is_closed", "status")


def test_a_test_case_tells_journeys_that_it_is_one() -> None:
    known = facts()
    decision = checked(replace(opened(known), test=True), known, 4)
    assert decision.test is True
