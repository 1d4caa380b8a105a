"""Changing cases: accepted, waited for, repeated, refused."""

from typing import Any, get_args

import pytest

from shared.agents.messages import PutAgent
from shared.api.case_commands import Resolution, Status
from shared.cases.messages import CancelCase, MergeCases, ResolveCase, SetParent
from shared.cases.transitions import REASONS
from shared.definitions.loader import load
from shared.runtime.envelope import decode
from tests.unit.api.client import Api, principal, problem
from tests.unit.pages.world import CASE, START

OTHER = "01KA5Q3N8M2V7R4T6W9X0YZXYZ"
COMMANDS: dict[str, dict[str, Any]] = {
    "resolve": {"resolution": "information_provided", "text": "Told them.", "billable_minutes": 15},
    "cancel": {"text": "Not needed any more."},
    "status": {"status_reason": "researching", "text": "Looking."},
}
LEADS_TO = {"resolve": "information_provided", "cancel": "cancelled", "status": "researching"}


async def with_case(**fields: Any) -> Api:
    api = Api()
    await api.world.has_case(**fields)
    return api


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_is_accepted_and_says_where_to_look(command: str) -> None:
    api = await with_case()
    response = await api.post(command, COMMANDS[command])
    assert response.status_code == 202
    assert response.json()["case"] == CASE
    assert response.json()["location"] == response.headers["location"] == f"/api/cases/{CASE}"
    (waiting,) = api.world.bus.ready("case-commands")
    envelope = decode(waiting.message.body)
    assert envelope.id == response.json()["command"]
    assert envelope.body["by"] == "11111111-2222"
    await api.world.work()
    assert (await api.get(f"/api/cases/{CASE}")).json()["status_reason"] == LEADS_TO[command]


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_caller_who_waits_gets_the_changed_case(command: str) -> None:
    api = await with_case()
    response = await api.post(command, COMMANDS[command], Prefer="wait=5")
    assert response.status_code == 200
    assert response.headers["preference-applied"] == "wait=5"
    assert response.headers["etag"] == '"2"'
    assert response.json() == (await api.get(f"/api/cases/{CASE}")).json()
    assert response.json()["timeline"][-1]["text"] == COMMANDS[command]["text"]


async def test_a_caller_whose_patience_ends_first_gets_202() -> None:
    api = Api(works=False)
    await api.world.has_case()
    response = await api.post("resolve", Prefer="respond-async, wait=4")
    assert response.status_code == 202
    assert 4 <= (api.world.clock.now() - START).total_seconds() < 5


async def test_nobody_waits_longer_than_half_a_minute() -> None:
    api = Api(works=False)
    await api.world.has_case()
    response = await api.post("resolve", Prefer="wait=86400")
    assert response.headers["preference-applied"] == "wait=30"
    assert (api.world.clock.now() - START).total_seconds() < 31


@pytest.mark.parametrize(
    ("before", "command", "allowed"),
    [
        (ResolveCase(CASE, "a"), "resolve", ["reactivate"]),
        (ResolveCase(CASE, "a"), "cancel", ["reactivate"]),
        (CancelCase(CASE, "a"), "status", ["reactivate"]),
        (None, "reactivate", ["cancel", "resolve", "status"]),
    ],
)
async def test_a_command_that_the_case_does_not_take_names_those_that_it_takes(
    before: ResolveCase | CancelCase | None, command: str, allowed: list[str]
) -> None:
    api = await with_case()
    if before is not None:
        await api.world.say(before)
    body = problem(await api.post(command, COMMANDS.get(command)), 409)
    assert body["allowed"] == allowed
    assert api.sent() == 0


async def test_a_refusal_that_comes_while_waiting_is_told_like_one_at_the_door() -> None:
    api = await with_case()

    async def overtaken() -> None:
        await api.world.say(CancelCase(CASE, "somebody else"))
        await api.world.work()

    api.world.clock.meanwhile = overtaken
    body = problem(await api.post("resolve", Prefer="wait=5"), 409)
    assert body["errors"] == [{"field": "status", "reason": "transition_not_allowed"}]
    assert body["allowed"] == ["reactivate"]


async def test_a_device_case_is_reactivated_through_its_guard() -> None:
    api = await with_case(device="D-1", error_code=11)
    await api.world.say(ResolveCase(CASE, "a"))
    response = await api.post("reactivate", {"text": "Again."}, Prefer="wait=5")
    assert response.json()["status"] == "active"
    assert response.json()["occurrences"]["count"] == 1


