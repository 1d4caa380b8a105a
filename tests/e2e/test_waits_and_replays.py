"""What the demo does not show, on a real local cloud: a wait and its limit, consent, and an event replayed."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from local.cloud.cloud import Cloud, running_cloud
from local.cloud.seed import DEFINITIONS, SAMPLE, carebus
from local.story.agent import Agent
from local.story.customer import Customers
from local.story.device import WebhookSender, malfunction
from local.story.waiting import until
from shared.runtime.ids import made

LIMIT = "PT4S"
GRACE, GRACES_PHONE = "C-2001", "+12025550123"


@dataclass(frozen=True, slots=True)
class People:
    """Who acts, and what they see."""

    cloud: Cloud
    webhook: WebhookSender
    customers: Customers
    agent: Agent

    async def report(self, device: str, code: int) -> None:
        reply = await self.webhook.send(malfunction(made(), device_id=device, error_code=code), made())
        assert reply.status == 202

    async def case_of(self, contact: str, code: int) -> str:
        async def opened() -> str | None:
            return next((case["id"] for case in await self.agent.cases(contact) if case["error_code"] == code), None)

        return await until(f"the case of error {code}", opened)

    async def texts(self, phone: str, words: str) -> list[str]:
        return [sms["text"] for sms in await self.customers.received("sms", phone) if words in sms["text"]]


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    async with running_cloud(tmp_path / "cloud") as cloud, aiohttp.ClientSession() as session:
        await carebus(cloud.settings, "publish", str(_quick_definitions(tmp_path)), "--wait")
        for what in ("contacts", "devices"):
            await carebus(cloud.settings, "import", what, str(SAMPLE / f"{what}.csv"), "--wait")
        where = cloud.addresses
        yield People(
            cloud,
            WebhookSender(session, where.public_url, cloud.secrets.webhook_secret),
            Customers(session, where.sink),
            Agent(session, where.public_url),
        )


def _quick_definitions(folder: Path) -> Path:
    """The story's definitions, with a day's wait cut to seconds."""
    definitions = folder / "definitions"
    shutil.copytree(DEFINITIONS, definitions)
    journey = definitions / "journeys" / "case-not-started.yaml"
    journey.write_text(journey.read_text().replace("within: P1D", f"within: {LIMIT}"))
    return definitions


async def test_people_are_told_what_they_wait_for_and_only_that(people: People) -> None:
    # An untouched case: its customer is told at the limit. A touched one: they are not.
    await people.report("D-2001", 21)
    await people.report("D-1001", 22)
    touched = await people.case_of("C-1001", 22)
    reply = await _put_status(people, touched, "researching")
    assert reply == 200
    await until("the SMS about the delay", lambda: people.texts(GRACES_PHONE, "we have not started"))
    assert not await people.texts("+493023125042", "leider länger")

    # Who has opted out gets nothing, and the reason is on record.
    await carebus(people.cloud.settings, "contacts", "consent", "C-2002", "sms", "transactional", "opted_out", "--wait")
    await people.report("D-2002", 23)

    async def blocked() -> str | None:
        found = await people.agent.deliveries("C-2002")
        return next((delivery["reason"] for delivery in found if delivery["state"] == "blocked"), None)

    assert await until("the blocked delivery", blocked) == "opted_out"
    assert not await people.customers.received("sms", "+12025550178")

    # An event of an unknown device is kept, and has its effect once the device is registered.
    await people.report("D-3001", 24)
    await until("the unmatched event", people.agent.unmatched)
    devices = people.cloud.folder / "devices.csv"
    devices.write_text(f"device_id,contact_id,model\nD-3001,{GRACE},Battery store B 12\n")
    await carebus(people.cloud.settings, "import", "devices", str(devices), "--wait")
    await carebus(people.cloud.settings, "unmatched", "replay", "--all")
    await people.case_of(GRACE, 24)
    [replayed] = await people.agent.unmatched()
    assert replayed["sent_again_at"] is not None

    # How a customer reacts to an e-mail is counted, each reaction once.
    assert (await people.agent.resolve(touched, "Done.")).status == 200
    [mail] = await until("the e-mail", lambda: people.customers.received("email", "anna.schmidt@example.com"))
    for reaction in ("open", "open", "click"):
        async with people.agent.session.post(f"{people.cloud.addresses.sink}/inbox/{mail['id']}/{reaction}") as answer:
            assert answer.status < 400

    async def counted() -> bool:
        found = await people.agent.deliveries("C-1001")
        return any(delivery["engagements"] == {"opened": 2, "clicked": 1} for delivery in found)

    await until("two openings and a click", counted)


async def _put_status(people: People, case: str, reason: str) -> int:
    agent = people.agent
    url, body = f"{agent.url}/api/cases/{case}/status", {"status_reason": reason}
    async with agent.session.post(url, json=body, headers={"Prefer": "wait=10"}) as response:
        return response.status
