"""`/api/activities`: what is held is seen, and goes on by hand."""

from datetime import timedelta

import pytest

from shared.intake.door import MAIL
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Change
from tests.unit.api.client import SIGNED_IN, Api, principal, problem
from tests.unit.api.studio import Studio
from tests.unit.definitions.world import load
from tests.unit.intake.desk import TEMPLATES, raw, rules
from tests.unit.pages.world import CASE, CONTACT, World

HELD = "/api/activities/held"


async def with_mails(*contents: bytes, unknown: str = "hold") -> Studio:
    it = Studio("agent")
    await it.world.services.definitions.publish(load(f"{TEMPLATES}\n---\n{rules(unknown)}"))
    it.world.clock.at = it.world.clock.at.replace(hour=14)
    await it.world.has_contact()
    for content in contents or (raw(from_="Bob <bob@example.net>"),):
        await it.world.services.intake.take({"content-type": MAIL}, content)
    await it.world.work()
    return it


async def ids(it: Studio, query: str = "") -> list[str]:
    return [line["id"] for line in (await it.get(f"{HELD}{query}")).json()["items"]]


async def test_what_is_held_is_listed_with_its_reason_and_shown_whole_under_its_id() -> None:
    it = await with_mails()
    [line] = (await it.get(HELD)).json()["items"]
    assert (line["channel"], line["state"], line["reason"], line["rule"]) == (
        "email",
        "held",
        "unknown_sender",
        "requests",
    )
    assert "bob" not in str(line).lower()
    shown = (await it.get(f"/api/activities/{line['id']}")).json()
    assert (shown["address"], shown["name"], shown["subject"]) == ("bob@example.net", "Bob", "Cold")
    assert (shown["text"], shown["state"], shown["case"]) == ("It does not heat.", "held", "")


async def test_what_was_ignored_is_listed_by_its_day() -> None:
    it = await with_mails(raw(auto_submitted="auto-replied"))
    [line] = (await it.get(f"{HELD}?state=ignored")).json()["items"]
    assert line["reason"] == "automatic_mail"
    assert await ids(it) == await ids(it, "?state=ignored&day=2026-11-03") == []


async def test_a_list_goes_on_page_by_page() -> None:
    it = await with_mails(*(raw(from_=f"{n}@example.net") for n in range(3)))
    first = (await it.get(f"{HELD}?limit=2")).json()
    second = (await it.get(first["next"])).json()
    assert [len(first["items"]), len(second["items"])] == [2, 1]


@pytest.mark.parametrize("to", ["contact", "case", "nobody"])
async def test_a_released_mail_goes_where_the_agent_says(to: str) -> None:
    it = await with_mails()
    await it.world.has_case()
    [held] = await ids(it)
    body = {"contact": {"contact": CONTACT}, "case": {"case": CASE}, "nobody": {}}[to]
    response = await it.post(f"/api/activities/{held}/release", body, Prefer="wait=10")
    assert response.status_code == 200, response.text
    shown = response.json()
    assert (shown["state"], shown["by"]) == ("done", "11111111-2222")
    assert (shown["case"] == CASE) is (to == "case")
    assert (shown["contact"] == CONTACT) is (to == "contact")
    assert await ids(it) == []
    timeline = (await it.get(f"/api/cases/{shown['case']}")).json()["timeline"]
    assert timeline[-1]["text"].endswith("It does not heat.")


async def test_an_ignored_one_goes_on_too_and_a_held_one_may_be_ignored_for_good() -> None:
    it = await with_mails(raw(auto_submitted="auto-replied"), raw(from_="bob@example.net"))
    [ignored], [held] = await ids(it, "?state=ignored"), await ids(it)
    released = (await it.post(f"/api/activities/{ignored}/release", Prefer="wait=10")).json()
    assert (released["state"], released["contact"]) == ("done", CONTACT)
    dropped = (await it.post(f"/api/activities/{held}/release", {"ignore": True}, Prefer="wait=10")).json()
    assert (dropped["state"], dropped["reason"]) == ("ignored", "by_hand")
    assert await ids(it, "?state=ignored") == [held]


async def test_nobody_is_answered_automatically_when_it_is_released() -> None:
    it = await with_mails()
    [held] = await ids(it)
    await it.post(f"/api/activities/{held}/release", {"contact": CONTACT}, Prefer="wait=10")
    assert "send-email" not in it.world.bus.queues


