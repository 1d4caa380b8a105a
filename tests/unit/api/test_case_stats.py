"""`GET /api/cases/stats`, and what its numbers say."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.cases.measures import NAME
from shared.cases.messages import EscalateCase, ResolveCase
from shared.cases.stats import ages, numbers
from shared.runtime import counters
from shared.runtime.decision import Tally
from tests.unit.api.client import Api, principal, problem
from tests.unit.pages.world import CASE

SUPERVISOR = principal("supervisor")
OTHER = "01KA5Q3N8M2V7R4T6W9X0YZXYZ"


async def supervised() -> Api:
    """Two cases, of which one was resolved after two hours and the other was escalated a day later."""
    api = Api(headers=SUPERVISOR)
    await api.world.has_case(priority="high", product="Valve")
    await api.world.say(ResolveCase(CASE, "kim", billable_minutes=20), minutes=120)
    await api.world.has_case(case=OTHER, priority="low", origin="web")
    await api.world.say(EscalateCase(OTHER, "kim"), minutes=24 * 60)
    return api


async def stats(query: str = "") -> dict[str, Any]:
    api = await supervised()
    response = await api.get(f"/api/cases/stats{query}")
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_all_cases_are_told_of_as_they_stand() -> None:
    total = (await stats())["total"]
    assert (total["incoming"], total["active"], total["resolved"], total["escalated"]) == (2, 1, 1, 1)
    assert (total["escalated_percent"], total["active_escalated"], total["billable_minutes"]) == (50.0, 1, 20)
    assert total["resolution"] == {
        "count": 1,
        "mean_seconds": 7200,
        "half_within": "4h",
        "most_within": "4h",
        "within": {"4h": 1},
    }
    assert total["response"]["count"] == 0


@pytest.mark.parametrize(
    ("by", "parts"),
    [
        ("priority", {"high": 1, "low": 1}),
        ("channel", {"iot": 1, "web": 1}),
        ("type", {"problem": 2}),
        ("product", {"Valve": 1}),
        ("error_code", {}),
    ],
)
async def test_numbers_are_told_by_a_facet(by: str, parts: dict[str, int]) -> None:
    found = await stats(f"?by={by}")
    assert {value: own["incoming"] for value, own in found["parts"].items()} == parts


async def test_a_time_takes_in_the_cases_that_were_opened_in_it() -> None:
    first = (await stats("?by=day"))["parts"]
    [day] = first
    assert (await stats(f"?from={day}&to={day}"))["total"]["incoming"] == 2
    before = date.fromisoformat(day) - timedelta(days=1)
    assert (await stats(f"?to={before}"))["total"]["incoming"] == 0


async def test_what_is_active_is_told_by_its_age() -> None:
    found = await stats()
    assert found["active_by_age"] == {"today": 0, "1-2 days": 1, "3-6 days": 0, "1-4 weeks": 0, "older": 0}


async def test_how_late_the_checks_of_slas_came_is_told_from_early_to_late() -> None:
    api = Api(headers=SUPERVISOR)
    late = {"lateness.>1h": 1, "lateness.<=1s": 40, "lateness.<=5s": 2}
    await counters.count(api.world.store, Tally(counters.shard_of(NAME, "K"), "2026-11-03", "o", "2026-11-24", late))
    assert list((await api.get("/api/cases/stats")).json()["lateness"].items()) == [
        ("<=1s", 40),
        ("<=5s", 2),
        (">1h", 1),
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [("?by=weather", "by"), ("?from=yesterday", "from"), ("?from=2026-02-02&to=2026-02-01", "from")],
)
async def test_a_question_that_makes_no_sense_names_its_field(query: str, field: str) -> None:
    api = Api(headers=SUPERVISOR)
    body = problem(await api.get(f"/api/cases/stats{query}"), 422)
    assert body["errors"][0]["field"].endswith(field)


async def test_the_numbers_are_for_supervisors() -> None:
    problem(await Api().get("/api/cases/stats"), 403)


def test_half_and_nine_in_ten_are_told_by_the_class_that_they_stay_within() -> None:
    counts = {"response.count": 10, "response.seconds": 36000, "response.within.5m": 4, "response.within.1h": 4}
    told = numbers({**counts, "response.within.longer": 2}).response
    assert (told.mean_seconds, told.half_within, told.most_within) == (3600, "1h", "longer")


def test_promises_are_told_by_kpi() -> None:
    counts = {"kpi.resolve.met": 3, "kpi.resolve.missed": 1, "kpi.resolve.business.count": 3}
    told = numbers({**counts, "kpi.resolve.business.seconds": 5400, "kpi.resolve.met|type=problem": 3}).kpis
    assert list(told) == ["resolve"]
    assert (told["resolve"].met_percent, told["resolve"].business.mean_seconds) == (75.0, 1800)


def test_ages_are_counted_in_days() -> None:
    today = date(2026, 11, 24)
    found = ages({today - timedelta(days=days): 1 for days in (0, 1, 2, 3, 6, 7, 29, 30, 400)}, today)
    assert found == {"today": 1, "1-2 days": 2, "3-6 days": 2, "1-4 weeks": 2, "older": 2}


async def test_numbers_up_to_the_last_of_days_are_told() -> None:
    """Found in review: a case of 8000 years had no class of age."""
    assert (await stats("?to=9999-12-31"))["active_by_age"]["older"] == 1
