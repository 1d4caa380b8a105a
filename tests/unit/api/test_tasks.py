"""`/api/tasks`."""

from datetime import timedelta

import pytest

from shared.tasks.messages import CreateTask
from tests.unit.api.client import Api, principal, problem
from tests.unit.api.studio import Studio
from tests.unit.pages.world import CONTACT, START

CALL = "/api/tasks/T-1"


async def with_tasks() -> Studio:
    it = Studio("agent")
    for number, owner, name in ((1, "queue", "first-line"), (2, "person", "kim"), (3, "queue", "first-line")):
        due = START + timedelta(days=4 - number)
        await it.world.say(CreateTask(f"T-{number}", f"Call {number}", CONTACT, owner, name, due))
    return it


async def ids(it: Studio, query: str) -> list[str]:
    return [task["id"] for task in (await it.get(f"/api/tasks?{query}")).json()["items"]]


async def test_tasks_are_listed_by_queue_person_and_contact_soonest_due_first() -> None:
    it = await with_tasks()
    assert await ids(it, "queue=first-line") == ["T-3", "T-1"]
    assert await ids(it, "person=kim") == ["T-2"]
    assert await ids(it, f"contact={CONTACT}") == ["T-3", "T-2", "T-1"]
    assert await ids(it, "queue=nobody") == []


@pytest.mark.parametrize("query", ["", "queue=a&person=b", "queue="])
async def test_a_list_is_of_one_owner_or_contact(query: str) -> None:
    problem(await (await with_tasks()).get(f"/api/tasks?{query}"), 422)


async def test_a_list_goes_on_page_by_page() -> None:
    it = await with_tasks()
    first = (await it.get(f"/api/tasks?contact={CONTACT}&limit=2")).json()
    second = (await it.get(first["next"])).json()
    assert [task["id"] for task in first["items"] + second["items"]] == ["T-3", "T-2", "T-1"]


@pytest.mark.parametrize(("command", "state"), [("done", "done"), ("cancel", "cancelled")])
async def test_a_closed_task_is_only_in_the_contacts_list(command: str, state: str) -> None:
    it = await with_tasks()
    response = await it.post(f"{CALL}/{command}", {"text": "Reached."}, Prefer="wait=10")
    assert (response.status_code, response.headers["etag"]) == (200, '"2"')
    task = response.json()
    assert (task["state"], task["text"], task["closed_by"]) == (state, "Reached.", "11111111-2222")
    assert await ids(it, "queue=first-line") == ["T-3"]
    assert "T-1" in await ids(it, f"contact={CONTACT}")


async def test_without_waiting_it_is_accepted_and_can_be_looked_up() -> None:
    it = await with_tasks()
    response = await it.post(f"{CALL}/done")
    assert (response.status_code, response.headers["location"]) == (202, CALL)
    await it.world.work()
    assert (await it.get(CALL)).json()["state"] == "done"


async def test_a_closed_task_is_not_closed_again() -> None:
    it = await with_tasks()
    await it.post(f"{CALL}/done", Prefer="wait=10")
    assert problem(await it.post(f"{CALL}/cancel"), 409)["detail"] == "The task is done."


async def test_two_who_close_it_at_once_are_told_who_was_first() -> None:
    it = await with_tasks()
    await it.post(f"{CALL}/done")
    assert problem(await it.post(f"{CALL}/cancel", Prefer="wait=10"), 409)["detail"] == "The task is done."


async def test_a_repeat_with_its_key_is_answered_with_what_it_came_to() -> None:
    it = await with_tasks()
    for _ in range(2):
        response = await it.post(f"{CALL}/done", Prefer="wait=10", Idempotency_Key="k")
        assert (response.status_code, response.json()["state"]) == (200, "done")


async def test_a_key_is_for_one_body() -> None:
    it = await with_tasks()
    await it.post(f"{CALL}/done", Prefer="wait=10", Idempotency_Key="k")
    reused = problem(await it.post(f"{CALL}/done", {"text": "Else."}, Idempotency_Key="k"), 422)
    assert reused["title"] == "This key was used for another request"


async def test_if_match_names_the_version_that_is_closed() -> None:
    it = await with_tasks()
    etag = (await it.get(CALL)).headers["etag"]
    problem(await it.post(f"{CALL}/done", If_Match='"7"'), 412)
    assert (await it.post(f"{CALL}/done", If_Match=etag)).status_code == 202


async def test_a_task_that_is_not_there_is_a_404() -> None:
    it = await with_tasks()
    problem(await it.get("/api/tasks/T-9"), 404)
    problem(await it.post("/api/tasks/T-9/done"), 404)


@pytest.mark.parametrize(("role", "status"), [("agent", 200), ("supervisor", 200), ("operator", 403), ("", 403)])
async def test_tasks_are_for_agents(role: str, status: int) -> None:
    it = await with_tasks()
    it.api.headers = principal(role)
    assert (await it.get(CALL)).status_code == status
    assert ((await it.post(f"{CALL}/done")).status_code == 202) == (status == 200)


async def test_the_documentation_shows_all_of_it() -> None:
    document = (await Api().get("/api/openapi.json")).json()
    operations = {(method, path) for path, methods in document["paths"].items() for method in methods}
    one = "/api/journeys/{journey}"
    assert {
        ("get", "/api/journeys"),
        ("post", "/api/journeys"),
        ("get", one),
        ("get", f"{one}/runs"),
        ("get", f"{one}/runs/{{contact}}/{{run}}"),
        ("post", f"{one}/{{command}}"),
        ("post", f"{one}/move"),
        ("post", f"{one}/test"),
        ("get", "/api/triggers"),
        ("get", "/api/tasks"),
        ("get", "/api/tasks/{task}"),
        ("post", "/api/tasks/{task}/{command}"),
    } <= operations
    published = document["paths"]["/api/journeys"]["post"]["requestBody"]["content"]
    assert set(published) == {"application/yaml", "application/json"}
