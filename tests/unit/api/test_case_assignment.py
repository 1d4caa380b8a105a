"""`/api/cases/{case}/{pick|assign|release|route|queue}`."""

import pytest

from tests.unit.api.client import problem
from tests.unit.api.office import Office, at_once, office

PICK = "/api/cases/K-1/pick"


async def with_waiting_case() -> Office:
    """Return an office in which a case waits in queue `first`, and two agents are there but busy."""
    it = await office()
    await it.has_agent("kim", "busy")
    await it.has_agent("lee", "busy")
    await it.has_case()
    return it


async def test_a_case_comes_to_the_agent_best_suited_and_says_why() -> None:
    it = await office()
    await it.has_agent("kim", queues=("experts",), skills={"pumps": 3})
    await it.has_agent("lee", queues=("experts",), skills={"pumps": 5})
    await it.has_agent("sam", queues=("experts",), skills={"pumps": 2})
    await it.has_case(priority="critical")
    case = await it.seen("/api/cases/K-1")
    assert (case["worked_by"], case["owner"], case["queue"]) == ("lee", "lee", "experts")
    opened, given = case["timeline"]
    assert (opened["kind"], opened["detail"]) == ("create_case", {"rule": "burning", "queue": "experts"})
    assert (given["kind"], given["outcome"]) == ("give_case", "assigned")
    assert given["detail"] == {
        "agent": "lee",
        "rule": "burning",
        "queue": "experts",
        "found_by": "case",
        "skills": {"pumps": 3},
        "proficiency": {"pumps": 5},
        "free_slots": 2,
        "last_assigned_at": None,
        "looked_at": 3,
        "passed_over": {"low_proficiency": 1},
    }


async def test_a_case_that_nobody_can_have_stays_queued_and_says_why() -> None:
    it = await with_waiting_case()
    case = await it.seen("/api/cases/K-1")
    assert case["timeline"][-1]["outcome"] == "nobody"
    assert case["timeline"][-1]["detail"] == {"passed_over": {"busy": 2}, "looked_at": 2}
    [waiting] = (await it.seen("/api/queues/first/cases"))["items"]
    assert (waiting["id"], waiting["passed_over"]) == ("K-1", {"busy": 2})
    await it.put("/api/agents/lee/presence", {"presence": "available"})
    assert await it.worked_by() == "lee"
    assert (await it.seen("/api/queues/first/cases"))["items"] == []


async def test_an_agent_picks_a_case_and_has_a_slot_less() -> None:
    it = await with_waiting_case()
    response = await it.post(PICK, {"text": "mine"})
    assert response.status_code == 200
    assert (response.json()["worked_by"], response.json()["timeline"][-1]["outcome"]) == ("kim", "picked")
    agent = await it.seen("/api/agents/kim")
    assert (agent["cases"], agent["free_slots"]) == (["K-1"], 1)


async def test_of_two_who_pick_a_case_at_once_one_has_it_and_the_other_is_told_who() -> None:
    it = await with_waiting_case()
    assert (await it.post(PICK, by="kim", Prefer="")).status_code == 202
    told = problem(await it.post(PICK, by="lee"), 409)
    assert (told["worked_by"], told["detail"]) == ("kim", "Another agent works on the case: kim.")
    assert told["errors"] == [{"field": "case", "reason": "taken"}]
    assert (await it.seen("/api/agents/lee"))["free_slots"] == 2


async def test_whoever_of_many_is_first_only_one_has_a_case() -> None:
    it = await with_waiting_case()
    answers = await at_once(*(it.post(PICK, by=agent) for agent in ("kim", "lee") * 5))
    assert {answer.status_code for answer in answers} == {200, 409}
    [winner] = {answer.json()["worked_by"] for answer in answers if answer.status_code == 200}
    assert await it.worked_by() == winner
    await it.world.work()
    free = [(await it.seen(f"/api/agents/{agent}"))["free_slots"] for agent in ("kim", "lee")]
    assert sorted(free) == [1, 2]


@pytest.mark.parametrize("command", ["pick", "assign"])
async def test_who_is_full_is_refused_before_and_after_it_is_sent(command: str) -> None:
    it = await office()
    await it.has_agent(capacity=1)
    await it.has_case("K-0")
    await it.has_case("K-1")
    body, by = ({"agent": "kim"}, "boss") if command == "assign" else ({}, "kim")
    told = problem(await it.post(f"/api/cases/K-1/{command}", body, by), 409)
    assert told["errors"] == [{"field": "agent", "reason": "no_capacity"}]


async def test_an_agent_who_fills_up_meanwhile_is_refused_by_their_slots() -> None:
    it = await office(routed=False)
    await it.has_agent(capacity=1)
    await it.has_case("K-0")
    await it.has_case("K-1")
    assert (await it.post("/api/cases/K-0/pick", Prefer="")).status_code == 202
    told = problem(await it.post(PICK), 409)
    assert told["errors"] == [{"field": "agent", "reason": "no_capacity"}]


async def test_a_private_queue_is_for_members() -> None:
    it = await office()
    await it.has_agent("kim")
    await it.has_case(priority="critical")
    assert problem(await it.post(PICK), 409)["errors"] == [{"field": "agent", "reason": "not_a_member"}]
    await it.has_agent("kim", presence="offline", queues=("experts",))
    assert (await it.post(PICK)).status_code == 200


async def test_a_person_who_is_no_agent_picks_nothing() -> None:
    it = await with_waiting_case()
    assert problem(await it.post(PICK, by="stranger"), 409)["errors"][0]["reason"] == "unknown_agent"