async def test_a_reactivation_that_the_guard_refuses_is_told_to_who_waits() -> None:
    api = await with_case(device="D-1", error_code=11)
    await api.world.say(CancelCase(CASE, "a"))
    await api.world.has_case(case=OTHER, device="D-1", error_code=11)
    body = problem(await api.post("reactivate", Prefer="wait=5", Idempotency_Key="k"), 409)
    assert body["errors"][0]["reason"] == "another_case_is_open"
    assert problem(await api.post("reactivate", Idempotency_Key="k"), 409) == body


async def test_a_case_without_a_device_is_reactivated_at_once() -> None:
    api = await with_case()
    await api.world.say(CancelCase(CASE, "a"))
    assert (await api.post("reactivate", Prefer="wait=1")).json()["status"] == "active"


@pytest.mark.parametrize("command", COMMANDS)
async def test_the_same_key_is_the_same_command_before_and_after_it_was_applied(command: str) -> None:
    api = await with_case()
    first = await api.post(command, COMMANDS[command], Idempotency_Key="k-1")
    second = await api.post(command, COMMANDS[command], Idempotency_Key="k-1")
    assert api.sent() == 1
    await api.world.work()
    third = await api.post(command, COMMANDS[command], Idempotency_Key="k-1")
    assert first.json() == second.json() == third.json()
    assert [first.status_code, second.status_code, third.status_code] == [202, 202, 202]
    fourth = await api.post(command, COMMANDS[command], Idempotency_Key="k-1", Prefer="wait=1")
    assert fourth.status_code == 200
    assert api.sent() == 0
    assert len(fourth.json()["timeline"]) == 2


async def test_a_key_belongs_to_who_used_it_for_what() -> None:
    api = await with_case()
    await api.world.has_case(case=OTHER)
    ids = {(await api.post("status", COMMANDS["status"], Idempotency_Key="k")).json()["command"]}
    ids.add((await api.post("resolve", Idempotency_Key="k")).json()["command"])
    api.headers = principal("supervisor", subject="another")
    ids.add((await api.post("resolve", Idempotency_Key="k")).json()["command"])
    address = f"/api/cases/{OTHER}/resolve"
    answer = await api.client.post(address, json={}, headers={**api.headers, "Idempotency-Key": "k"})
    ids.add(answer.json()["command"])
    assert len(ids) == 4


@pytest.mark.parametrize("command", [*COMMANDS, "reactivate"])
async def test_the_same_key_with_another_body_is_refused(command: str) -> None:
    api = await with_case(device="D-1", error_code=11)
    if command == "reactivate":
        await api.world.say(ResolveCase(CASE, "a"))
    body = COMMANDS.get(command, {"text": "one"})
    await api.post(command, body, Idempotency_Key="k", Prefer="wait=1")
    refusal = problem(await api.post(command, {**body, "text": "two"}, Idempotency_Key="k"), 422)
    assert refusal["type"] == "urn:carebus:problem:idempotency-key-reused"


async def test_another_body_that_overtakes_nothing_is_refused_to_who_waits() -> None:
    api = await with_case()
    await api.post("resolve", {"text": "one"}, Idempotency_Key="k")
    problem(await api.post("resolve", {"text": "two"}, Idempotency_Key="k", Prefer="wait=1"), 422)
    assert (await api.get(f"/api/cases/{CASE}")).json()["resolution"] == "one"


@pytest.mark.parametrize(
    ("if_match", "status"), [('"1"', 202), ("*", 202), ('"7", "1"', 202), ('"2"', 412), ("1", 412)]
)
async def test_if_match_holds_a_command_to_the_version_it_is_meant_for(if_match: str, status: int) -> None:
    api = await with_case()
    assert (await api.post("resolve", If_Match=if_match)).status_code == status
    assert api.sent() == (1 if status == 202 else 0)


@pytest.mark.parametrize("if_match", ['W/"1"', '"0"', ""])
async def test_a_weak_or_missing_tag_matches_nothing(if_match: str) -> None:
    api = await with_case()
    problem(await api.post("resolve", If_Match=if_match), 412)


async def test_a_repeat_is_answered_although_the_version_has_moved() -> None:
    api = await with_case()
    await api.post("resolve", Idempotency_Key="k", If_Match='"1"', Prefer="wait=1")
    repeated = await api.post("resolve", Idempotency_Key="k", If_Match='"1"', Prefer="wait=1")
    assert repeated.status_code == 200


