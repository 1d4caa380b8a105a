"""`/api/entitlements`, and what a case is put under."""

from typing import Any

import httpx
import pytest

from shared.cases.messages import CancelCase
from tests.unit.api.client import Api, principal, problem
from tests.unit.pages.world import CASE, CONTACT

HERE = "/api/entitlements"
AGREED = {
    "contact": CONTACT,
    "name": "Ten cases a year",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "total": 10,
    "decrement_on": "create",
}


class Desk(Api):
    """The API as a supervisor calls it, for a contact with a case."""

    async def change(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in {"Prefer": "wait=10", **headers}.items()}
        if not self.world.store.partitions("contacts"):
            await self.world.has_contact()
        return await self.client.request(
            method, path, json={} if body is None else body, headers={**self.headers, **named}
        )

    async def drafts(self, **fields: Any) -> dict[str, Any]:
        response = await self.change("POST", HERE, {**AGREED, **fields})
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def agrees(self, **fields: Any) -> str:
        id_ = str((await self.drafts(**fields))["id"])
        assert (await self.change("POST", f"{HERE}/{id_}/activate")).status_code == 200
        return id_

    async def items(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.get(path)).json()["items"]
        return found


def desk(**fields: Any) -> Desk:
    it = Desk(**fields)
    it.headers = principal("supervisor")
    return it


async def test_an_entitlement_is_drafted_activated_and_listed() -> None:
    it = desk()
    drafted = await it.drafts(default=True)
    assert (drafted["state"], drafted["remaining"], drafted["version"]) == ("draft", 10, 1)
    activated = await it.change("POST", f"{HERE}/{drafted['id']}/activate")
    assert (activated.json()["state"], activated.headers["etag"]) == ("active", '"2"')
    (listed,) = await it.items(f"{HERE}?contact={CONTACT}")
    assert listed == (await it.get(f"{HERE}/{drafted['id']}")).json()
    assert await it.items(f"{HERE}?contact={CONTACT}&state=draft") == []
    assert await it.items(f"{HERE}?contact=C-9") == []


async def test_hours_are_told_as_hours() -> None:
    it = desk()
    drafted = await it.drafts(allocation="hours", total=7.5, decrement_on="resolve")
    assert (drafted["total"], drafted["remaining"], drafted["allocation"]) == (7.5, 7.5, "hours")


