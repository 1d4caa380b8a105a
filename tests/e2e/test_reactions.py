"""Push and SMS replies on a real local cloud: a browser is pushed to, and what a customer writes back is obeyed."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from local.cloud.cloud import Cloud, running_cloud
from local.cloud.seed import DEFINITIONS, SAMPLE, carebus
from local.story.agent import Agent
from local.story.customer import Customers
from local.story.device import WebhookSender, malfunction
from local.story.waiting import until
from shared.runtime.ids import made

ANNA, PHONE = "C-1001", "+493023125042"
NOTICE = """
template: case-opened-notice
channel: push
purpose: transactional
languages:
  en: {subject: "{{ ticket.number }}", text: "We are on it.", link: "{{ ticket.link }}"}
  de: {subject: "{{ ticket.number }}", text: "Wir sind dran.", link: "{{ ticket.link }}"}
---
journey: notice
starts_on: case-opened
re_entry: immediately
tiles:
  - id: tell
    send_push: case-opened-notice
"""


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Cloud]:
    definitions = tmp_path / "definitions"
    shutil.copytree(DEFINITIONS, definitions)
    (definitions / "notice.yaml").write_text(NOTICE)
    async with running_cloud(tmp_path / "cloud") as cloud:
        await carebus(cloud.settings, "publish", str(definitions), "--wait")
        for what in ("contacts", "devices"):
            await carebus(cloud.settings, "import", what, str(SAMPLE / f"{what}.csv"), "--wait")
        yield cloud


async def test_a_browser_is_pushed_to_and_a_stop_is_heard(cloud: Cloud) -> None:
    async with aiohttp.ClientSession() as session:
        where = cloud.addresses
        webhook = WebhookSender(session, where.public_url, cloud.secrets.webhook_secret)
        customers, agent = Customers(session, where.sink), Agent(session, where.public_url)

        async def contact() -> Any:
            async with session.get(f"{where.public_url}/api/contacts/{ANNA}") as answer:
                return await answer.json()

        async def sms_consents() -> dict[str, str] | None:
            consents = (await contact())["consents"]
            found = {each["purpose"]: each["status"] for each in consents if each["channel"] == "sms"}
            return found if len(found) == 2 else None

        async def ended(channel: str) -> Any:
            found = [each for each in await agent.deliveries(ANNA) if each["channel"] == channel]
            return next((each for each in found if each["state"] not in ("sending", "waiting")), None)

        async with session.post(f"{where.sink}/push/subscriptions", json={"whose": "Anna"}) as answer:
            subscription = await answer.json()
        path = f"{where.public_url}/api/contacts/{ANNA}/push-subscription"
        async with session.put(path, json=subscription) as answer:
            assert answer.status == 202

        async def subscribed() -> bool:
            return "push" in (await contact())["points"]

        await until("the subscription is kept", subscribed)
        assert (await webhook.send(malfunction(made(), device_id="D-1001", error_code=21), made())).status == 202
        [notice] = await until("the push message", lambda: customers.received("push", "Anna"))
        assert notice["text"] == "Wir sind dran."
        assert notice["leads_to"].startswith(f"{where.public_url}/t/")
        assert (await until("the push delivery", lambda: ended("push")))["state"] == "sent"

        [sms] = await until("the SMS", lambda: customers.received("sms", PHONE))
        async with session.post(f"{where.sink}/inbox/{sms['id']}/reply", data={"text": "Stop."}) as answer:
            assert answer.status == 202
        assert await until("both consents", sms_consents) == {"transactional": "opted_out", "commercial": "opted_out"}

        async def replied() -> bool:
            return any(each["engagements"] == {"replied": 1} for each in await agent.deliveries(ANNA))

        await until("the reply is counted with the SMS", replied)
