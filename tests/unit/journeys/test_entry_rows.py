"""Entries as they are committed: a run once an event, and re-entry that two at once cannot get around."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shared.bootstrap import compose
from shared.journeys.messages import EnterJourney
from shared.journeys.run import TABLE, run_id
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.memory.store import MemoryStore
from shared.runtime.settings import Settings
from tests.unit.definitions.world import load
from tests.unit.journeys.building import ALARM
from tests.unit.runtime.test_settings import COMPLETE
from tests.unit.runtime.world import TurnedClock, WatchedBus, WatchedStore, no_provider


class World:
    """The whole system with one journey published."""

    def __init__(self) -> None:
        self.clock = TurnedClock()
        self.rows = MemoryStore()
        self.store = WatchedStore(self.rows)
        self.bus = WatchedBus(MemoryBus(self.clock))
        settings = Settings.read({**COMPLETE, "CAREBUS_LINK_KEYS": "k1:" + "s" * 32, "CAREBUS_SENDERS": "{}"})
        self.services = compose(settings, self.store, self.bus, self.clock, no_provider)

    async def publish(self, head: str) -> None:
        text = f"journey: j\nstarts_on: alarm\n{head}tiles: [{{id: hi, send_sms: hello}}]\n"
        await self.services.definitions.publish(load(text))
        await self.clock.pause(60)
        await self.services.definitions.current()
        self.store.requests.clear()

    async def enter(self, event: str) -> None:
        body = EnterJourney("j", "C-1", run_id("j", event), event, ALARM, self.clock.at)
        await self.services.pipeline.take(Envelope(f"enter-{event}", body.kind, self.clock.at, plain(body)))

    def entering(self, event: str) -> Callable[[], Awaitable[None]]:
        return lambda: self.enter(event)

    async def runs(self) -> dict[str, str]:
        """Return status or reason of the run of each event."""
        page = await self.rows.page(TABLE, "j~C-1", prefix="run:")
        states: list[Any] = [row.data["state"] for row in page.rows]
        return {state["event"]: state["reason"] or state["status"] for state in states}


async def world(head: str) -> World:
    known = World()
    await known.publish(head)
    return known


@pytest.mark.parametrize("head", ["re_entry: immediately\n", "re_entry: never\n", "re_entry: {after: PT1H}\n"])
async def test_an_event_is_one_run_and_one_message_however_often_it_comes(head: str) -> None:
    known = await world(head)
    for _ in range(3):
        await known.enter("e1")
        await known.clock.pause(7200)
    assert await known.runs() == {"e1": "completed"}
    assert len({message.id for message in known.bus.sent("send-sms")}) == 1


@pytest.mark.parametrize(
    ("head", "second"),
    [("re_entry: never\n", "re_entry"), ("re_entry: {after: PT1H}\n", "re_entry"), ("", "completed")],
)
async def test_two_entries_at_the_same_moment_are_two_only_where_that_is_allowed(head: str, second: str) -> None:
    """The other one commits between this one's decision and its commit."""
    known = await world(head)
    known.store.meanwhile = [known.entering("e2")]
    await known.enter("e1")
    assert await known.runs() == {"e1": second, "e2": "completed"}


async def test_after_its_delay_a_contact_may_enter_again() -> None:
    known = await world("re_entry: {after: PT1H}\n")
    for event, pause in (("e1", 1800), ("e2", 1800), ("e3", 0)):
        await known.enter(event)
        await known.clock.pause(pause)
    assert await known.runs() == {"e1": "completed", "e2": "re_entry", "e3": "completed"}


async def test_a_refused_entry_stands_when_its_event_comes_again() -> None:
    known = await world("re_entry: {after: PT1H}\n")
    await known.enter("e1")
    await known.enter("e2")
    await known.clock.pause(7200)
    await known.enter("e2")
    assert await known.runs() == {"e1": "completed", "e2": "re_entry"}


async def test_entering_again_and_again_reads_nothing_first() -> None:
    known = await world("re_entry: immediately\n")
    for event in ("e1", "e2"):
        await known.enter(event)
    assert [request for request in known.store.requests if request.startswith("get runs")] == []