@pytest.mark.parametrize(
    ("command", "body", "field"),
    [
        ("resolve", {"resolution": "SECRET"}, "resolution"),
        ("resolve", {"text": 5}, "text"),
        ("resolve", {"text": "SECRET" * 400}, "text"),
        ("resolve", {"billable_minutes": -1}, "billable_minutes"),
        ("resolve", {"billable_minutes": "SECRET"}, "billable_minutes"),
        ("resolve", {"status": "SECRET"}, "status"),
        ("status", {}, "status_reason"),
        ("status", {"status_reason": "problem_solved"}, "status_reason"),
        ("cancel", ["SECRET"], "body"),
    ],
)
async def test_wrong_bodies_name_the_field_and_never_the_value(command: str, body: Any, field: str) -> None:
    api = await with_case()
    refusal = problem(await api.post(command, body), 422)
    assert [error["field"] for error in refusal["errors"]] == [field]
    assert "SECRET" not in str(refusal)
    assert api.sent() == 0


async def test_commands_to_an_unknown_case_are_404() -> None:
    problem(await Api().post("resolve"), 404)


def test_bodies_offer_what_the_table_allows() -> None:
    assert get_args(Resolution.model_fields["resolution"].annotation) == REASONS["resolved"]
    assert get_args(Status.model_fields["status_reason"].annotation) == REASONS["active"]


async def patched(api: Api, body: dict[str, Any], **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.client.patch(f"/api/cases/{CASE}", json=body, headers={**api.headers, **named})


async def test_what_a_case_says_is_changed_column_by_column() -> None:
    api = await with_case()
    response = await patched(api, {"title": "The pump is hot", "priority": "high"}, Prefer="wait=5")
    assert (response.json()["title"], response.json()["priority"]) == ("The pump is hot", "high")
    assert response.json()["timeline"][-1]["detail"] == {"columns": ["priority", "title"]}
    problem(await patched(api, {"title": "Else"}, If_Match='"1"'), 412)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, []),
        ({"title": None}, ["title"]),
        ({"title": ""}, ["title"]),
        ({"priority": "urgent", "type": "complaint"}, ["priority", "type"]),
        ({"status": "resolved"}, ["status"]),
        ({"description": "x" * 2001, "owner": 7}, ["description", "owner"]),
    ],
)
async def test_each_column_that_cannot_be_changed_so_is_named(body: dict[str, Any], fields: list[str]) -> None:
    api = await with_case()
    told = problem(await patched(api, body), 422)
    assert [error["field"] for error in told["errors"]] == fields
    assert api.sent() == 0


async def test_a_case_is_escalated_and_calmed() -> None:
    api = await with_case()
    assert (await api.post("escalate", {"text": "Hurry."}, Prefer="wait=5")).json()["escalated"] is True
    again = problem(await api.post("escalate"), 409)
    assert again["errors"] == [{"field": "escalated", "reason": "already_so"}]
    assert again["status_reasons"] == ["in_progress", "on_hold", "researching", "waiting_for_details"]
    assert (await api.post("escalate", {"escalated": False}, Prefer="wait=5")).json()["escalated"] is False


async def test_the_open_cases_below_that_are_in_the_way_are_named() -> None:
    api = Api()
    await api.world.services.definitions.publish(load({"p.yaml": "policy: cases\nclosing: blocked\n"}))
    await api.world.has_case()
    await api.world.has_case(case=OTHER)
    await api.world.say(SetParent(OTHER, "a", CASE))
    await api.world.work()
    told = problem(await api.post("resolve"), 409)
    assert (told["errors"][0]["reason"], told["open_children"]) == ("open_children", [OTHER])


async def test_where_the_policy_refuses_a_step_only_those_that_it_allows_are_named() -> None:
    api = Api()
    policy = "policy: cases\ntransitions: {in_progress: [on_hold, problem_solved]}\n"
    await api.world.services.definitions.publish(load({"p.yaml": policy}))
    await api.world.has_case()
    told = problem(await api.post("cancel"), 409)
    assert told["errors"][0]["reason"] == "transition_not_in_policy"
    assert (told["allowed"], told["status_reasons"]) == (["resolve", "status"], ["on_hold"])
    assert told["detail"].endswith("in_progress may be followed by: on_hold, problem_solved.")


@pytest.mark.parametrize("command", ["resolve", "reactivate", "escalate", "pick"])
async def test_a_case_that_was_merged_says_into_which(command: str) -> None:
    api = Api()
    await api.world.has_case()
    await api.world.has_case(case=OTHER)
    await api.world.say(PutAgent("11111111-2222", "Kim", "a", 1))
    await api.world.say(MergeCases(OTHER, "a", (CASE,)))
    await api.world.work()
    told = problem(await api.post(command), 409)
    assert (told["merged_into"], told["allowed"]) == (OTHER, [])
    assert OTHER in told["detail"]
