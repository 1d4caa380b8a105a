"""`/api/agents` and `/api/queues`."""

from typing import Any

import pytest

from shared.cases.messages import OpenCase
from shared.cases.placing import list_of_queue
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from tests.unit.api.client import Api, problem
from tests.unit.api.office import Office, office
from tests.unit.pages.world import CONTACT

KIM = {"name": "Kim", "capacity": 2, "skills": {"pumps": 3}, "queues": ["first"]}


async def with_kim() -> Office:
    it = await office()
    assert (await it.put("/api/agents/kim", KIM)).status_code == 200
    return it


async def test_a_supervisor_puts_an_agent_who_then_is_seen_everywhere() -> None:
    it = await office()
    response = await it.put("/api/agents/kim", KIM)
    assert (response.status_code, response.headers["etag"]) == (200, '"1"')
    shown = {**KIM, "id": "kim", "presence": "offline", "version": 1}
    assert response.json() == {**shown, "free_slots": 2, "cases": [], "last_assigned_at": None}
    assert (await it.seen("/api/agents"))["items"] == [shown]
    [member] = (await it.seen("/api/queues/first/agents"))["items"]
    assert (member["agent"], member["free"], member["presence"]) == ("kim", 2, "offline")


async def test_without_waiting_it_is_accepted_and_can_be_looked_up() -> None:
    it = await office()
    response = await it.put("/api/agents/kim", KIM, Prefer="")
    assert (response.status_code, response.headers["location"]) == (202, "/api/agents/kim")
    await it.world.work()
    assert (await it.seen("/api/agents/kim"))["name"] == "Kim"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"capacity": -1}, "capacity"),
        ({"capacity": 101}, "capacity"),
        ({"capacity": "2"}, "capacity"),
        ({"name": ""}, "name"),
        ({"skills": {"pumps": 6}}, "skills.pumps"),
        ({"skills": {"Pumps!": 3}}, "skills.Pumps!"),
        ({"queues": ["nowhere"]}, "queues"),
        ({"queues": ["first", "first"]}, "queues"),
        ({"presence": "away"}, "presence"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_sent(fields: dict[str, Any], named: str) -> None:
    it = await office()
    told = problem(await it.put("/api/agents/kim", {**KIM, **fields}), 422)
    assert [error["field"] for error in told["errors"]] == [named]
    assert it.api.sent() == 0


async def test_agents_say_themselves_whether_they_are_there_and_supervisors_of_others() -> None:
    it = await with_kim()
    for by in ("kim", "boss"):
        for presence in ("available", "away"):
            response = await it.put("/api/agents/kim/presence", {"presence": presence}, by)
            assert (response.status_code, response.json()["presence"]) == (200, presence)
    problem(await it.put("/api/agents/kim/presence", {"presence": "away"}, "lee"), 403)
    problem(await it.put("/api/agents/lee/presence", {"presence": "away"}), 404)
    problem(await it.put("/api/agents/kim", KIM, "kim"), 403)


async def test_a_presence_that_may_not_follow_is_refused() -> None:
    it = await with_kim()
    told = problem(await it.put("/api/agents/kim/presence", {"presence": "busy"}), 409)
    assert told["errors"] == [{"field": "presence", "reason": "transition_not_allowed"}]
    assert (await it.put("/api/agents/kim/presence", {"presence": "offline"})).status_code == 200


async def test_if_match_names_the_version_that_is_changed() -> None:
    it = await with_kim()
    problem(await it.put("/api/agents/kim", KIM, If_Match='"7"'), 412)
    response = await it.put("/api/agents/kim", {**KIM, "capacity": 3}, If_Match='"1"')
    assert (response.status_code, response.headers["etag"]) == (200, '"2"')


async def test_a_repeat_with_its_key_is_answered_with_what_it_came_to() -> None:
    it = await office()
    for _ in range(2):
        response = await it.put("/api/agents/kim", KIM, Idempotency_Key="k", If_Match="*")
        assert (response.status_code, response.headers["etag"]) == (200, '"1"')


async def test_an_agent_that_is_not_there_is_a_404() -> None:
    problem(await (await office()).get("/api/agents/kim"), 404)


async def test_agents_are_listed_page_by_page() -> None:
    it = await office()
    for agent in ("kim", "lee", "sam"):
        await it.has_agent(agent)
    first = await it.seen("/api/agents?limit=2")
    second = await it.seen(first["next"])
    assert [each["id"] for each in first["items"] + second["items"]] == ["kim", "lee", "sam"]


async def test_queues_are_shown_as_they_are_published() -> None:
    it = await office()
    names = [each["name"] for each in (await it.seen("/api/queues"))["items"]]
    assert names == ["experts", "first", "returns"]
    assert await it.seen("/api/queues/experts") == {
        "name": "experts",
        "title": "experts",
        "kind": "private",
        "assignment": "automatic",
        "skills": {"pumps": 3},
    }
    problem(await it.get("/api/queues/nowhere"), 404)


async def test_what_waits_is_listed_by_priority_then_time_page_by_page() -> None:
    it = await office()
    for case, priority in (("K-1", "low"), ("K-2", "normal"), ("K-3", "high"), ("K-4", "normal")):
        await it.has_case(case, priority=priority)
        it.world.clock.at = it.world.clock.at.replace(second=it.world.clock.at.second + 1)
    first = await it.seen("/api/queues/first/cases?limit=3")
    second = await it.seen(first["next"])
    assert [each["id"] for each in first["items"] + second["items"]] == ["K-3", "K-2", "K-4", "K-1"]


async def test_what_comes_again_puts_no_case_back_into_the_queue_that_it_has_left() -> None:
    it = await office()
    await it.has_agent(queues=("returns",))
    body = OpenCase("K-1", CONTACT, "A case", queue_name="returns")
    said = Envelope("said-1", body.kind, it.world.clock.at, plain(body))
    for waiting in (["K-1"], []):
        await it.world.services.pipeline.take(said)
        await it.world.work()
        assert [each["id"] for each in (await it.seen("/api/queues/returns/cases"))["items"]] == waiting
        await it.post("/api/cases/K-1/pick")
        await it.world.work()
    assert (await it.world.store.page("views", list_of_queue("returns"))).rows == ()


async def test_what_waits_in_a_private_queue_is_shown_to_members_and_supervisors() -> None:
    it = await office()
    await it.has_agent("kim")
    await it.has_agent("lee", queues=("experts",), skills={})
    problem(await it.get("/api/queues/experts/cases", "kim"), 403)
    problem(await it.get("/api/queues/experts/cases", "stranger"), 403)
    for by in ("lee", "boss"):
        assert (await it.seen("/api/queues/experts/cases", by))["items"] == []


async def test_the_documentation_shows_all_of_it() -> None:
    document = (await Api().get("/api/openapi.json")).json()
    operations = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert {
        ("get", "/api/agents"),
        ("get", "/api/agents/{agent}"),
        ("put", "/api/agents/{agent}"),
        ("put", "/api/agents/{agent}/presence"),
        ("get", "/api/queues"),
        ("get", "/api/queues/{queue}"),
        ("get", "/api/queues/{queue}/agents"),
        ("get", "/api/queues/{queue}/cases"),
        *(("post", f"/api/cases/{{case}}/{name}") for name in ("pick", "assign", "release", "route", "queue")),
    } <= operations


async def test_the_same_key_with_another_body_is_told() -> None:
    it = await office()
    assert (await it.put("/api/agents/kim", KIM, Idempotency_Key="k")).status_code == 200
    assert (await it.put("/api/agents/kim", KIM, Idempotency_Key="k")).json()["version"] == 1
    problem(await it.put("/api/agents/kim", {**KIM, "capacity": 5}, Idempotency_Key="k"), 422)


async def test_of_two_who_saw_the_same_version_one_is_refused() -> None:
    it = await with_kim()
    etag = (await it.get("/api/agents/kim")).headers["etag"]
    for capacity in (3, 4):
        body = {**KIM, "capacity": capacity}
        sent = await it.put("/api/agents/kim", body, If_Match=etag, Prefer="", Idempotency_Key=str(capacity))
        assert sent.status_code == 202
    await it.world.work()
    assert (await it.seen("/api/agents/kim"))["capacity"] == 3
    late = {**KIM, "capacity": 4}
    problem(await it.put("/api/agents/kim", late, If_Match=etag, Prefer="", Idempotency_Key="4"), 412)
    problem(await it.put("/api/agents/kim/presence", {"presence": "away"}, If_Match=etag), 412)
