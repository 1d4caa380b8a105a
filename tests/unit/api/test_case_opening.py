"""Opening a case over HTTP."""

from typing import Any

import httpx
import pytest

from tests.unit.api.client import Api, principal, problem
from tests.unit.pages.world import CASE, CONTACT

OPENING: dict[str, Any] = {"contact": CONTACT, "title": "The pump is hot"}
ALERT = {**OPENING, "device": "D-1", "error_code": 11, "origin": "iot"}


async def with_contact() -> Api:
    api = Api()
    await api.world.has_contact()
    return api


async def opened(api: Api, body: dict[str, Any], **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.client.post("/api/cases", json=body, headers={**api.headers, **named})


async def test_a_case_is_opened_with_all_that_is_said_of_it() -> None:
    api = await with_contact()
    said = {
        **OPENING,
        "description": "Since this morning.",
        "subject": "Pumps",
        "product": "P-7",
        "priority": "high",
        "type": "question",
        "origin": "chat",
        "owner": "kim",
        "sla": "none",
        "conversation": "V-1",
    }
    response = await opened(api, said, Prefer="wait=5")
    assert response.status_code == 201
    shown = response.json()
    assert {name: shown[name] for name in said if name != "conversation"} == {
        name: value for name, value in said.items() if name != "conversation"
    }
    assert response.headers["location"] == f"/api/cases/{shown['id']}"
    assert response.headers["etag"] == '"1"'
    [line] = shown["timeline"]
    assert (line["kind"], line["by"], line["conversation"]) == ("create_case", "11111111-2222", "V-1")


async def test_who_does_not_wait_is_told_where_the_case_will_be() -> None:
    api = await with_contact()
    response = await opened(api, OPENING)
    assert response.status_code == 202
    await api.world.work()
    assert (await api.get(response.headers["location"])).json()["title"] == "The pump is hot"


async def test_the_same_key_opens_one_case() -> None:
    api = await with_contact()
    first = await opened(api, OPENING, Idempotency_Key="k")
    second = await opened(api, OPENING, Idempotency_Key="k")
    third = await opened(api, OPENING, Idempotency_Key="k", Prefer="wait=5")
    assert first.json() == second.json()
    assert third.json()["id"] == first.json()["case"]
    assert len((await api.get("/api/cases")).json()["items"]) == 1
    problem(await opened(api, {**OPENING, "title": "Else"}, Idempotency_Key="k"), 422)


async def test_an_alert_of_an_error_that_has_an_open_case_is_added_to_that_one() -> None:
    api = await with_contact()
    first = await opened(api, ALERT, Prefer="wait=5", Idempotency_Key="a")
    again = await opened(api, ALERT, Prefer="wait=5", Idempotency_Key="b")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["occurrences"]["count"] == 2


async def test_a_case_can_be_opened_below_another_one() -> None:
    api = await with_contact()
    await api.world.has_case()
    response = await opened(api, {**OPENING, "parent": CASE}, Prefer="wait=5")
    await api.world.work()
    assert (await api.get(f"/api/cases/{CASE}")).json()["children"] == {response.json()["id"]: "open"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"contact": "unheard"}, "contact"),
        ({"contact": ""}, "contact"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"description": "x" * 2001}, "description"),
        ({"priority": "urgent"}, "priority"),
        ({"type": "complaint"}, "type"),
        ({"origin": "pigeon"}, "origin"),
        ({"error_code": 11}, "device"),
        ({"parent": "unheard"}, "parent"),
        ({"number": "CAS-1"}, "number"),
    ],
)
async def test_what_a_case_cannot_be_opened_with_is_named(change: dict[str, Any], field: str) -> None:
    api = await with_contact()
    told = problem(await opened(api, {**OPENING, **change}), 422)
    assert [error["field"] for error in told["errors"]] == [field]
    assert api.sent() == 0


async def test_cases_are_opened_by_agents() -> None:
    api = await with_contact()
    api.headers = principal()
    problem(await opened(api, OPENING), 403)
