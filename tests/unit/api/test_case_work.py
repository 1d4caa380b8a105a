"""Timelines, activities and tasks of a case, over HTTP."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.cases.case import MOST_ACTIVITIES
from shared.cases.messages import AddActivity, CancelCase, MergeCases, ResolveCase
from shared.tasks.messages import CloseTask, CreateTask
from tests.unit.api.client import Api, problem
from tests.unit.pages.world import CASE, CONTACT, START

OTHER = "01KA5Q3N8M2V7R4T6W9X0YZXYZ"
NOTE = {"type": "note", "text": "They called back."}
CALL = {
    "type": "phone_call",
    "direction": "out",
    "subject": "The pump",
    "text": "Told them.",
    "parties": ["C-2"],
    "at": "2026-11-04T09:00:00Z",
    "conversation": "V-1",
}
TASK = {"subject": "Call them", "due_at": "2026-11-05T12:00:00Z"}


async def with_case(**fields: Any) -> Api:
    api = Api()
    await api.world.has_contact()
    await api.world.has_case(**fields)
    return api


async def kinds(api: Api, path: str) -> list[str]:
    response = await api.get(path)
    assert response.status_code == 200, response.text
    return [entry["kind"] for entry in response.json()["items"]]


async def test_what_was_said_and_done_is_written_down() -> None:
    api = await with_case()
    response = await api.post("activities", CALL, Prefer="wait=5")
    assert response.status_code == 200
    line = response.json()["timeline"][-1]
    assert {name: line[name] for name in ("kind", "direction", "subject", "text", "parties", "conversation")} == {
        "kind": "phone_call",
        **{name: CALL[name] for name in ("direction", "subject", "text", "parties", "conversation")},
    }
    assert line["detail"] == {"at": "2026-11-04T09:00:00+00:00"}
    assert response.json()["first_response_at"] is not None


async def test_an_activity_is_added_once_for_each_key() -> None:
    api = await with_case()
    first = await api.post("activities", NOTE, Idempotency_Key="k", Prefer="wait=5")
    again = await api.post("activities", NOTE, Idempotency_Key="k", Prefer="wait=5")
    assert first.json() == again.json()
    problem(await api.post("activities", {**NOTE, "text": "Else."}, Idempotency_Key="k"), 422)
    assert (await api.post("activities", NOTE)).status_code == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "dream"}, "type"),
        ({**NOTE, "direction": "sideways"}, "direction"),
        ({**NOTE, "text": "x" * 10_001}, "text"),
        ({**NOTE, "subject": "x" * 201}, "subject"),
        ({**NOTE, "parties": ["C"] * 21}, "parties"),
        ({**NOTE, "at": "2026-11-04T09:00:00"}, "at"),
        ({**NOTE, "by": "somebody else"}, "by"),
        ({"type": "email", "direction": "out"}, "text"),
        ({"type": "note", "subject": " ", "text": "\n"}, "text"),
        ({**CALL, "at": (START + timedelta(hours=1)).isoformat()}, "at"),
    ],
)
async def test_what_is_no_activity_so_is_named(body: dict[str, Any], field: str) -> None:
    api = await with_case()
    told = problem(await api.post("activities", body), 422)
    assert [error["field"] for error in told["errors"]] == [field]
    assert api.sent() == 0


async def test_nothing_is_added_to_a_closed_case() -> None:
    api = await with_case()
    await api.world.say(CancelCase(CASE, "kim"))
    told = problem(await api.post("activities", NOTE), 409)
    assert (told["errors"], told["allowed"]) == ([{"field": "status", "reason": "case_is_closed"}], ["reactivate"])


async def test_the_timeline_is_told_newest_first_by_pages_and_kinds() -> None:
    api = await with_case()
    for number in range(5):
        await api.world.say(AddActivity(CASE, "email" if number % 2 else "note", "kim"), minutes=1)
    path = f"/api/cases/{CASE}/timeline"
    assert await kinds(api, path) == ["note", "email", "note", "email", "note", "create_case"]
    assert await kinds(api, f"{path}?kind=email") == ["email", "email"]
    assert await kinds(api, f"{path}?kind=email&kind=create_case") == ["email", "email", "create_case"]
    first = (await api.get(f"{path}?limit=4")).json()
    assert len(first["items"]) == 4
    assert await kinds(api, first["next"]) == ["note", "create_case"]
    problem(await api.get("/api/cases/unheard/timeline"), 404)


async def test_a_contacts_timeline_has_what_happened_in_all_their_cases() -> None:
    api = await with_case()
    await api.world.has_case(case=OTHER)
    await api.world.say(AddActivity(CASE, "note", "kim"), minutes=1)
    await api.world.say(AddActivity(OTHER, "email", "kim"), minutes=1)
    await api.world.say(CancelCase(OTHER, "kim"), minutes=1)
    await api.world.say(AddActivity(OTHER, "email", "kim"), minutes=1)
    path = f"/api/contacts/{CONTACT}/timeline"
    assert (await kinds(api, path))[:3] == ["cancel_case", "email", "note"], "what was refused is told by its case only"
    assert await kinds(api, f"{path}?kind=email") == ["email"]
    first = (await api.get(f"{path}?limit=2")).json()
    assert [entry["case"] for entry in first["items"]] == [OTHER, OTHER]
    assert (await kinds(api, first["next"]))[0] == "note"
    problem(await api.get("/api/contacts/unheard/timeline"), 404)


async def test_a_conversations_timeline_has_what_was_said_in_it() -> None:
    api = await with_case(conversation="V-1")
    await api.world.has_case(case=OTHER)
    await api.world.say(AddActivity(OTHER, "sms", "kim", conversation="V-1"), minutes=1)
    await api.world.say(AddActivity(OTHER, "note", "kim", conversation="V-2"), minutes=1)
    assert await kinds(api, "/api/conversations/V-1/timeline") == ["sms", "create_case"]
    assert await kinds(api, "/api/conversations/V-1/timeline?kind=sms") == ["sms"]
    assert await kinds(api, "/api/conversations/unheard/timeline") == []


@pytest.mark.parametrize("path", ["contacts/C-1001", "conversations/V-1", f"cases/{CASE}"])
async def test_timelines_are_for_agents(path: str) -> None:
    api = await with_case()
    api.headers = {}
    problem(await api.get(f"/api/{path}/timeline"), 401)


async def planned(api: Api, **headers: str) -> httpx.Response:
    return await api.post("tasks", TASK, **headers)


async def test_what_is_planned_is_a_task_and_counted_by_its_case() -> None:
    api = await with_case()
    response = await planned(api, Prefer="wait=5")
    assert response.status_code == 201
    task = response.json()
    assert (task["owner"], task["name"], task["case"], task["contact"]) == ("person", "11111111-2222", CASE, CONTACT)
    shown = (await api.get(f"/api/cases/{CASE}")).json()
    assert shown["open_activities"] == {task["id"]: {"type": "task", "subject": "Call them"}}
    assert (await api.get(response.headers["content-location"])).json() == task


async def test_a_plan_is_made_once_for_each_key_whatever_became_of_the_case() -> None:
    api = await with_case()
    first = await planned(api, Idempotency_Key="k", Prefer="wait=5")
    await api.world.say(ResolveCase(CASE, "kim", cancel_activities=True))
    await api.world.work()
    again = await planned(api, Idempotency_Key="k", Prefer="wait=5")
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (201, first.json()["id"], "cancelled")
    problem(await api.post("tasks", {**TASK, "subject": "Else"}, Idempotency_Key="k"), 422)


async def test_nothing_is_planned_for_a_closed_case() -> None:
    api = await with_case()
    await api.world.say(CancelCase(CASE, "kim"))
    assert problem(await planned(api), 409)["errors"] == [{"field": "case", "reason": "case_is_closed"}]


async def test_a_case_with_too_much_to_do_takes_no_more() -> None:
    api = await with_case()
    for number in range(MOST_ACTIVITIES - 1):
        await api.world.say(CreateTask(f"T-{number}", "Call", CONTACT, "queue", "q", START, CASE))
    at_once = await asyncio.gather(planned(api, Prefer="wait=5"), planned(api, Prefer="wait=5"))
    assert sorted(response.status_code for response in at_once) == [201, 409]
    assert problem(await planned(api), 409)["errors"] == [{"field": "case", "reason": "too_many_activities"}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"due_at": "2026-11-05T12:00:00Z"}, "subject"),
        ({**TASK, "subject": ""}, "subject"),
        ({**TASK, "due_at": "tomorrow"}, "due_at"),
        ({**TASK, "type": "sms"}, "type"),
        ({**TASK, "queue": "support", "person": "kim"}, "person"),
    ],
)
async def test_what_is_no_plan_so_is_named(body: dict[str, Any], field: str) -> None:
    api = await with_case()
    told = problem(await api.post("tasks", body), 422)
    assert [error["field"] for error in told["errors"]] == [field]


async def test_what_is_still_to_be_done_is_named_and_cancelled_on_confirmation() -> None:
    api = await with_case()
    task = (await planned(api, Prefer="wait=5")).json()["id"]
    for command in ("resolve", "cancel"):
        told = problem(await api.post(command), 409)
        assert told["errors"][0]["reason"] == "open_activities"
        assert told["open_activities"] == {task: "Call them"}
    resolved = await api.post("resolve", {"cancel_activities": True}, Prefer="wait=5")
    assert resolved.json()["status"] == "resolved"
    await api.world.work()
    assert (await api.get(f"/api/tasks/{task}")).json()["state"] == "cancelled"
    assert (await api.get(f"/api/cases/{CASE}")).json()["open_activities"] == {}


async def test_what_was_done_is_in_nobodys_way() -> None:
    api = await with_case()
    task = (await planned(api, Prefer="wait=5")).json()["id"]
    await api.world.say(CloseTask(task, "kim"))
    await api.world.work()
    assert (await api.post("cancel", Prefer="wait=5")).json()["status"] == "cancelled"


async def test_a_merge_is_followed_on_the_case_that_stays() -> None:
    api = await with_case()
    await api.world.has_case(case=OTHER)
    response = await api.post("merge", {"sources": [OTHER]}, Prefer="wait=5")
    assert response.status_code == 200
    await api.world.work()
    shown = (await api.get(f"/api/cases/{CASE}")).json()
    assert shown["merging"] == {OTHER: "merged"}
    assert {line["case"] for line in shown["timeline"]} == {CASE, OTHER}
    other = (await api.get(f"/api/cases/{OTHER}")).json()
    assert (other["status"], other["status_reason"], other["merged_into"]) == ("cancelled", "merged", CASE)
    again = problem(await api.post("merge", {"sources": [OTHER]}), 409)
    assert again["errors"] == [{"field": "sources", "reason": "merged_already"}]


async def test_a_case_that_cannot_be_merged_says_why_on_the_one_that_stays() -> None:
    api = await with_case()
    await api.world.has_contact(contact="C-2")
    await api.world.has_case(case=OTHER, contact="C-2")
    await api.world.say(MergeCases(CASE, "kim", (OTHER,)))
    await api.world.work()
    shown = (await api.get(f"/api/cases/{CASE}")).json()
    assert shown["merging"] == {OTHER: "another_customer"}
    assert shown["timeline"][-1]["detail"] == {"source": OTHER, "reason": "another_customer"}
    assert api.world.clock.now() >= START


@pytest.mark.parametrize(
    ("sources", "field"), [([], "sources"), (["C"] * 11, "sources"), (["unheard", OTHER], "sources.0")]
)
async def test_which_cases_cannot_be_merged_is_named(sources: list[str], field: str) -> None:
    api = await with_case()
    await api.world.has_case(case=OTHER)
    told = problem(await api.post("merge", {"sources": sources}), 422)
    assert [error["field"] for error in told["errors"]] == [field]


async def test_another_customers_case_is_not_taken_to_be_merged() -> None:
    """Found by a new user: the command was answered 200, and refused afterwards."""
    api = await with_case()
    await api.world.has_contact(contact="C-2")
    await api.world.has_case(case=OTHER, contact="C-2")
    told = problem(await api.post("merge", {"sources": [OTHER]}), 422)
    assert told["errors"] == [{"field": "sources.0", "reason": "is of another customer"}]


async def test_a_case_is_put_below_another_one_and_taken_away() -> None:
    api = await with_case()
    await api.world.has_case(case=OTHER)
    put = await api.post("parent", {"parent": OTHER}, Prefer="wait=5", Idempotency_Key="k")
    assert put.json()["parent"] == OTHER
    await api.world.work()
    assert (await api.get(f"/api/cases/{OTHER}")).json()["children"] == {CASE: "open"}
    assert (await api.post("parent", {"parent": OTHER}, Idempotency_Key="k")).status_code == 202
    taken = await api.post("parent", {"parent": None}, Prefer="wait=5")
    await api.world.work()
    assert taken.json()["parent"] is None
    assert (await api.get(f"/api/cases/{OTHER}")).json()["children"] == {}


async def test_where_a_case_cannot_be_put_is_told() -> None:
    api = await with_case()
    await api.world.has_case(case=OTHER)
    told = problem(await api.post("parent", {"parent": "unheard"}), 422)
    assert told["errors"] == [{"field": "parent", "reason": "There is no such case"}]
    await api.world.say(CancelCase(OTHER, "kim"))
    refused = problem(await api.post("parent", {"parent": OTHER}, Prefer="wait=5", Idempotency_Key="k"), 409)
    assert refused["errors"] == [{"field": "parent", "reason": "parent_is_closed"}]
    assert problem(await api.post("parent", {"parent": OTHER}, Idempotency_Key="k"), 409) == refused
