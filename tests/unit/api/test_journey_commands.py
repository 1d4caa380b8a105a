"""Pausing, resuming, stopping, moving and trying out journeys."""

from typing import Any

import pytest

from shared.contacts.messages import PutContact
from tests.unit.api.client import principal, problem
from tests.unit.api.studio import ADDRESS, EDITED, JOURNEY, Studio, studio
from tests.unit.pages.world import CONTACT

TRIAL: dict[str, Any] = {
    "contact": CONTACT,
    "to": "C-tester",
    "attributes": {"order": "O-1", "contact": CONTACT, "amount": 50},
}


async def test_a_command_is_accepted_and_done_soon() -> None:
    it = await studio()
    response = await it.post(f"{ADDRESS}/pause")
    assert (response.status_code, response.headers["location"]) == (202, ADDRESS)
    assert response.json()["location"] == ADDRESS
    assert (await it.get(ADDRESS)).json()["phase"] == "live"
    await it.world.work()
    shown = (await it.get(ADDRESS)).json()
    assert (shown["phase"], shown["allowed"]) == ("paused", ["resume", "stop"])


async def test_who_waits_is_answered_with_the_journey_as_it_is_then() -> None:
    it = await studio()
    paused = await it.post(f"{ADDRESS}/pause", Prefer="wait=10")
    assert (paused.status_code, paused.headers["preference-applied"]) == (200, "wait=10")
    assert paused.json()["phase"] == "paused"
    resumed = await it.post(f"{ADDRESS}/resume", Prefer="wait=10")
    assert resumed.json()["allowed"] == ["pause", "stop"]
    stopped = await it.post(f"{ADDRESS}/stop", Prefer="wait=10")
    assert (stopped.json()["phase"], stopped.json()["allowed"]) == ("stopping", [])


@pytest.mark.parametrize(
    ("before", "command", "allowed"),
    [("pause", "pause", None), ("stop", "stop", None), ("stop", "pause", []), ("stop", "resume", [])],
)
async def test_what_it_does_not_take_is_refused_and_what_is_so_already_is_not(
    before: str, command: str, allowed: list[str] | None
) -> None:
    it = await studio()
    await it.post(f"{ADDRESS}/{before}", Prefer="wait=10")
    response = await it.post(f"{ADDRESS}/{command}")
    if allowed is None:
        assert response.status_code == 202  # a caller whose answer was lost asks again
    else:
        assert problem(response, 409)["allowed"] == allowed


async def test_a_draft_takes_no_command() -> None:
    it = Studio()
    await it.goes_live()
    await it.goes_live(JOURNEY.replace("journey: unpaid-order", "journey: later\nstate: draft"))
    assert problem(await it.post("/api/journeys/later/pause"), 409)["allowed"] == []


async def test_a_stop_takes_out_who_waits() -> None:
    it = await studio()
    await it.happens("order-placed", amount=50)
    await it.post(f"{ADDRESS}/stop", Prefer="wait=10")
    await it.world.work()
    shown = (await it.get(ADDRESS)).json()
    assert (shown["running"], shown["versions"][0]["exited"]) == (0, {"journey_stopped": 1})


@pytest.mark.parametrize(
    ("command", "body"), [("move", {"to_version": 1, "dry_run": False}), ("test", {"contact": "C-1", "to": "C-1"})]
)
async def test_a_journey_that_stops_takes_neither_moves_nor_tests(command: str, body: dict[str, Any]) -> None:
    it = await studio()
    await it.post(f"{ADDRESS}/stop", Prefer="wait=10")
    assert problem(await it.post(f"{ADDRESS}/{command}", body), 409)["allowed"] == []


async def waiting_at_two_tiles() -> Studio:
    it = await studio()
    for contact in ("C-1", "C-2"):
        await it.world.has_contact(contact=contact)
        await it.happens("order-placed", contact, amount=50)
    await it.happens("order-paid", "C-2")
    await it.goes_live(EDITED.replace("id: rest", "id: nap"))
    return it


async def test_a_move_says_first_who_would_land_where() -> None:
    it = await waiting_at_two_tiles()
    response = await it.post(f"{ADDRESS}/move", {"to_version": 2})
    body = response.json()
    assert (response.status_code, body["dry_run"]) == (200, True)
    assert body["moves"] == [
        {"version": 1, "tile": "paid", "runs": 1, "to": "paid", "reason": ""},
        {"version": 1, "tile": "rest", "runs": 1, "to": None, "reason": "no_such_tile"},
    ]
    body = (await it.post(f"{ADDRESS}/move", {"to_version": 2, "places": {"rest": "again", "paid": "nap"}})).json()
    assert {(move["tile"], move["to"], move["reason"]) for move in body["moves"]} == {
        ("paid", None, "another_kind"),
        ("rest", None, "another_kind"),
    }
    await it.world.work()
    assert (await it.get(f"{ADDRESS}/runs?version=2")).json()["items"] == []


async def test_only_an_explicit_move_moves() -> None:
    it = await waiting_at_two_tiles()
    wanted = {"to_version": 2, "places": {"rest": "nap"}, "dry_run": False}
    response = await it.post(f"{ADDRESS}/move", wanted)
    assert (response.status_code, response.headers["location"]) == (202, f"{ADDRESS}/runs")
    await it.world.work()
    moved = (await it.get(f"{ADDRESS}/runs?version=2")).json()["items"]
    assert {(line["contact"], line["tile"]) for line in moved} == {("C-1", "paid"), ("C-2", "nap")}
    assert (await it.post(f"{ADDRESS}/move", {"to_version": 2})).json()["moves"] == []
    [run] = [(await it.get(f"{ADDRESS}/runs/C-2/{line['run']}")).json() for line in moved if line["contact"] == "C-2"]
    assert [step["outcome"] for step in run["steps"]][-1] == "moved"


