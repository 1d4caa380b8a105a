"""Which entitlement a case gets, and that what is booked for it follows the case to its end."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared.cases.coverage import Offer, charges, choose
from shared.cases.messages import (
    CancelCase,
    Coverage,
    CoverCase,
    MergeCases,
    OpenCase,
    ReactivateCase,
    ResolveCase,
    UpdateCase,
)
from shared.entitlements.entitlement import HEAD, TABLE, Entitlement
from shared.entitlements.entries import PREFIX, entry_of
from shared.entitlements.messages import ActivateEntitlement, PutEntitlement, Terms
from shared.runtime.aggregate import read_head
from tests.unit.cases.building import CASE, case
from tests.unit.pages.world import CONTACT, World

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
LATER_YEAR = date(2027, 12, 31)
COVERING = Offer("E-1", is_default=True, ends_on=YEAR[1], sla="gold", objection="")


def offer(id: str, **fields: Any) -> Offer:  # noqa: A002
    return replace(COVERING, id=id, **fields)


@pytest.mark.parametrize(
    ("named", "offers", "chosen"),
    [
        (None, [], None),
        (None, [COVERING], Coverage("E-1", "gold")),
        (None, [offer("E-1", is_default=False)], None),
        (None, [offer("E-1", objection="not_active")], None),
        (None, [offer("E-1", ends_on=LATER_YEAR), offer("E-2")], Coverage("E-2", "gold")),
        (None, [offer("E-1", objection="nothing_remains"), offer("E-2", sla="")], Coverage("E-2", "")),
        (None, [offer("E-2"), offer("E-1")], Coverage("E-1", "gold")),
        ("E-2", [COVERING, offer("E-2", is_default=False)], Coverage("E-2", "gold")),
        ("E-2", [COVERING], Coverage(None, "", "not_found")),
        ("E-2", [COVERING, offer("E-2", objection="nothing_remains")], Coverage(None, "", "nothing_remains")),
    ],
)
def test_the_one_that_is_named_or_the_default_that_ends_first(
    named: str | None, offers: list[Offer], chosen: Coverage | None
) -> None:
    assert choose(named, offers) == chosen


def said(before: Any, after: Any) -> list[tuple[str, str]]:
    return [(told.body.entitlement, told.body.stage) for told in charges(before, after)]  # type: ignore[attr-defined]


COVERED = case(entitlement="E-1")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, case(), []),
        (None, COVERED, [("E-1", "open")]),
        (COVERED, replace(COVERED, status_reason="on_hold", title="x"), []),
        (COVERED, case("problem_solved", entitlement="E-1"), [("E-1", "resolved")]),
        (COVERED, case("cancelled", entitlement="E-1"), [("E-1", "cancelled")]),
        (COVERED, case("merged", entitlement="E-1"), [("E-1", "cancelled")]),
        (case("problem_solved", entitlement="E-1"), COVERED, [("E-1", "open")]),
        (COVERED, case(entitlement="E-2"), [("E-1", "left"), ("E-2", "open")]),
        (COVERED, case(), [("E-1", "left")]),
        (case("problem_solved", entitlement="E-1"), case("problem_solved"), [("E-1", "left")]),
    ],
)
def test_an_entitlement_is_told_where_its_case_stands(before: Any, after: Any, told: list[tuple[str, str]]) -> None:
    assert said(before, after) == told


def test_a_test_run_costs_nobody_anything() -> None:
    assert said(None, replace(COVERED, test=True)) == []


def agreed(**fields: Any) -> Terms:
    return replace(Terms(CONTACT, "Support", *YEAR, 2, decrement_on="create", default=True, sla="gold"), **fields)


async def world(**fields: Any) -> World:
    """A world where the contact has a right to two cases, unless a test says otherwise."""
    it = World()
    await it.has_contact()
    await has(it, "E-1", **fields)
    return it


async def has(it: World, id: str, **fields: Any) -> None:  # noqa: A002
    await it.say(PutEntitlement(id, "kim", agreed(**fields)))
    await it.say(ActivateEntitlement(id, "kim"))


async def remaining(it: World, id: str = "E-1") -> int:  # noqa: A002
    await it.work()
    held = await read_head(it.store, TABLE, id, HEAD, Entitlement)
    assert held is not None
    page = await it.store.page(TABLE, id, prefix=PREFIX, limit=1000)
    assert held.remaining == held.terms.total - sum(entry_of(row.data).detail.amount for row in page.rows)
    return held.remaining


async def coverage(it: World, id: str = CASE) -> tuple[str | None, str]:  # noqa: A002
    await it.work()
    row = await it.store.get("cases", id, "head")
    assert row is not None
    return row.data["state"]["entitlement"], row.data["state"]["entitlement_sla"]


async def test_a_case_gets_the_customers_default_with_its_sla() -> None:
    it = await world()
    await it.has_case()
    assert await coverage(it) == ("E-1", "gold")
    assert await remaining(it) == 1


@pytest.mark.parametrize(
    ("fields", "case_fields"),
    [
        ({"default": False}, {}),
        ({"channels": ("phone",)}, {}),
        ({"products": ("pump",)}, {"product": "valve"}),
        ({"starts_on": date(2026, 12, 1)}, {}),
        ({"contact": "C-2"}, {}),
    ],
)
async def test_a_case_that_no_default_fits_has_none(fields: dict[str, Any], case_fields: dict[str, Any]) -> None:
    it = await world(**fields)
    await it.has_case(**case_fields)
    assert await coverage(it) == (None, "")
    assert await remaining(it) == 2


async def test_what_is_cancelled_is_credited_and_debited_again_where_it_comes_back() -> None:
    it = await world()
    await it.has_case()
    await it.say(CancelCase(CASE, "kim"))
    assert await remaining(it) == 2
    await it.say(ReactivateCase(CASE, "kim"))
    assert await remaining(it) == 1


async def test_hours_are_what_resolving_says_they_were() -> None:
    it = await world(allocation="hours", total=120, decrement_on="resolve")
    await it.has_case()
    assert await remaining(it) == 120
    await it.say(ResolveCase(CASE, "kim", billable_minutes=50))
    assert await remaining(it) == 70
    await it.say(ReactivateCase(CASE, "kim"))
    assert await remaining(it) == 120
    await it.say(ResolveCase(CASE, "kim", billable_minutes=30))
    assert await remaining(it) == 40


async def test_a_case_that_is_merged_away_costs_nothing() -> None:
    it = await world()
    await it.has_case()
    await it.has_case(case="K-2")
    assert await remaining(it) == 0
    await it.say(MergeCases(CASE, "kim", ("K-2",)))
    assert await remaining(it) == 1


async def test_two_cases_that_open_at_once_for_the_last_one_are_one_covered_and_one_told() -> None:
    it = await world(total=1)
    for name in ("K-1", "K-2"):
        await it.has_case(case=name)
    held = [await coverage(it, name) for name in ("K-1", "K-2")]
    assert held == [("E-1", "gold"), (None, "")]
    assert await remaining(it) == 0
    row = (await it.store.page("cases", "K-2", prefix="line:")).rows[0]
    line = row.data["state"]
    assert (line["kind"], line["outcome"]) == ("drop_entitlement", "uncovered")
    assert line["detail"] == {"entitlement": "E-1", "reason": "nothing_remains"}


async def test_where_nothing_remains_a_case_that_names_it_opens_without_and_says_so() -> None:
    it = await world(total=1)
    await it.has_case()
    await it.work()
    await it.has_case(case="K-2", entitlement="E-1")
    assert await coverage(it, "K-2") == (None, "")
    (row,) = (await it.store.page("cases", "K-2", prefix="line:")).rows
    assert row.data["state"]["detail"] == {"not_covered": "nothing_remains"}


async def test_a_devices_case_opens_whatever_remains() -> None:
    it = await world(total=1)
    await it.has_case()
    await it.work()
    await it.say(OpenCase("K-2", CONTACT, "Error 11", device="D-1", error_code=11))
    row = await it.store.get("cases", "K-2", "head")
    assert row is not None
    assert row.data["state"]["entitlement"] is None


async def test_a_case_can_be_put_under_another_one_by_hand() -> None:
    it = await world()
    await has(it, "E-2", default=False, sla="")
    await it.has_case()
    await it.say(CoverCase(CASE, "kim", "E-2"))
    assert (await remaining(it), await remaining(it, "E-2")) == (2, 1)
    assert await coverage(it) == ("E-2", "")
    await it.say(CoverCase(CASE, "kim", None))
    assert (await remaining(it), await remaining(it, "E-2")) == (2, 2)


async def test_one_that_is_named_by_mistake_sends_the_case_away() -> None:
    it = await world()
    await has(it, "E-9", contact="C-9")
    await it.has_case()
    await it.say(CoverCase(CASE, "kim", "E-9"))
    assert await coverage(it) == (None, "")
    assert (await remaining(it), await remaining(it, "E-9")) == (2, 2)


async def test_a_closed_case_is_not_put_under_another_one() -> None:
    it = await world()
    await it.has_case()
    await it.say(CancelCase(CASE, "kim"))
    await it.say(CoverCase(CASE, "kim", None))
    assert await coverage(it) == ("E-1", "gold")


async def test_what_does_not_concern_it_is_not_told() -> None:
    it = await world()
    await it.has_case()
    await it.work()
    await it.say(UpdateCase(CASE, "kim", {"title": "Another"}))
    assert [queue for queue in it.bus.queues if it.bus.ready(queue)] == []
