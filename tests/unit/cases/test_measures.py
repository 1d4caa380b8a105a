"""What cases add to the supervisors' numbers: whatever happens, in whatever order, sums are those of the cases."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cases import case as cases
from shared.cases.case import Case
from shared.cases.measures import LONGEST, NAME, measures, tally, within
from shared.cases.messages import (
    AddActivity,
    CancelCase,
    ChangeStatus,
    EscalateCase,
    OpenCase,
    ReactivateCase,
    ResolveCase,
    UpdateCase,
)
from shared.runtime import codec, counters
from shared.runtime.envelope import Body, Envelope
from shared.runtime.errors import Unavailable
from shared.runtime.memory.store import MemoryStore
from shared.runtime.step import Head
from shared.runtime.store import Change
from tests.unit.cases.building import LATER, NOON, case
from tests.unit.pages.world import World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def of(case_: Case, facet: str = "") -> dict[str, int]:
    """What it adds in all, or by one facet."""
    ending = f"|{facet}" if facet else ""
    counts = measures(case_)
    return {
        name.removesuffix(ending): count
        for name, count in counts.items()
        if (name.endswith(ending) if facet else "|" not in name)
    }


def test_a_new_case_is_incoming_and_active() -> None:
    assert of(case()) == {"incoming": 1, "active": 1}


def test_every_number_is_told_by_every_facet_too() -> None:
    full = case(product="Valve X", escalated=True)
    for facet in ("type=problem", "priority=critical", "channel=iot", "product=Valve X", "error_code=11"):
        assert of(full, facet) == of(full) == {"incoming": 1, "active": 1, "escalated": 1, "active_escalated": 1}


def test_long_values_are_cut_and_stay_apart() -> None:
    """Whatever is called a product, the sums of many cases fit into a row."""
    found = [measures(case(product="x" * 3_000 + end)) for end in "ab"]
    [one], [other] = ([name for name in counts if name.startswith("incoming|product=")] for counts in found)
    assert one != other
    assert max(len(one), len(other)) <= len("incoming|product=") + LONGEST
    assert f"incoming|product={'x' * LONGEST}" in measures(case(product="x" * LONGEST))


def test_a_facet_without_a_value_is_not_told() -> None:
    assert not [name for name in measures(case(device=None, error_code=None)) if "product" in name or "code" in name]
    assert "incoming|error_code=0" in measures(case(error_code=0))


def test_how_long_it_took_is_counted_added_up_and_put_into_a_class() -> None:
    resolved = case(
        "problem_solved", first_response_at=NOON + 10 * MINUTE, closed_at=NOON + 2 * HOUR, billable_minutes=30
    )
    assert of(resolved) == {
        "incoming": 1,
        "resolved": 1,
        "billable_minutes": 30,
        "response.count": 1,
        "response.seconds": 600,
        "response.within.15m": 1,
        "resolution.count": 1,
        "resolution.seconds": 7200,
        "resolution.within.4h": 1,
    }


@pytest.mark.parametrize(
    ("reason", "counted"),
    [("cancelled", {"incoming": 1, "cancelled": 1}), ("merged", {"incoming": 1, "cancelled": 1, "merged": 1})],
)
def test_what_was_cancelled_took_no_time(reason: str, counted: dict[str, int]) -> None:
    assert of(case(reason, closed_at=LATER)) == counted


def test_a_reopened_case_is_active_and_no_longer_resolved() -> None:
    assert of(case(epoch=2)) == {"incoming": 1, "active": 1, "reopened": 1}


def test_a_case_of_a_test_run_counts_nowhere() -> None:
    assert measures(case(test=True)) == {}
    assert tally(None, case(test=True), "m", LATER) == ()


def test_promises_are_met_or_missed_and_met_in_business_time() -> None:
    instances = {
        "first_response": SimpleNamespace(state="succeeded", elapsed=HOUR),
        "resolve": SimpleNamespace(state="noncompliant", elapsed=HOUR),
        "other": SimpleNamespace(state="paused", elapsed=HOUR),
    }
    watched = case(instances=instances)
    assert {name: count for name, count in of(watched).items() if name.startswith("kpi")} == {
        "kpi.first_response.met": 1,
        "kpi.first_response.business.count": 1,
        "kpi.first_response.business.seconds": 3600,
        "kpi.first_response.business.within.1h": 1,
        "kpi.resolve.missed": 1,
    }


@pytest.mark.parametrize(
    ("duration", "name"),
    [
        (timedelta(), "5m"),
        (5 * MINUTE, "5m"),
        (5 * MINUTE + timedelta(seconds=1), "15m"),
        (timedelta(days=30), "30d"),
        (timedelta(days=31), "longer"),
    ],
)
def test_a_class_ends_with_its_limit(duration: timedelta, name: str) -> None:
    assert within(duration) == name


def test_a_step_that_changes_no_number_leaves_none() -> None:
    assert tally(case(), case(title="Other"), "m", LATER) == ()


def test_a_case_that_becomes_another_priority_moves_from_one_number_to_another() -> None:
    [moved] = tally(case(), case(priority="low"), "m", LATER)
    assert moved.counts == {
        "incoming|priority=critical": -1,
        "active|priority=critical": -1,
        "incoming|priority=low": 1,
        "active|priority=low": 1,
    }
    assert (moved.group, moved.day) == ("2026-11-21", "2026-11-21")


class Failing(MemoryStore):
    """A store that, told so, is away for one write: before it, or with the answer lost."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[str] = []

    async def write(self, table: str, partition: str, *changes: Change) -> dict[str, str]:
        failure = self.failures.pop() if self.failures else ""
        if failure == "before":
            raise Unavailable
        etags = await super().write(table, partition, *changes)
        if failure == "after":
            raise Unavailable
        return etags


