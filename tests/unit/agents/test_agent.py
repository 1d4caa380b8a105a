"""Agents: who they are, whether they are there, and where that shows."""

from itertools import product
from typing import Any

import pytest

from shared.agents.agent import AGENTS, create_agent, list_of_queue, put_agent, set_presence
from shared.agents.messages import SeekCases, SetPresence
from shared.agents.presence import NEXT, PRESENCES
from shared.runtime.decision import Decision, Refusal, View
from tests.unit.agents.building import NOON, agent, putting, said


def shown(decision: Decision[Any]) -> dict[str, bool]:
    """Return the lists that are written, and whether the agent is in them."""
    return {view.list: view.data is not None for view in decision.records if isinstance(view, View)}


def test_a_new_agent_is_offline_has_no_slots_and_is_shown_in_their_queues() -> None:
    decision = create_agent(said(putting(queues=("a", "b"), skills={"pumps": 3})), None, NOON)
    assert decision.state == agent(presence="offline", queues=("a", "b"), skills={"pumps": 3})
    assert shown(decision) == {list_of_queue("a"): True, list_of_queue("b"): True, AGENTS: True}
    assert decision.then is None


def test_an_agent_keeps_presence_and_slots_when_all_else_changes() -> None:
    held = agent(slots={"s1": "K1"}, queues=("a", "b"), last_assigned_at=NOON)
    after = put_agent(held, said(putting(capacity=5, queues=("b", "c"), skills={"x": 1})), None, NOON)
    wanted = agent(capacity=5, queues=("b", "c"), skills={"x": 1}, slots={"s1": "K1"}, last_assigned_at=NOON, version=2)
    assert after.state == wanted
    assert shown(after) == {list_of_queue(name): name != "a" for name in "abc"} | {AGENTS: True}


def test_who_could_take_a_case_looks_for_one_once_the_lists_are_written() -> None:
    for held, seeks in (
        (agent(), True),
        (agent(presence="away"), False),
        (agent(slots={"s1": "K1", "s2": "K2"}), False),
    ):
        then = put_agent(held, said(putting()), None, NOON).then
        assert (then.body if then else None) == (SeekCases("kim") if seeks else None)


@pytest.mark.parametrize(("held", "wanted"), list(product(PRESENCES, PRESENCES)))
def test_presence_changes_as_its_table_says(held: str, wanted: str) -> None:
    decision = set_presence(agent(presence=held), said(SetPresence("kim", wanted, "kim")), None, NOON)
    if held == wanted:
        assert (decision.state, decision.outcome) == (None, "unchanged")
    elif wanted in NEXT[held]:
        assert decision.state == agent(presence=wanted, version=2)
        assert (decision.then is not None) == (wanted == "available")
    else:
        assert decision.refused == Refusal("transition_not_allowed", "presence")


def test_a_presence_that_is_none_is_refused() -> None:
    decision = set_presence(agent(), said(SetPresence("kim", "asleep", "kim")), None, NOON)
    assert decision.refused == Refusal("unknown_presence", "presence")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"capacity": -1}, "capacity"),
        ({"capacity": 101}, "capacity"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"skills": {"pumps": 6}}, "skills.pumps"),
        ({"skills": {"Pumps": 1}}, "skills.Pumps"),
        ({"queues": ("a", "a")}, "queues"),
        ({"queues": tuple(f"q{n}" for n in range(51))}, "queues"),
    ],
)
def test_what_is_wrong_with_an_agent_is_named(fields: dict[str, Any], field: str) -> None:
    for decision in (
        create_agent(said(putting(**fields)), None, NOON),
        put_agent(agent(), said(putting(**fields)), None, NOON),
    ):
        assert decision.refused == Refusal("invalid_value", field)
