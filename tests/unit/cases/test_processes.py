"""What concerns several cases ends as it should: after a crash anywhere, in any order, told twice."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cases.messages import AddActivity, CancelCase, MergeCases, ReactivateCase, ResolveCase, SetParent
from shared.runtime.envelope import Body
from shared.tasks.messages import CloseTask, CreateTask
from tests.unit.cases.playing import CONTACT, NOON, Cases

IDS = ("A", "B", "C", "D")
CASCADE = "policy: cases\nclosing: cascade\n"


def task(case: str, id_: str = "T") -> CreateTask:
    return CreateTask(id_, "Call them", CONTACT, "queue", "support", NOON + timedelta(days=1), case)


def merge(target: str, *sources: str) -> MergeCases:
    return MergeCases(target, "kim", sources)


def below(child: str, parent: str | None) -> SetParent:
    return SetParent(child, "kim", parent)


def resolve(case: str, *, cancel: bool = True) -> ResolveCase:
    return ResolveCase(case, "kim", cancel_activities=cancel)


async def planned_and_done(cases: Cases) -> None:
    await cases.say(task("A"), task("A", "T2"))
    await cases.say(CloseTask("T", "kim"))
    await cases.say(resolve("A"))


async def adopted_and_left(cases: Cases) -> None:
    await cases.say(below("B", "A"))
    await cases.say(below("C", "A"), below("C", "B"))
    await cases.say(resolve("B"), below("C", None))
    await cases.say(ReactivateCase("B", "kim"))


async def merged_in_pages(cases: Cases) -> None:
    for said in (task("B"), task("B", "T2"), below("C", "B"), below("D", "B"), resolve("D")):
        await cases.say(said)
    await cases.say(merge("A", "B"))
    await cases.say(CloseTask("T", "kim"))


async def closed_with_its_children(cases: Cases) -> None:
    await cases.say(below("B", "A"), below("C", "A"))
    await cases.say(resolve("A"))


STORIES = [planned_and_done, adopted_and_left, merged_in_pages, closed_with_its_children]


async def outcome(story: Callable[[Cases], Awaitable[None]], writes: int) -> tuple[Any, bool]:
    """Return what came of a story in which a process ended after so many writes, and whether one did."""
    cases = Cases()
    await cases.open(*IDS)
    if story is merged_in_pages:
        await cases.has_lines("B", 95)
    if story is closed_with_its_children:
        await cases.publish(CASCADE)
    cases.crash_after(writes)
    await story(cases)
    ended = cases.has_crashed
    await cases.audit()
    found = {id_: replace(case, closed_at=None, changed_at=None) for id_, case in (await cases.cases()).items()}
    states = {id_: (each.state, each.case) for id_, each in (await cases.tasks()).items()}
    said = {id_: sorted(await cases.said(id_)) for id_ in found}
    return (found, states, said, await cases.rejected()), ended


@pytest.mark.parametrize("story", STORIES)
async def test_after_a_crash_anywhere_all_is_as_without_it(story: Callable[[Cases], Awaitable[None]]) -> None:
    calm, _ = await outcome(story, 0)
    assert calm[-1] == []
    writes, ended = 1, True
    while ended:
        found, ended = await outcome(story, writes)
        assert found == calm, f"ended after write {writes}"
        writes += 1
    assert writes > 10


CROSSING: dict[str, list[list[Body]]] = {
    "a case is resolved while something is planned": [[task("A"), resolve("A")]],
    "a case is merged while something is planned": [[task("B"), merge("A", "B")], [CloseTask("T", "kim")]],
    "a task is closed while its case is merged": [
        [task("B")],
        [merge("A", "B"), CloseTask("T", "kim")],
        [resolve("A")],
    ],
    "a child comes while its parent is merged": [[below("C", "B"), merge("A", "B")]],
    "a child comes while its parent is closed": [[below("B", "A"), resolve("A")]],
    "a child is closed while it comes": [[below("B", "A"), resolve("B")], [ReactivateCase("B", "kim")]],
    "a child goes while it is closed with its parent": [[below("B", "A")], [resolve("A"), below("B", "C")]],
    "a child is merged while it is closed with its parent": [[below("B", "A")], [resolve("A"), merge("C", "B")]],
    "a parent is merged into its child": [[below("B", "A"), below("C", "A")], [merge("B", "A")]],
    "two are merged into each other": [[merge("A", "B"), merge("B", "A")]],
    "the one that stays is merged": [[task("B")], [merge("A", "B"), merge("C", "A")], [merge("C", "A")]],
    "the one that stays is closed": [[task("B"), below("D", "B")], [merge("A", "B"), resolve("A")]],
    "the one that stays becomes a child": [[below("D", "B")], [below("A", "C"), merge("A", "B")]],
}


@pytest.mark.parametrize("crossing", CROSSING)
async def test_after_a_crash_anywhere_what_crosses_adds_up(crossing: str) -> None:
    writes, ended = 0, True
    while ended:
        cases = Cases()
        await cases.open(*IDS)
        await cases.publish(CASCADE)
        cases.crash_after(writes)
        for together in CROSSING[crossing]:
            await cases.say(*together)
        await cases.audit()
        writes, ended = writes + 1, cases.has_crashed or not writes
    assert writes > 5


COMMANDS = st.one_of(
    st.builds(lambda ids: merge(*ids), st.permutations(IDS).map(lambda ids: ids[:2])),
    st.builds(below, st.sampled_from(IDS), st.sampled_from((*IDS, None))),
    st.builds(lambda case, cancel: resolve(case, cancel=cancel), st.sampled_from(IDS), st.booleans()),
    st.builds(lambda case: CancelCase(case, "kim"), st.sampled_from(IDS)),
    st.builds(lambda case: ReactivateCase(case, "kim"), st.sampled_from(IDS)),
    st.builds(task, st.sampled_from(IDS)),
    st.builds(lambda number: CloseTask(f"T{number}", "kim"), st.integers(0, 4)),
    st.builds(lambda case: AddActivity(case, "note", "kim", "Noted."), st.sampled_from(IDS)),
)


STANDING: list[list[Body]] = [
    [],
    [below("C", "B"), below("D", "B")],
    [below("B", "A"), task("B", "T0"), task("C", "T1")],
]


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(STANDING), st.lists(st.lists(COMMANDS, max_size=8), max_size=3), st.integers(0, 999), st.booleans()
)
async def test_whatever_comes_together_cases_tasks_and_timelines_add_up(
    standing: list[Body], said: list[list[Body]], seed: int, cascades: bool
) -> None:
    cases = Cases()
    await cases.open(*IDS)
    if cascades:
        await cases.publish(CASCADE)
    await cases.say(*standing)
    cases.world.chance = cases.chance = Random(seed)
    ids = count(2)
    for together in said:
        await cases.say(
            *(replace(one, task=f"T{next(ids)}") if isinstance(one, CreateTask) else one for one in together)
        )
    await cases.audit()