@pytest.mark.parametrize("hours", [4.1, 8.2, 0.15, 1.05])
async def test_hours_may_be_any_whole_number_of_minutes(hours: float) -> None:
    drafted = await desk().drafts(allocation="hours", total=hours, decrement_on="resolve")
    assert drafted["total"] == hours


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"total": 0}, "total"),
        ({"total": 1.5}, "total"),
        ({"total": "many"}, "total"),
        ({"allocation": "hours", "total": 0.001, "decrement_on": "resolve"}, "total"),
        ({"allocation": "hours"}, "decrement_on"),
        ({"ends_on": "2025-01-01"}, "ends_on"),
        ({"starts_on": "yesterday"}, "starts_on"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"channels": ["pigeon"]}, "channels.0"),
        ({"contact": ""}, "contact"),
        ({"contact": "C-9"}, "contact"),
        ({"sla": "platinum"}, "sla"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_what_cannot_be_agreed_names_the_field(fields: dict[str, Any], field: str) -> None:
    it = desk()
    told = problem(await it.change("POST", HERE, {**AGREED, **fields}), 422)
    assert [error["field"] for error in told["errors"]] == [field]
    assert it.sent() == 0


async def test_a_draft_is_changed_in_the_version_that_was_seen() -> None:
    it = desk()
    drafted = await it.drafts()
    place = f"{HERE}/{drafted['id']}"
    changed = await it.change("PUT", place, {**AGREED, "total": 20}, If_Match='"1"')
    assert (changed.json()["total"], changed.json()["remaining"], changed.headers["etag"]) == (20, 20, '"2"')
    problem(await it.change("PUT", place, AGREED, If_Match='"1"'), 412)
    await it.world.has_contact(contact="C-9")
    assert problem(await it.change("PUT", place, {**AGREED, "contact": "C-9"}), 422)["errors"][0]["field"] == "contact"


async def test_a_state_that_does_not_take_a_command_says_what_it_takes() -> None:
    it = desk()
    id_ = await it.agrees()
    told = problem(await it.change("PUT", f"{HERE}/{id_}", AGREED), 409)
    assert (told["detail"], told["allowed"]) == ("The entitlement is active.", ["cancel", "renew"])


async def test_a_draft_for_times_that_are_over_is_not_activated() -> None:
    it = desk()
    drafted = await it.drafts(starts_on="2020-01-01", ends_on="2020-12-31")
    problem(await it.change("POST", f"{HERE}/{drafted['id']}/activate"), 409)


async def test_a_renewal_is_a_draft_for_the_time_that_follows() -> None:
    it = desk()
    id_ = await it.agrees()
    renewed = await it.change("POST", f"{HERE}/{id_}/renew")
    draft = renewed.json()
    assert (draft["state"], draft["starts_on"], draft["ends_on"]) == ("draft", "2027-01-01", "2027-12-31")
    assert draft["renewal_of"] == id_
    assert renewed.headers["content-location"] == f"{HERE}/{draft['id']}"
    assert (await it.get(f"{HERE}/{id_}")).json()["renewed_as"] == draft["id"]


async def test_a_cancelled_one_covers_nothing_any_more() -> None:
    it = desk()
    id_ = await it.agrees(default=True)
    assert (await it.change("POST", f"{HERE}/{id_}/cancel", {"text": "Paid no more."})).json()["state"] == "cancelled"
    await it.world.has_case()
    assert (await it.get(f"{HERE}/{id_}/ledger")).json()["items"] == []


async def test_a_repeat_with_its_key_changes_nothing_and_another_body_is_told() -> None:
    it = desk()
    first, second = [await it.change("POST", HERE, AGREED, Idempotency_Key="k") for _ in range(2)]
    assert first.json() == second.json()
    assert len(await it.items(f"{HERE}?contact={CONTACT}")) == 1
    problem(await it.change("POST", HERE, {**AGREED, "total": 11}, Idempotency_Key="k"), 422)


async def test_without_waiting_it_says_where_it_will_be() -> None:
    it = desk()
    response = await it.change("POST", HERE, AGREED, Prefer="")
    assert response.status_code == 202
    await it.world.work()
    assert (await it.get(response.headers["location"])).status_code == 200


async def test_the_ledger_adds_up_in_the_order_of_time() -> None:
    it = desk()
    id_ = await it.agrees(default=True)
    await it.world.has_case()
    await it.world.has_case(case="K-2")
    await it.world.work()
    await it.world.say(CancelCase("K-2", "kim"))
    await it.world.work()
    await it.world.has_case(case="K-1")
    await it.world.work()
    entries = await it.items(f"{HERE}/{id_}/ledger")
    assert [(entry["case"], entry["stage"], entry["outcome"], entry["amount"]) for entry in entries] == [
        (CASE, "open", "debited", 1),
        ("K-2", "open", "debited", 1),
        ("K-2", "cancelled", "credited", -1),
        ("K-1", "open", "debited", 1),
    ]
    assert [entry["remaining"] for entry in entries] == [9, 8, 9, 8]
    assert (await it.get(f"{HERE}/{id_}")).json()["remaining"] == 10 - sum(entry["amount"] for entry in entries)
    assert len(await it.items(f"{HERE}/{id_}/ledger?case={CASE}")) == 1
    first = (await it.get(f"{HERE}/{id_}/ledger?limit=2")).json()
    assert len(first["items"]) == 2
    assert first["items"] + (await it.get(first["next"])).json()["items"] == entries


async def test_a_case_is_put_under_one_that_covers_it() -> None:
    it = desk()
    id_ = await it.agrees()
    await it.world.has_case()
    await it.world.work()
    response = await it.change("POST", f"/api/cases/{CASE}/entitlement", {"entitlement": id_})
    assert response.status_code == 200, response.text
    await it.world.work()
    assert (await it.get(f"{HERE}/{id_}")).json()["remaining"] == 9
    await it.change("POST", f"/api/cases/{CASE}/entitlement", {"entitlement": None})
    await it.world.work()
    assert (await it.get(f"{HERE}/{id_}")).json()["remaining"] == 10


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"contact": "C-9"}, "another_customer"),
        ({"starts_on": "2026-12-01"}, "not_active"),
        ({"channels": ["phone"]}, "channel_not_covered"),
        ({"products": ["pump"]}, "product_not_covered"),
    ],
)
async def test_one_that_does_not_cover_it_is_refused_beforehand(fields: dict[str, Any], reason: str) -> None:
    it = desk()
    for contact in (CONTACT, "C-9"):
        await it.world.has_contact(contact=contact)
    id_ = await it.agrees(**fields)
    await it.world.has_case()
    told = problem(await it.change("POST", f"/api/cases/{CASE}/entitlement", {"entitlement": id_}), 409)
    assert told["errors"] == [{"field": "entitlement", "reason": reason}]