async def test_a_supervisor_takes_a_case_from_one_agent_and_gives_it_to_another() -> None:
    it = await with_waiting_case()
    await it.post(PICK)
    response = await it.post("/api/cases/K-1/assign", {"agent": "lee", "text": "Kim is ill."}, "boss")
    assert (response.status_code, response.json()["worked_by"]) == (200, "lee")
    assert response.json()["timeline"][-1]["detail"]["taken_from"] == "kim"
    await it.world.work()
    assert (await it.seen("/api/agents/kim"))["free_slots"] == 2
    problem(await it.post("/api/cases/K-1/assign", {"agent": "kim"}, "kim"), 403)


async def test_who_releases_a_case_does_not_get_it_back_by_itself() -> None:
    it = await with_waiting_case()
    await it.post(PICK)
    await it.put("/api/agents/kim/presence", {"presence": "available"})
    response = await it.post("/api/cases/K-1/release", {"text": "not for me"})
    assert (response.status_code, response.json()["worked_by"]) == (200, "")
    await it.world.work()
    assert await it.worked_by() == ""
    await it.put("/api/agents/lee/presence", {"presence": "available"})
    assert await it.worked_by() == "lee"
    assert (await it.post(PICK)).status_code == 409


async def test_only_a_supervisor_releases_or_moves_the_case_of_somebody_else() -> None:
    it = await with_waiting_case()
    await it.post(PICK, by="lee")
    told = problem(await it.post("/api/cases/K-1/release"), 409)
    assert (told["worked_by"], told["errors"]) == ("lee", [{"field": "worked_by", "reason": "not_theirs"}])
    problem(await it.post("/api/cases/K-1/queue", {"queue": "returns"}), 403)
    problem(await it.post("/api/cases/K-1/route"), 403)
    assert (await it.post("/api/cases/K-1/release", by="boss")).status_code == 200


async def test_a_case_is_moved_to_a_queue_and_routed_back() -> None:
    it = await with_waiting_case()
    moved = await it.post("/api/cases/K-1/queue", {"queue": "returns"})
    assert (moved.status_code, moved.json()["queue"]) == (200, "returns")
    assert [each["id"] for each in (await it.seen("/api/queues/returns/cases"))["items"]] == ["K-1"]
    assert (await it.seen("/api/queues/first/cases"))["items"] == []
    routed = await it.post("/api/cases/K-1/route")
    assert (routed.status_code, routed.json()["queue"]) == (200, "first")
    unknown = problem(await it.post("/api/cases/K-1/queue", {"queue": "nowhere"}), 409)
    assert unknown["errors"] == [{"field": "queue", "reason": "unknown_queue"}]


async def test_where_no_rules_are_published_a_case_goes_nowhere_and_says_so() -> None:
    it = await office(routed=False)
    await it.has_case()
    assert (await it.seen("/api/cases/K-1"))["queue"] == ""
    assert problem(await it.post("/api/cases/K-1/route"), 409)["errors"][0]["reason"] == "no_routing"


async def test_a_repeat_with_its_key_is_answered_with_what_it_came_to() -> None:
    it = await with_waiting_case()
    for _ in range(2):
        assert (await it.post(PICK, Idempotency_Key="k")).status_code == 200
    assert (await it.seen("/api/agents/kim"))["free_slots"] == 1


async def test_if_match_names_the_version_that_is_picked() -> None:
    it = await with_waiting_case()
    etag = (await it.get("/api/cases/K-1")).headers["etag"]
    problem(await it.post(PICK, If_Match='"99"'), 412)
    assert (await it.post(PICK, If_Match=etag)).status_code == 200


async def test_resolving_a_case_gives_its_agent_the_next_one() -> None:
    it = await office()
    await it.has_agent(capacity=1)
    await it.has_case("K-1")
    await it.has_case("K-2")
    assert (await it.worked_by("K-1"), await it.worked_by("K-2")) == ("kim", "")
    await it.post("/api/cases/K-1/resolve", {"text": "done"})
    await it.world.work()
    assert (await it.worked_by("K-1"), await it.worked_by("K-2")) == ("", "kim")


@pytest.mark.parametrize(("command", "body"), [("queue", {"queue": "returns"}), ("route", {})])
async def test_who_is_no_member_moves_no_case_out_of_a_private_queue(command: str, body: dict[str, str]) -> None:
    it = await office()
    await it.has_agent()
    await it.has_agent("lee", queues=("experts",), presence="offline")
    await it.has_case(queue_name="experts")
    for by in ("kim", "stranger"):
        told = problem(await it.post(f"/api/cases/K-1/{command}", body, by), 409)
        assert told["errors"] == [{"field": "agent", "reason": "not_a_member"}]
    for by in ("lee", "boss"):
        assert (await it.post(f"/api/cases/K-1/{command}", body, by)).status_code == 200
        await it.post("/api/cases/K-1/queue", {"queue": "experts"}, "boss")


@pytest.mark.parametrize(("command", "body"), [("queue", {"queue": "returns"}), ("route", {})])
async def test_a_move_that_is_repeated_is_answered_as_before_though_another_has_the_case_now(
    command: str, body: dict[str, str]
) -> None:
    it = await office()
    await it.has_agent(presence="offline")
    await it.has_agent("max", queues=("returns", "first"), presence="offline")
    await it.has_case(queue_name="first")
    assert (await it.post(f"/api/cases/K-1/{command}", body, Idempotency_Key="k")).status_code == 200
    assert (await it.post(PICK, by="max")).status_code == 200
    assert (await it.post(f"/api/cases/K-1/{command}", body, Idempotency_Key="k")).status_code == 200
    assert await it.worked_by() == "max"