async def test_a_released_mail_is_not_released_again_but_a_repeat_is_answered() -> None:
    it = await with_mails()
    [held] = await ids(it)
    for _ in range(2):
        response = await it.post(f"/api/activities/{held}/release", Prefer="wait=10", Idempotency_Key="k")
        assert response.status_code == 200
    other = await it.post(f"/api/activities/{held}/release", Prefer="wait=10")
    assert problem(other, 409)["errors"] == [{"field": "state", "reason": "not_held"}]


@pytest.mark.parametrize(("body", "field"), [({"contact": "C-9"}, "contact"), ({"case": "nothing"}, "case")])
async def test_what_is_not_there_is_named(body: dict[str, str], field: str) -> None:
    it = await with_mails()
    [held] = await ids(it)
    response = await it.post(f"/api/activities/{held}/release", body, Prefer="wait=10")
    assert problem(response, 409)["errors"] == [{"field": field, "reason": "not_found"}]
    assert await ids(it) == [held]


async def test_of_several_with_the_address_one_must_be_named() -> None:
    it = await with_mails(b"From: x@y.org\r\n\r\n")
    await it.world.has_contact(contact="C-2")
    await it.world.services.intake.take({"content-type": MAIL}, raw())
    await it.world.work()
    lines = (await it.get(HELD)).json()["items"]
    held = next(line["id"] for line in lines if line["reason"] == "several_contacts")
    refused = await it.post(f"/api/activities/{held}/release", Prefer="wait=10")
    assert problem(refused, 409)["errors"] == [{"field": "contact", "reason": "several_contacts"}]
    released = await it.post(f"/api/activities/{held}/release", {"contact": "C-2"}, Prefer="wait=10")
    assert released.json()["contact"] == "C-2"


async def test_without_waiting_it_is_accepted() -> None:
    it = await with_mails()
    [held] = await ids(it)
    response = await it.post(f"/api/activities/{held}/release")
    assert (response.status_code, response.headers["location"]) == (202, f"/api/activities/{held}")


@pytest.mark.parametrize("path", ["x", "0" * 26, f"{'0' * 26}-{'0' * 26}"])
async def test_a_message_that_is_not_there_is_not_found(path: str) -> None:
    it = await with_mails()
    assert (await it.get(f"/api/activities/{path}")).status_code in (404, 422)


async def test_only_agents_read_what_people_wrote() -> None:
    it = await with_mails()
    [held] = await ids(it)
    it.api.headers = principal("operator")
    for path in (HELD, f"/api/activities/{held}"):
        problem(await it.get(path), 403)


class Crash(Exception):
    """The process ended."""


class Crashing(MemoryStore):
    """Whoever writes a case ends before it."""

    armed = True

    async def write(self, table: str, partition: str, *changes: Change) -> dict[str, str]:
        if self.armed and table == "cases":
            raise Crash
        return await super().write(table, partition, *changes)


async def test_what_waits_for_an_answer_that_never_comes_is_listed_and_after_an_hour_released() -> None:
    store = Crashing()
    world = World(environment=SIGNED_IN, store=store)
    it = Api(world, principal("agent"))
    await world.services.definitions.publish(load(f"{TEMPLATES}\n---\n{rules()}"))
    world.clock.at = world.clock.at.replace(hour=14)
    await world.has_contact()
    await world.services.intake.take({"content-type": MAIL}, raw())
    delivery = world.bus.receive("case-commands")
    assert delivery is not None
    with pytest.raises(Crash):
        await world.services.pipeline.handle("case-commands", delivery.message.body)
    world.bus.complete(delivery)
    store.armed = False
    [line] = (await it.get(f"{HELD}?state=waiting")).json()["items"]
    assert line["state"] == "waiting"
    release = f"/api/activities/{line['id']}/release"
    headers = {**it.headers, "Prefer": "wait=10"}
    early = await it.client.post(release, json={}, headers=headers)
    assert problem(early, 409)["errors"] == [{"field": "state", "reason": "not_held"}]
    world.clock.at += timedelta(hours=1)
    late = await it.client.post(release, json={}, headers=headers)
    assert late.status_code == 200, late.text
    assert late.json()["state"] == "done"
    assert (await it.get(f"{HELD}?state=waiting")).json()["items"] == []


async def test_the_same_key_with_another_body_is_told() -> None:
    it = await with_mails()
    [held] = await ids(it)
    there = f"/api/activities/{held}/release"
    first = await it.post(there, {"contact": CONTACT}, Prefer="wait=10", Idempotency_Key="k")
    assert first.status_code == 200
    problem(await it.post(there, {"ignore": True}, Prefer="wait=10", Idempotency_Key="k"), 422)
