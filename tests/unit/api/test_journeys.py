"""Reading journeys: their numbers, who waits in them, and what became of one run."""

from urllib.parse import quote

import pytest

from shared.journeys.experiments import Verdict, record
from shared.journeys.tick import envelope as tick
from tests.unit.api.client import principal, problem
from tests.unit.api.studio import ADDRESS, EDITED, ORDERS, Studio, studio
from tests.unit.pages.world import CONTACT


async def test_a_journey_is_listed_with_the_numbers_of_its_newest_version() -> None:
    it = await studio()
    await it.happens("order-placed", amount=50)
    await it.happens("order-placed", amount=5)
    [line] = (await it.get("/api/journeys")).json()["items"]
    assert (line["name"], line["phase"], line["version"], line["starts_on"]) == (
        "unpaid-order",
        "live",
        1,
        "order-placed",
    )
    assert (line["entered"], line["running"], line["not_entered"], line["exited"]) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("path", "names"), [("journeys", ["unpaid-order"]), ("triggers", ["order-paid", "order-placed"])]
)
async def test_definitions_are_listed_page_by_page(path: str, names: list[str]) -> None:
    it = await studio()
    found, following = [], f"/api/{path}?limit=1"
    while following:
        response = (await it.get(following)).json()
        assert len(response["items"]) == 1
        found.append(response["items"][0]["name"])
        following = response["next"]
    assert found == names


async def test_a_journey_tells_where_everybody_is_and_why_others_are_not() -> None:
    it = await studio()
    await it.happens("order-placed", amount=50)
    await it.happens("order-placed", amount=5)
    await it.happens("order-paid")
    shown = (await it.get(ADDRESS)).json()
    [version] = shown["versions"]
    tiles = {tile["tile"]: tile for tile in version["tiles"]}
    assert version["not_entered"] == {"condition_not_met": 1}
    assert [(tiles[name]["arrived"], tiles[name]["waiting"]) for name in ("paid", "thank", "rest")] == [
        (1, 0),
        (1, 0),
        (1, 1),
    ]
    assert tiles["paid"]["more"] == {"way:yes": 1}
    assert shown["definition"]["starts_on"] == "order-placed"
    assert "uses" not in shown["definition"]
    assert shown["allowed"] == ["pause", "stop"]
    assert shown["live_version"] == 1


async def test_the_numbers_are_the_same_after_everything_came_twice() -> None:
    it = await studio()
    placed = await it.happens("order-placed", amount=50)
    paid = await it.happens("order-paid")
    before = (await it.get(ADDRESS)).json()["versions"]
    for envelope in (placed, paid, placed):
        await it.world.services.pipeline.take(envelope)
        await it.world.work()
    assert (await it.get(ADDRESS)).json()["versions"] == before


async def test_each_version_has_numbers_of_its_own() -> None:
    it = await studio()
    await it.happens("order-placed", amount=50)
    await it.publish(EDITED)
    shown = (await it.get(ADDRESS)).json()
    assert (shown["version"], shown["live_version"], shown["phase"]) == (2, 1, "live")
    await it.world.clock.pause(60)
    await it.happens("order-placed", amount=50)
    shown = (await it.get(ADDRESS)).json()
    assert [(version["version"], version["entered"]) for version in shown["versions"]] == [(2, 1), (1, 1)]
    assert shown["live_version"] == 2


async def test_a_journey_for_a_segment_tells_how_far_it_has_come() -> None:
    it = Studio()
    await it.world.has_contact()
    await it.goes_live(
        "segment: english\nmembers: {attribute: contact.language, op: eq, value: en}\n---\n"
        "journey: to-all\nstarts_on: {segment: english}\ntiles:\n  - id: rest\n    wait: {for: PT1H}\n"
    )
    await it.world.services.pipeline.take(tick(it.world.clock.at))
    await it.world.work()
    shown = (await it.get("/api/journeys/to-all")).json()
    [occurrence] = shown["occurrences"]
    assert (occurrence["entered"], occurrence["finished_at"] is not None) == (1, True)
    assert (shown["segment"], shown["running"]) == ("english", 1)


