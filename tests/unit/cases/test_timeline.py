"""The timeline tells what happened to a case, oldest first, refusals too."""

from datetime import timedelta
from typing import Any

from shared.cases.case import TABLE
from shared.cases.timeline import PAGE, activity, timeline
from shared.runtime import codec
from shared.runtime.memory.store import MemoryStore
from shared.runtime.step import Outbox, Step
from shared.runtime.store import Insert
from tests.unit.cases.building import CASE, NOON


async def with_steps(*steps: Step) -> MemoryStore:
    store = MemoryStore()
    for step in steps:
        await store.write(TABLE, CASE, Insert(f"activity:{step.cause}", codec.plain(step)))
    await store.write(TABLE, CASE, Insert("head", {}))
    return store


def step(cause: str, minutes: int = 0, n: int = 0, outcome: str = "on_hold", **fields: Any) -> Step:
    at = NOON + timedelta(minutes=minutes)
    return Step(cause, "change_status", at, n, {"by": "A-1"}, at, outcome, Outbox(at), **fields)


async def test_activities_are_told_oldest_first_whatever_they_are_called() -> None:
    store = await with_steps(step("a", minutes=9, n=2), step("b", minutes=1), step("c", minutes=1, n=1))
    assert [told.cause for told in await timeline(store, CASE)] == ["b", "c", "a"]


async def test_a_long_timeline_is_told_to_its_end() -> None:
    store = await with_steps(*(step(f"s{number:04d}", n=number) for number in range(PAGE + 5)))
    assert [told.n for told in await timeline(store, CASE)] == list(range(PAGE + 5))


async def test_an_unknown_case_has_no_activities() -> None:
    assert await timeline(MemoryStore(), "none/such") == ()


async def test_one_message_can_be_asked_for() -> None:
    store = await with_steps(
        step("m1", outcome="refused", detail={"reason": "transition_not_allowed", "field": "status"})
    )
    told = await activity(store, CASE, "m1")
    assert told is not None
    assert (told.outcome, told.detail["reason"]) == ("refused", "transition_not_allowed")
    assert await activity(store, CASE, "m2") is None