async def test_a_move_names_what_is_wrong() -> None:
    it = await waiting_at_two_tiles()
    body = problem(await it.post(f"{ADDRESS}/move", {"to_version": 7}), 422)
    assert body["errors"] == [{"field": "to_version", "reason": "there is no such version"}]
    wrong = {"to_version": 2, "places": {"nothing": "nap", "paid": "napp"}}
    body = problem(await it.post(f"{ADDRESS}/move", wrong), 422)
    assert [error["field"] for error in body["errors"]] == ["places.nothing", "places.paid"]
    problem(await it.post(f"{ADDRESS}/move", {"to_version": "2"}), 422)


async def test_a_test_run_counts_nowhere() -> None:
    it = await studio()
    await it.world.has_contact(contact="C-tester")
    response = await it.post(f"{ADDRESS}/test", TRIAL)
    await it.world.work()
    run = (await it.get(response.headers["location"])).json()
    assert (run["id"], run["test"], run["tile"]) == (response.json()["run"], True, "paid")
    shown = (await it.get(ADDRESS)).json()
    assert (shown["entered"], shown["running"]) == (0, 0)
    assert all(tile["arrived"] == 0 for tile in shown["versions"][0]["tiles"])
    [line] = (await it.get(f"{ADDRESS}/runs")).json()["items"]
    assert line["test"]


async def test_the_messages_of_a_test_run_go_to_who_tries_it_out() -> None:
    it = await studio()
    await it.world.say(PutContact("C-tester", "Kim", "kim@example.org", "+4930999999", "en", "Europe/Berlin"))
    run = await it.post(f"{ADDRESS}/test", TRIAL, Prefer="wait=10")
    assert (run.status_code, run.json()["tile"]) == (200, "paid")
    await it.world.clock.pause(5)
    await it.happens("order-paid")
    assert [message.to for message in it.provider.accepted] == ["+4930999999"]


async def test_a_repeat_of_a_test_with_its_key_is_the_same_run() -> None:
    it = await studio()
    await it.world.has_contact(contact="C-tester")
    first, second = [await it.post(f"{ADDRESS}/test", TRIAL, Idempotency_Key="k") for _ in range(2)]
    other = await it.post(f"{ADDRESS}/test", TRIAL)
    assert first.json() == second.json()
    assert other.json() != first.json()
    await it.world.work()
    assert len((await it.get(f"{ADDRESS}/runs")).json()["items"]) == 2


async def test_attributes_of_a_test_have_the_types_of_the_trigger() -> None:
    it = await studio()
    wrong = {"contact": "nobody", "to": CONTACT, "attributes": {"order": "O-1", "amount": "many", "x": 1}}
    body = problem(await it.post(f"{ADDRESS}/test", wrong), 422)
    assert {error["field"] for error in body["errors"]} == {
        "contact",
        "attributes.amount",
        "attributes.contact",
        "attributes.x",
    }
    assert "many" not in str(body)


async def test_a_test_for_a_segment_takes_no_attributes() -> None:
    it = await studio()
    await it.goes_live(
        "segment: english\nmembers: {attribute: contact.language, op: eq, value: en}\n---\n"
        "journey: to-all\nstarts_on: {segment: english}\ntiles:\n  - id: rest\n    wait: {for: PT1H}\n"
    )
    trial = {"contact": CONTACT, "to": CONTACT}
    body = problem(await it.post("/api/journeys/to-all/test", {**trial, "attributes": {"a": 1}}), 422)
    assert [error["field"] for error in body["errors"]] == ["attributes.a"]
    run = await it.post("/api/journeys/to-all/test", trial, Prefer="wait=10")
    assert (run.json()["tile"], run.json()["test"]) == ("rest", True)


async def test_a_test_that_is_not_let_in_says_why() -> None:
    it = await studio()
    trial = {**TRIAL, "to": CONTACT, "attributes": {**TRIAL["attributes"], "amount": 1}}
    run = (await it.post(f"{ADDRESS}/test", trial, Prefer="wait=10")).json()
    assert (run["status"], run["reason"]) == ("not_entered", "condition_not_met")
    assert (await it.get(ADDRESS)).json()["not_entered"] == 0


COMMANDS = {"pause": {}, "move": {"to_version": 1}, "test": {**TRIAL, "to": CONTACT}}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("role", "may"), [("agent", False), ("supervisor", True), ("operator", True)])
async def test_supervisors_and_operators_may_change_journeys(command: str, role: str, may: bool) -> None:
    it = await studio(role)
    response = await it.post(f"{ADDRESS}/{command}", COMMANDS[command])
    assert (response.status_code < 300) == may
    if not may:
        assert problem(response, 403)["detail"] == "This needs the role supervisor or operator."
        assert len(it.world.bus.ready("journey-steps")) == 0


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_journey_that_is_not_there_takes_nothing(command: str) -> None:
    problem(await (await studio()).post(f"/api/journeys/nothing/{command}", COMMANDS[command]), 404)


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_form_of_another_site_changes_nothing(command: str) -> None:
    it = await studio()
    form = await it.api.client.post(f"{ADDRESS}/{command}", data={"a": "b"}, headers=it.api.headers)
    problem(form, 415)
    it.api.headers = {**principal("operator"), "Cookie": "AppServiceAuthSession=x"}
    problem(await it.post(f"{ADDRESS}/{command}", COMMANDS[command]), 403)


async def test_an_unknown_command_is_a_clear_4xx() -> None:
    problem(await (await studio()).post(f"{ADDRESS}/explode"), 422)
