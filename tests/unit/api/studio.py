"""A world with a journey in it, and people who operate it by the API."""

from typing import Any

import httpx

from shared.channels.memory import MemoryProvider
from shared.deliveries.perform import Performer
from shared.events.messages import TriggerFired
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from tests.unit.api.client import SIGNED_IN, Api, principal
from tests.unit.pages.world import World

ORDERS = """
trigger: order-placed
kind: custom
attributes: {order: reference, contact: reference, amount: number, gift: {type: boolean, optional: true}}
audience: {attribute: contact}
---
trigger: order-paid
kind: custom
attributes: {order: reference, contact: reference}
audience: {attribute: contact}
---
template: thanks
channel: sms
purpose: transactional
languages:
  en: {text: "Thank you"}
  de: {text: "Danke"}
"""
JOURNEY = """
journey: unpaid-order
starts_on: order-placed
entry: {attribute: trigger.amount, op: gt, value: 10}
tiles:
  - id: paid
    if_then:
      trigger: order-paid
      by: contact
      within: P1D
      yes:
        - id: thank
          send_sms: thanks
      no:
        - exit: unpaid
  - id: rest
    wait: {for: PT1H}
"""
EDITED = JOURNEY.replace("PT1H", "PT2H") + "  - id: again\n    send_sms: thanks\n"
DEFINITIONS = ORDERS + "---" + JOURNEY
ADDRESS = "/api/journeys/unpaid-order"


class Studio:
    """The API, called by an operator unless somebody else is named."""

    def __init__(self, *roles: str) -> None:
        world = World(environment=SIGNED_IN)
        self.provider = MemoryProvider(world.clock.now)
        performer = Performer({"sms": self.provider, "email": self.provider})
        world = World(environment=SIGNED_IN, perform=performer)
        self.api = Api(world, principal(*(roles or ("operator",))))
        self.world = world
        self.fired = 0

    async def get(self, path: str) -> httpx.Response:
        return await self.api.get(path)

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {**self.api.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.api.client.post(path, json={} if body is None else body, headers=named)

    async def publish(self, text: str, query: str = "?dry_run=false") -> httpx.Response:
        headers = {**self.api.headers, "Content-Type": "application/yaml"}
        return await self.api.client.post(f"/api/journeys{query}", content=text.encode(), headers=headers)

    async def goes_live(self, text: str = DEFINITIONS) -> None:
        """Publish, and let so much time pass that everybody knows."""
        published = await self.publish(text)
        assert published.status_code == 200, published.text
        await self.world.clock.pause(60)

    async def happens(self, trigger: str, contact: str = "C-1001", **attributes: Any) -> Envelope:
        """Let an event happen, with everything that follows at once, and return its envelope."""
        self.fired += 1
        said = {"order": f"O-{self.fired}", "contact": contact, **attributes}
        body = TriggerFired(trigger, said, self.world.clock.at, source="test")
        envelope = Envelope(f"event-{self.fired}", body.kind, self.world.clock.at, plain(body))
        await self.world.services.pipeline.take(envelope)
        await self.world.work()
        return envelope


async def studio(*roles: str) -> Studio:
    """Return one in which the journey is live, and a contact is known."""
    found = Studio("operator")
    await found.world.has_contact()
    await found.goes_live()
    found.api.headers = principal(*(roles or ("operator",)))
    return found