async def test_who_waits_is_listed_by_tile_and_version_page_by_page() -> None:
    it = await studio()
    contacts = [CONTACT, "C~2/#", *(f"C-{number}" for number in range(7))]
    for contact in contacts:
        await it.world.has_contact(contact=contact)
        await it.happens("order-placed", contact, amount=50)
    await it.happens("order-paid", CONTACT)

    async def found(query: str) -> list[str]:
        seen, address = [], f"{ADDRESS}/runs?{query}"
        while address:
            listing = (await it.get(address)).json()
            seen += [line["contact"] for line in listing["items"]]
            address = listing["next"]
        return sorted(seen)

    for limit in (1, 2, 3, 200):
        assert await found(f"limit={limit}") == sorted(contacts)
    assert await found("tile=rest&limit=1") == [CONTACT]
    assert await found("tile=paid&version=1&limit=4") == sorted(set(contacts) - {CONTACT})
    assert await found("version=2") == []
    assert await found("tile=nothing") == []


@pytest.mark.parametrize("contact", [CONTACT, "C~2/#"])
async def test_a_run_is_shown_with_its_steps(contact: str) -> None:
    it = await studio()
    await it.world.has_contact(contact=contact)
    await it.happens("order-placed", contact, amount=50)
    [line] = (await it.get(f"{ADDRESS}/runs")).json()["items"]
    assert line["id"] == f"unpaid-order/{contact}/{line['run']}"
    await it.happens("order-paid", contact)
    run = (await it.get(f"{ADDRESS}/runs/{quote(contact, safe='')}/{line['run']}")).json()
    assert (run["id"], run["status"], run["tile"], run["path"]) == (
        line["id"],
        "running",
        "rest",
        ["paid", "thank", "rest"],
    )
    assert [step["kind"] for step in run["steps"]] == ["enter_journey", "awaited"]
    assert "send_sms" in run["steps"][1]["sent"]


async def test_who_was_not_let_in_can_be_looked_up_too() -> None:
    it = await studio()
    await it.happens("order-placed", amount=5)
    [line] = (await it.get(f"{ADDRESS}/not-entered")).json()["items"]
    run = (await it.get(f"{ADDRESS}/runs/{CONTACT}/{line['run']}")).json()
    assert (run["status"], run["reason"]) == ("not_entered", "condition_not_met")


@pytest.mark.parametrize("path", ["/api/journeys/nothing", "/api/journeys/nothing/runs", f"{ADDRESS}/runs/C-1/R-1"])
async def test_what_is_not_there_is_a_404(path: str) -> None:
    problem(await (await studio()).get(path), 404)


async def test_triggers_tell_what_they_carry_and_where_they_are_used() -> None:
    it = await studio()
    found = {trigger["name"]: trigger for trigger in (await it.get("/api/triggers")).json()["items"]}
    placed = found["order-placed"]
    assert (placed["kind"], placed["state"], placed["used_in"]) == ("custom", "ready", ["unpaid-order"])
    assert placed["attributes"]["gift"] == {"type": "boolean", "optional": True, "values": []}
    assert placed["audience"] == {"attribute": "contact", "via": None}


@pytest.mark.parametrize("path", ["/api/journeys", ADDRESS, f"{ADDRESS}/runs", "/api/triggers"])
@pytest.mark.parametrize(("role", "may"), [("agent", True), ("supervisor", True), ("operator", True), ("", False)])
async def test_whoever_has_a_role_may_read(path: str, role: str, may: bool) -> None:
    it = await studio()
    it.api.headers = principal(role)
    assert (await it.get(path)).status_code == (200 if may else 403)
    it.api.headers = {}
    assert (await it.get(path)).status_code == 401


async def test_an_experiment_that_is_decided_says_why() -> None:
    it = Studio()
    await it.goes_live(
        f"{ORDERS}---\njourney: tried\nstarts_on: order-placed\ngoal: {{trigger: order-paid, by: contact, share: 20}}\n"
        "tiles:\n  - id: which\n    experiment:\n      share: 50\n      winner_by: goal\n      ends_after: P1D\n"
        "      default: b\n      a: [{id: soon, wait: {for: PT1H}}]\n      b: [{id: late, wait: {for: PT2H}}]\n"
    )
    verdict = Verdict("b", "time_over", {"a": 3, "b": 4}, {"a": 0, "b": 1})
    await record(it.world.store, "tried", 1, "which", verdict, it.world.clock.at)
    shown = (await it.get("/api/journeys/tried")).json()
    assert shown["goal_wanted"] == 20
    assert (shown["experiments"]["which"]["winner"], shown["experiments"]["which"]["reason"]) == ("b", "time_over")
