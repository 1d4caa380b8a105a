"""Cases with as much in them as there can be: what is done with them fits into rows, messages and transactions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.cases.between import TakeLines
from shared.cases.case import MOST_ACTIVITIES
from shared.cases.commands import TURNED
from shared.cases.merge import PAGE
from shared.cases.messages import MergeCases, ResolveCase, SetParent
from shared.cases.timeline import Line
from shared.definitions.sla import AddNote
from shared.runtime.store import MAX_CHANGES
from shared.tasks.messages import CreateTask
from tests.unit.cases.building import CASE, message
from tests.unit.cases.playing import CONTACT, NOON, Cases
from tests.unit.cases.test_promises import facts, opened
from tests.unit.sla.world import item

LONG = "ж" * 2000
"""A text that is six times as long in a row."""


async def test_a_long_text_closes_many_children_too() -> None:
    cases = Cases()
    await cases.publish("policy: cases\nclosing: cascade\n")
    children = [f"C{number}" for number in range(45)]
    await cases.open("P", *children)
    for child in children:
        await cases.say(SetParent(child, "kim", "P"))
    await cases.say(ResolveCase("P", "kim", text=LONG))
    found = await cases.cases()
    assert {each.status for each in found.values()} == {"resolved"}
    assert found["P"].resolution == LONG
    assert found["C0"].resolution == "ж" * 199 + "…"


def tasks(case: str, number: int) -> list[CreateTask]:
    due = NOON + timedelta(days=1)
    return [CreateTask(f"{case}{each:025d}", LONG, CONTACT, "queue", "q", due, case) for each in range(number)]


async def test_a_case_with_as_much_to_do_as_there_can_be_is_merged_and_resolved() -> None:
    cases = Cases()
    await cases.open("A", "B")
    await cases.say(*tasks("B", MOST_ACTIVITIES + 1))
    assert len((await cases.case("B")).open_activities) == len(await cases.tasks()) == MOST_ACTIVITIES
    await cases.say(MergeCases("A", "kim", ("B",)))
    held = await cases.case("A")
    assert (held.merging, len(held.open_activities)) == ({"B": "merged"}, MOST_ACTIVITIES)
    await cases.say(ResolveCase("A", "kim", cancel_activities=True))
    assert (await cases.case("A")).status == "resolved"
    assert {task.state for task in (await cases.tasks()).values()} == {"cancelled"}


async def test_where_both_have_too_much_to_do_the_other_one_says_so_and_stays() -> None:
    cases = Cases()
    await cases.open("A", "B")
    await cases.say(*tasks("A", 60), *tasks("B", 41))
    await cases.say(MergeCases("A", "kim", ("B",)))
    assert (await cases.case("A")).merging == {"B": "too_many_activities"}
    assert (await cases.case("B")).is_open
    await cases.audit()


@pytest.mark.parametrize("is_last", [True, False])
def test_deadlines_that_pass_with_a_page_of_lines_fit_into_its_transaction(is_last: bool) -> None:
    notes = {"warn": (AddNote("One"), AddNote("Two")), "fail": (AddNote("Three"), AddNote("Four"))}
    known = facts(item(kpi="resolve", actions=notes), item(kpi="response", actions=notes))
    at = NOON + timedelta(hours=48)
    lines = {f"line:{each:03d}": Line(id=str(each), kind="note", at=NOON, case="B") for each in range(PAGE)}
    said = replace(message(TakeLines(CASE, "B", lines, PAGE, after="" if is_last else "line:089")), time=at)
    decision = TURNED[TakeLines](replace(opened(known), merging={"B": "pending"}), said, known, at)
    assert len(decision.rows) > PAGE + 4
    assert len(decision.rows) + 2 <= MAX_CHANGES