async def test_where_nothing_remains_it_is_refused_beforehand() -> None:
    it = desk()
    id_ = await it.agrees(total=1, default=True)
    await it.world.has_case(case="K-2")
    await it.world.work()
    await it.world.has_case()
    told = problem(await it.change("POST", f"/api/cases/{CASE}/entitlement", {"entitlement": id_}), 409)
    assert told["errors"] == [{"field": "entitlement", "reason": "nothing_remains"}]


async def test_a_closed_case_and_another_version_are_refused() -> None:
    it = desk()
    await it.world.has_case()
    place = f"/api/cases/{CASE}/entitlement"
    problem(await it.change("POST", place, {"entitlement": None}, If_Match='"9"'), 412)
    await it.world.say(CancelCase(CASE, "kim"))
    problem(await it.change("POST", place, {"entitlement": None}), 409)
    problem(await it.change("POST", place, {"entitlement": "E-9"}), 404)


async def test_what_is_not_there_is_a_404() -> None:
    it = desk()
    problem(await it.get(f"{HERE}/E-9"), 404)
    problem(await it.get(f"{HERE}/E-9/ledger"), 404)
    problem(await it.change("POST", f"{HERE}/E-9/activate"), 404)
    problem(await it.get(HERE), 422)


@pytest.mark.parametrize(
    ("role", "reads", "writes"), [("agent", 200, 403), ("supervisor", 200, 200), ("operator", 403, 403)]
)
async def test_agents_read_and_supervisors_agree(role: str, reads: int, writes: int) -> None:
    it = desk()
    it.headers = principal(role)
    assert (await it.get(f"{HERE}?contact={CONTACT}")).status_code == reads
    assert (await it.change("POST", HERE, AGREED)).status_code == writes


@pytest.mark.parametrize(("origin", "status"), [("email", 201), ("phone", 409)])
async def test_a_case_that_names_one_is_opened_where_it_is_covered(origin: str, status: int) -> None:
    it = desk()
    await it.world.has_contact()
    id_ = await it.agrees(channels=["email"])
    wanted = {"contact": CONTACT, "title": "It leaks", "origin": origin, "entitlement": id_}
    response = await it.change("POST", "/api/cases", wanted, Prefer="wait=10")
    assert response.status_code == status
    await it.world.work()
    assert (await it.get(f"{HERE}/{id_}")).json()["remaining"] == (9 if status == 201 else 10)


async def test_a_repeat_is_answered_as_before_though_it_took_the_last_unit() -> None:
    it = desk()
    await it.world.has_case()
    await it.world.work()
    body = {"entitlement": await it.agrees(total=1, decrement_on="create")}
    for _ in range(2):
        told = await it.change("POST", f"/api/cases/{CASE}/entitlement", body, Idempotency_Key="k")
        assert told.status_code == 200
        await it.world.work()
