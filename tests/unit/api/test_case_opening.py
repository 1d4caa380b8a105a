"""Opening a case over HTTP."""

from typing import Any

import httpx
import pytest

from shared.agents.messages import PutAgent
from shared.cases.messages import ResolveCase
from shared.definitions.loader import load
from shared.devices.messages import PutDevice
from tests.unit.api.client import Api, principal, problem
from tests.unit.pages.world import CASE, CONTACT

OPENING: dict[str, Any] = {"contact": CONTACT, "title": "The pump is hot"}
ALERT = {**OPENING, "device": "D-1", "error_code": 11, "origin": "iot"}


async def with_contact() -> Api:
    api = Api()
    await api.world.has_contact()
    await api.world.say(PutDevice("D-1", CONTACT))
    await api.world.say(PutAgent("kim", "Kim", "a", 1))
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


ELSE = {**ALERT, "title": "It smokes too", "description": "From the pump."}


@pytest.mark.parametrize("prefer", ["wait=5", ""])
async def test_what_was_written_for_an_error_with_an_open_case_is_a_note_on_that_one_once(prefer: str) -> None:
    api = await with_contact()
    first = await opened(api, ALERT, Prefer="wait=5")
    for _ in range(3):
        again = await opened(api, ELSE, Prefer=prefer, Idempotency_Key="k")
        assert again.status_code == (200 if prefer else 202)
        await api.world.work()
    timeline = (await api.get(f"/api/cases/{first.json()['id']}/timeline")).json()["items"]
    notes = [line for line in timeline if line["kind"] == "note"]
    assert [(line["by"], line["subject"], line["text"]) for line in notes] == [
        ("11111111-2222", "It smokes too", "From the pump.")
    ]
    assert (await api.get(f"/api/cases/{first.json()['id']}")).json()["occurrences"]["count"] == 2


async def test_what_was_written_while_the_case_was_resolved_is_a_note_once_it_is_open_again() -> None:
    api = await with_contact()
    first = (await opened(api, ALERT, Prefer="wait=5")).json()["id"]
    await api.world.say(ResolveCase(first, "a"))
    assert (await opened(api, ELSE, Prefer="wait=5")).json()["id"] == first
    await api.world.clock.pause(60)
    shown = (await api.get(f"/api/cases/{first}")).json()
    assert (shown["status"], shown["timeline"][-1]["subject"]) == ("active", "It smokes too")


async def test_the_same_key_with_another_body_is_told_where_the_first_was_an_occurrence() -> None:
    api = await with_contact()
    await opened(api, ALERT, Prefer="wait=5")
    await opened(api, ALERT, Prefer="wait=5", Idempotency_Key="k")
    problem(await opened(api, OPENING, Prefer="wait=5", Idempotency_Key="k"), 422)


async def test_a_repeat_is_answered_as_before_though_the_device_was_sold() -> None:
    api = await with_contact()
    await opened(api, ALERT, Prefer="wait=5")
    before = await opened(api, ALERT, Prefer="wait=5", Idempotency_Key="k")
    await api.world.has_contact(contact="C-2")
    await api.world.say(PutDevice("D-1", "C-2"))
    again = await opened(api, ALERT, Prefer="wait=5", Idempotency_Key="k")
    assert (again.status_code, again.json()["id"]) == (200, before.json()["id"])


@pytest.mark.parametrize("contact", [CONTACT, "C-2"])
async def test_an_error_does_not_lead_into_the_case_of_another_customer(contact: str) -> None:
    api = await with_contact()
    await opened(api, ALERT, Prefer="wait=5")
    await api.world.has_contact(contact="C-2")
    await api.world.say(PutDevice("D-1", "C-2"))
    told = problem(await opened(api, {**ALERT, "contact": contact}), 422)
    assert [error["field"] for error in told["errors"]] == ["contact"]


async def test_a_published_queue_and_sla_are_taken() -> None:
    api = await with_contact()
    await api.world.services.definitions.publish(load({"q.yaml": "queue: first\ntitle: First line\n"}))
    await api.world.clock.pause(60)
    response = await opened(api, {**OPENING, "queue": "first", "sla": "none"}, Prefer="wait=5")
    assert (response.status_code, response.json()["queue"]) == (201, "first")


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
        ({"error_code": 10**600, "device": "D-1"}, "error_code"),
        ({"parent": "unheard"}, "parent"),
        ({"device": "unheard"}, "device"),
        ({"owner": "unheard"}, "owner"),
        ({"queue": "unheard"}, "queue"),
        ({"sla": "unheard"}, "sla"),
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
