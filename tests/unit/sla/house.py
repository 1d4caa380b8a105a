"""The whole system in memory on a clock that passes minute by minute, with the timer that ticks for SLAs."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from shared.cases import case as cases
from shared.cases.case import Case
from shared.cases.messages import OpenCase
from shared.definitions import loader
from shared.runtime.aggregate import read_head
from shared.runtime.envelope import Body
from shared.runtime.memory.bus import Delivery
from shared.sla.ledger import read_replaced, read_segments
from shared.sla.tick import envelope
from tests.unit.pages.world import CASE, CONTACT, World
from tests.unit.sla.world import check

MINUTE = timedelta(minutes=1)
DEFINITIONS = Path(__file__).parents[3] / "definitions"
EXAMPLE = ("calendars/", "examples/slas/", "examples/triggers/sla.yaml")


class House(World):
    """Publishes our example, opens cases, and lets time pass; `is_down`: nothing of ours runs meanwhile."""

    async def open(self, case: str = CASE, **fields: Any) -> None:
        fields = {"priority": "normal", "origin": "phone", **fields}
        await self.say(OpenCase(case, CONTACT, "The pump leaks", **fields))

    async def publish(self, text: str = "") -> None:
        texts = {"sla.yaml": text} if text else {}
        tree = loader.read_tree(DEFINITIONS, examples=True)
        texts |= {name: held for name, held in tree.items() if name.startswith(EXAMPLE) and not text}
        await self.services.definitions.publish(loader.load(texts))
        await self.services.definitions.fresh()

    async def until(self, end: datetime, *, is_down: bool = False) -> None:
        """Handle every message at its time, and tick at each full minute."""
        while True:
            minute = self.clock.at.replace(second=0, microsecond=0) + MINUTE
            message = self._next()
            at = min(minute, max(message.due, self.clock.at)) if message else minute
            if is_down or at > end:
                self.clock.at = end
                return
            self.clock.at = at
            if message and message.due <= at:
                await self._handle(message)
            else:
                await self.services.pipeline.take(envelope(at))

    async def told(self, body: Body, at: datetime | None = None) -> None:
        if at is not None:
            await self.until(at)
        await self.say(body)

    async def case(self, case: str = CASE) -> Case:
        found = await read_head(self.store, cases.TABLE, case, cases.HEAD, Case)
        assert found is not None
        return found

    async def lines(self, kind: str = "sla", case: str = CASE) -> list[dict[str, Any]]:
        """The timeline's lines of a kind, oldest first."""
        page = await self.store.page(cases.TABLE, case, prefix="line:", limit=1000)
        found = [row.data["state"] for row in page.rows]
        return [line for line in reversed(found) if line["kind"] == kind]

    async def audit(self, case: str = CASE) -> None:
        """Every instance there ever was is explained by its segments (I8)."""
        segments = await read_segments(self.store, cases.TABLE, case)
        catalogue = await self.services.definitions.current()
        replaced = await read_replaced(self.store, cases.TABLE, case)
        for instance in (*(await self.case(case)).instances.values(), *replaced):
            sla = catalogue.slas[instance.sla]
            check(instance, sla.items[instance.item], segments.get(instance.id, ()))

    def raised(self, trigger: str) -> list[dict[str, Any]]:
        """The attributes of each event of this trigger that waits on the bus."""
        waiting = [delivery.message.body for delivery in self.bus.ready("trigger-events")]
        found = [json.loads(body)["body"] for body in waiting]
        return [each["attributes"] for each in found if each["trigger"] == trigger]

    def _next(self) -> Delivery | None:
        waiting = [
            each for name in self.bus.queues for each in self.bus.queues[name].waiting if name != "trigger-events"
        ]
        return min(waiting, key=lambda each: (each.due, each.sequence), default=None)

    async def _handle(self, message: Delivery) -> None:
        taken = self.bus.take(message)
        await self.services.pipeline.handle(taken.queue, taken.message.body)
        self.bus.complete(taken)
