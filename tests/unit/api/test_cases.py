"""Reading cases: lists page by page, and one with its timeline."""

from urllib.parse import quote

import pytest

from shared.cases.case import OPEN_LIST
from shared.cases.messages import CancelCase, ChangeStatus, OpenCase, ResolveCase
from shared.runtime.store import Upsert
from tests.unit.api.client import Api, problem
from tests.unit.pages.world import CASE, CONTACT


async def numbered(count: int) -> Api:
    """Return an API with that many open cases, opened a minute apart."""
    api = Api()
    for place in range(count):
        await api.world.say(OpenCase(f"CASE{place:022}", CONTACT, f"Case {place}"), minutes=1)
    return api


async def test_a_case_is_shown_with_its_timeline_and_its_version_as_etag() -> None:
    api = Api()
    await api.world.has_case("Error 11")
    await api.world.say(ChangeStatus(CASE, "a", "on_hold", "waiting for a part"), minutes=1)
    await api.world.say(ResolveCase(CASE, "b", text="done", billable_minutes=5), minutes=1)
    await api.world.say(CancelCase(CASE, "c"), minutes=1)
    response = await api.get(f"/api/cases/{CASE}")
    case = response.json()
    assert response.headers["etag"] == '"3"'
    assert (case["status"], case["resolution"], case["occurrences"]) == ("resolved", "done", None)
    assert [(one["outcome"], one["by"], one["text"], one["reason"]) for one in case["timeline"]] == [
        ("opened", "", "", ""),
        ("on_hold", "a", "waiting for a part", ""),
        ("problem_solved", "b", "done", ""),
        ("refused", "c", "", "transition_not_allowed"),
    ]


async def test_a_repeated_device_error_is_counted_on_its_case() -> None:
    api = Api()
    await api.world.has_case(device="D/1", error_code=11)
    await api.world.has_case(case="01KA5Q3N8M2V7R4T6W9X0YZXYZ", device="D/1", error_code=11)
    case = (await api.get(f"/api/cases/{CASE}")).json()
    assert case["occurrences"]["count"] == 2
    problem(await api.get("/api/cases/01KA5Q3N8M2V7R4T6W9X0YZXYZ"), 404)


async def test_occurrences_that_count_for_a_newer_case_are_not_shown_on_the_old_one() -> None:
    api = Api()
    await api.world.has_case(device="D-1", error_code=11)
    await api.world.say(CancelCase(CASE, "a"))
    await api.world.has_case(case="01KA5Q3N8M2V7R4T6W9X0YZXYZ", device="D-1", error_code=11)
    assert (await api.get(f"/api/cases/{CASE}")).json()["occurrences"] is None


@pytest.mark.parametrize("case", ["nothing", "..", "%2F", "%00", "a~b", "%F0%9F%98%80"])
async def test_an_unknown_case_is_a_404(case: str) -> None:
    problem(await Api().get(f"/api/cases/{case}"), 404)


async def test_only_open_cases_are_listed_without_a_contact() -> None:
    api = await numbered(3)
    await api.world.say(ResolveCase(f"CASE{1:022}", "a"))
    listing = (await api.get("/api/cases")).json()
    assert [case["title"] for case in listing["items"]] == ["Case 0", "Case 2"]
    assert listing["next"] is None
    assert (await api.get("/api/cases?status=open")).json() == listing


async def test_a_contacts_cases_are_listed_open_and_closed() -> None:
    api = await numbered(2)
    await api.world.has_case("Of somebody else", contact="C~2/#")
    await api.world.say(ResolveCase(f"CASE{1:022}", "a"))

    async def titles(query: str) -> list[str]:
        return [case["title"] for case in (await api.get(f"/api/cases?{query}")).json()["items"]]

    assert await titles(f"contact={CONTACT}") == ["Case 0", "Case 1"]
    assert await titles(f"contact={CONTACT}&status=open") == ["Case 0"]
    assert await titles(f"contact={CONTACT}&status=closed") == ["Case 1"]
    assert await titles(f"contact={quote('C~2/#')}") == ["Of somebody else"]
    assert await titles("contact=nobody") == []


async def test_closed_cases_need_a_contact() -> None:
    assert problem(await Api().get("/api/cases?status=closed"), 422)["errors"][0]["field"] == "contact"


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 200])
async def test_following_next_leads_through_the_whole_list_once(limit: int) -> None:
    api = await numbered(5)
    await api.world.say(ResolveCase(f"CASE{1:022}", "a"))
    await api.world.say(ResolveCase(f"CASE{2:022}", "a"))
    seen: list[str] = []
    address = f"/api/cases?status=open&limit={limit}"
    while address:
        response = await api.get(address)
        listing = response.json()
        assert len(listing["items"]) <= limit
        assert response.links.get("next", {}).get("url") == listing["next"]
        seen += [case["title"] for case in listing["items"]]
        address = listing["next"]
    assert seen == ["Case 0", "Case 3", "Case 4"]


async def test_a_page_is_not_empty_because_many_cases_were_closed_before() -> None:
    api = Api()
    for place in range(3000):
        left = Upsert(f"2026-01-01T00:00~{place:05}", {"version": 2, "data": None})
        await api.world.store.write("views", OPEN_LIST, left)
    await api.world.has_case("Open")
    listing = (await api.get("/api/cases?limit=5")).json()
    assert [case["title"] for case in listing["items"]] == ["Open"]
    assert listing["next"] is None


async def test_wrong_parameters_are_named_without_their_values() -> None:
    body = problem(await Api().get("/api/cases?limit=many&status=gone-fishing"), 422)
    assert {error["field"] for error in body["errors"]} == {"limit", "status"}
    assert "fishing" not in str(body)
    assert "many" not in str(body)


async def test_a_case_is_found_by_its_number_open_or_closed() -> None:
    api = await numbered(3)
    [first, *_] = (await api.get("/api/cases")).json()["items"]
    here = f"/api/cases?number={first['number']}"
    assert [each["id"] for each in (await api.get(here)).json()["items"]] == [first["id"]]
    await api.world.say(ResolveCase(first["id"], "a"))
    await api.world.work()
    assert [each["status"] for each in (await api.get(here)).json()["items"]] == ["resolved"]
    assert (await api.get(f"{here}&status=open")).json()["items"] == []
    assert (await api.get(f"{here}&contact=C-9")).json()["items"] == []


@pytest.mark.parametrize("number", ["CAS-00001-AAAAAA", "CAS-99999-AAAAAA", "pump"])
async def test_a_number_that_no_case_has_finds_none(number: str) -> None:
    api = await numbered(1)
    assert (await api.get(f"/api/cases?number={number}")).json() == {"items": [], "next": None}
