"""A case in its business process flow, over HTTP."""

from typing import Any

import pytest

from shared.cases.messages import CancelCase
from shared.definitions.loader import load
from tests.unit.api.client import Api, problem
from tests.unit.pages.world import CASE

PROCESSES = """
process: usual
stages:
- {stage: identify, steps: [{step: product, title: Which product?, column: product, required: true}]}
- {stage: research, steps: [{step: cause, required: true}, {step: similar}]}
- {stage: resolve}
"""
SHOWN = f"/api/cases/{CASE}/process"


async def with_case(**fields: Any) -> Api:
    api = Api()
    await api.world.services.definitions.publish(load({"p.yaml": PROCESSES}))
    await api.world.has_case(product="P-7", **fields)
    return api


async def said(api: Api, command: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Give a command that is applied, and return how the case stands in its process."""
    response = await api.post(f"process/{command}", body, Prefer="wait=5")
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = (await api.get(SHOWN)).json()
    return shown


async def test_a_case_goes_from_stage_to_stage() -> None:
    api = await with_case()
    assert (await api.get(SHOWN)).json()["state"] == "none"
    begun = await said(api, "start", {"process": "usual"})
    assert (begun["state"], begun["stage"], begun["stages"]) == (
        "active",
        "identify",
        ["identify", "research", "resolve"],
    )
    assert begun["steps"] == [
        {"step": "product", "title": "Which product?", "column": "product", "required": True, "done": True}
    ]
    assert (await said(api, "stage"))["stage"] == "research"
    ticked = await said(api, "step", {"step": "cause"})
    assert {step["step"]: step["done"] for step in ticked["steps"]} == {"cause": True, "similar": False}
    await said(api, "stage", {"to": "resolve"})
    over = await said(api, "stage")
    assert (over["state"], over["stage"], over["steps"]) == ("finished", "", [])
    assert [(step["stage"], step["to"]) for step in over["path"]] == [
        ("identify", "research"),
        ("research", "resolve"),
        ("resolve", "finished"),
    ]


async def test_the_time_in_each_stage_is_told() -> None:
    api = await with_case()
    await said(api, "start", {"process": "usual"})
    api.world.clock.at = api.world.clock.at.replace(hour=20)
    shown = (await api.get(SHOWN)).json()
    assert shown["seconds_in_stage"] > 7 * 3600
    [passage] = (await said(api, "abandon"))["path"]
    assert (passage["to"], passage["seconds"] >= shown["seconds_in_stage"]) == ("abandoned", True)


@pytest.mark.parametrize(
    ("before", "command", "body", "field", "reason"),
    [
        ([], "stage", {}, "process", "no_process"),
        ([], "start", {"process": "unheard"}, "process", "unknown_process"),
        ([("start", {"process": "usual"})], "start", {"process": "usual"}, "process", "already_so"),
        ([("start", {"process": "usual"})], "stage", {"to": "resolve"}, "to", "not_a_stage_to_go_to"),
        ([("start", {"process": "usual"})], "step", {"step": "product"}, "step", "not_a_step_to_tick"),
        ([("start", {"process": "usual"}), ("stage", {})], "stage", {}, "steps.cause", "step_required"),
    ],
)
async def test_what_the_process_does_not_allow_is_refused_with_what_is_missing(
    before: list[tuple[str, dict[str, Any]]], command: str, body: dict[str, Any], field: str, reason: str
) -> None:
    api = await with_case()
    for each in before:
        await said(api, *each)
    told = problem(await api.post(f"process/{command}", body), 409)
    assert told["errors"] == [{"field": field, "reason": reason}]
    assert told["allowed"] == ["cancel", "resolve", "status"]


async def test_a_closed_case_goes_nowhere() -> None:
    api = await with_case()
    await said(api, "start", {"process": "usual"})
    await api.world.say(CancelCase(CASE, "kim"))
    for command, body in (("stage", {}), ("step", {"step": "cause"}), ("abandon", {}), ("start", {"process": "usual"})):
        assert problem(await api.post(f"process/{command}", body), 409)["errors"][0]["reason"] == "case_is_closed"


async def test_a_step_is_taken_once_for_each_key_and_version() -> None:
    api = await with_case()
    await said(api, "start", {"process": "usual"})
    first = await api.post("process/stage", Idempotency_Key="k", Prefer="wait=5")
    again = await api.post("process/stage", Idempotency_Key="k", Prefer="wait=5")
    assert first.json() == again.json()
    problem(await api.post("process/stage", If_Match='"1"'), 412)
    assert (await api.post("process/step", {"step": "cause"})).status_code == 202


@pytest.mark.parametrize(
    ("command", "body", "field"),
    [
        ("start", {}, "process"),
        ("start", {"process": "No Name"}, "process"),
        ("step", {"step": 7}, "step"),
        ("stage", {"where": "on"}, "where"),
    ],
)
async def test_bad_fields_are_named(command: str, body: dict[str, Any], field: str) -> None:
    api = await with_case()
    told = problem(await api.post(f"process/{command}", body), 422)
    assert [error["field"] for error in told["errors"]] == [field]
