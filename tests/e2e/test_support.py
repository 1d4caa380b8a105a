"""Entitlements, articles and a case in short through the real host, on real tables and queues."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from local.story.waiting import until
from shared.cases.messages import OpenCase
from shared.contacts.messages import PutContact
from shared.knowledge.content import LONGEST_BODY
from shared.knowledge.messages import Content, ImportArticle
from shared.runtime.ids import made
from tests.cloud.azurite import running_azurite
from tests.cloud.host import running_host
from tests.cloud.servicebus import running_emulator
from tests.e2e.test_pages_and_api import Cloud
from tests.unit.pages.world import ENVIRONMENT

PATIENT = {"Prefer": "wait=30"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_azurite() as azurite, running_emulator() as emulator:
        values = {
            **ENVIRONMENT,
            "TablesConnection": azurite.connection_string,
            "ServiceBusConnection": emulator.connection_string,
        }
        with running_host(values=values) as host:
            yield Cloud(host.url, emulator.connection_string)


@pytest.fixture
async def client(cloud: Cloud) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=cloud.url, timeout=60) as client:
        yield client


async def done(client: httpx.AsyncClient, path: str, body: Any = None) -> dict[str, Any]:
    response = await client.post(path, json=body or {}, headers=PATIENT)
    assert response.status_code in (200, 201), response.text
    found: dict[str, Any] = response.json()
    return found


async def there(cloud: Cloud, client: httpx.AsyncClient, contact: str) -> None:
    """Put a contact, and return when they are there."""
    await cloud.say(PutContact(contact, "Ada"))

    async def shown() -> bool:
        return (await client.get(f"/api/contacts/{contact}")).status_code == 200

    await until("the contact is shown", shown)


async def opened(cloud: Cloud, client: httpx.AsyncClient, contact: str) -> str:
    opening = OpenCase(made(), contact, "The pump leaks", origin="email")
    await cloud.say(opening)

    async def shown() -> bool:
        return (await client.get(f"/api/cases/{opening.case}")).status_code == 200

    await until("the case is shown", shown)
    return opening.case


async def test_a_case_is_debited_and_credited_and_told_in_short(cloud: Cloud, client: httpx.AsyncClient) -> None:
    await there(cloud, client, "C~1")
    agreed = {"contact": "C~1", "name": "Ten", "starts_on": "2020-01-01", "ends_on": "2199-12-31", "total": 10}
    drafted = await done(client, "/api/entitlements", {**agreed, "decrement_on": "create", "default": True})
    place = f"/api/entitlements/{drafted['id']}"
    assert (await done(client, f"{place}/activate"))["state"] == "active"
    case = await opened(cloud, client, "C~1")

    def remains(count: int) -> Any:
        async def so() -> bool:
            return bool((await client.get(place)).json()["remaining"] == count)

        return so

    await until("the case is debited", remains(9))
    await done(client, f"/api/cases/{case}/cancel")
    await until("the case is credited", remains(10))
    entries = (await client.get(f"{place}/ledger?case={case}")).json()["items"]
    assert sorted(entry["amount"] for entry in entries) == [-1, 1]
    summary = (await client.get(f"/api/cases/{case}/summary")).json()
    assert (summary["composed_by"], summary["status"]) == ("record", "cancelled")
    assert "Opened (email)." in summary["what_happened"]


async def test_the_longest_article_is_published_and_found(cloud: Cloud, client: httpx.AsyncClient) -> None:
    """In the letters that take the most room in tables and messages."""
    text = "Zeppelin " + "漢" * (LONGEST_BODY - 9)
    await cloud.say(ImportArticle("longest", "kim", Content("Sensor", text, "en"), publish=True))

    async def found() -> bool:
        response = await client.get("/api/articles/search?q=zeppelins")
        return bool(response.json()["total"] == 1)

    await until("the article is found", found)
    await done(client, "/api/articles/longest/revise")
    assert len((await client.get("/api/articles/longest")).json()["body"]) == LONGEST_BODY
    await there(cloud, client, "C-2")
    case = await opened(cloud, client, "C-2")
    used = await done(client, f"/api/cases/{case}/articles", {"article": "longest", "solved": True})
    assert (used["linked"], used["solved"]) == (1, 1)