COMMANDS = st.one_of(
    st.builds(
        lambda name, code, priority: OpenCase(name, "C-1", "t", priority, device="D-1", error_code=code),
        st.sampled_from("abc"),
        st.sampled_from((None, 11)),
        st.sampled_from(("high", "low")),
    ),
    st.builds(lambda name: ResolveCase(name, "kim", billable_minutes=5), st.sampled_from("abc")),
    st.builds(lambda name: CancelCase(name, "kim"), st.sampled_from("abc")),
    st.builds(lambda name: ChangeStatus(name, "kim", "on_hold"), st.sampled_from("abc")),
    st.builds(lambda name: ReactivateCase(name, "kim"), st.sampled_from("abc")),
    st.builds(lambda name, flag: EscalateCase(name, "kim", flag), st.sampled_from("abc"), st.booleans()),
    st.builds(lambda name: AddActivity(name, "email", "kim", direction="out"), st.sampled_from("abc")),
    st.builds(
        lambda name, value: UpdateCase(name, "kim", {"product": value}), st.sampled_from("abc"), st.text(max_size=4)
    ),
)
STEPS = st.lists(
    st.tuples(COMMANDS, st.integers(0, 4000), st.lists(st.sampled_from(("", "before", "after")), max_size=6)),
    max_size=25,
)


async def _play(steps: list[tuple[Body, int, list[str]]]) -> tuple[World, Counter[str], Counter[str]]:
    store = Failing()
    world = World(store=store)
    for number, (body, minutes, failures) in enumerate(steps):
        world.clock.at += timedelta(minutes=minutes)
        envelope = Envelope(f"m{number}", body.kind, world.clock.at, codec.plain(body))
        store.failures = list(failures)
        await world.services.pipeline.take(envelope)
        store.failures = []
        await world.services.pipeline.take(envelope)  # and once more, as the bus may
        if number % 5 == 4:
            await counters.roll(store, NAME, world.clock.at.date())
    await world.work()
    counted: Counter[str] = Counter()
    for counts in (await counters.read(store, NAME)).values():
        counted.update(counts)
    heads: Counter[str] = Counter()
    for partition in store.partitions(cases.TABLE):
        row = await store.get(cases.TABLE, partition, cases.HEAD)
        if row is not None:
            heads.update(measures(codec.typed(Head[Case], row.data).state))
    return world, counted, heads


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
async def test_after_any_history_with_repeats_and_crashes_the_numbers_are_those_of_the_cases(
    steps: list[tuple[Body, int, list[str]]],
) -> None:
    _, counted, heads = await _play(steps)
    assert {name: count for name, count in counted.items() if count} == dict(heads)


async def test_the_history_above_counts_something() -> None:
    opening = OpenCase("a", "C-1", "t", device="D-1", error_code=11)
    _, counted, _ = await _play([(opening, 0, ["after"]), (ResolveCase("a", "kim"), 9, ["before", "after"])])
    assert (counted["incoming"], counted["resolved"], counted["resolution.within.15m"]) == (1, 1, 1)


def test_sums_telescope() -> None:
    life = [case(), case(escalated=True), case("problem_solved", closed_at=LATER), case(epoch=2, priority="low")]
    total: Counter[str] = Counter()
    for before, after in zip([None, *life], life, strict=False):
        for each in tally(before, after, "m", LATER):
            total.update(each.counts)
    assert {name: count for name, count in total.items() if count} == measures(replace(life[-1]))
