"""A journey is paused, goes on, is edited with its runs moved, and is stopped, on a real local cloud."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.cloud.cloud import Cloud, running_cloud
from local.cloud.seed import carebus
from local.story.device import QUEUE
from local.story.waiting import until
from shared.definitions.published import Definitions
from shared.events.cloudevent import event_id
from shared.journeys.messages import ChangeJourney, MoveRuns
from shared.journeys.parking import TABLE as PARKED
from shared.journeys.run import TABLE, Run, partition, run_id
from shared.runtime import counters
from shared.runtime.aggregate import read_head
from shared.runtime.azure.bus import AzureBus
from shared.runtime.azure.connection import ConnectionString
from shared.runtime.azure.store import AzureStore
from shared.runtime.bus import BusMessage
from shared.runtime.clock import SystemClock
from shared.runtime.codec import plain, text
from shared.runtime.envelope import Envelope
from shared.runtime.ids import made

JOURNEY, SOURCE = "care", "/tests/care"
PATIENCE_SECONDS = 60
FIRST = """
trigger: care-wanted
kind: custom
attributes: {contact: reference}
audience: {attribute: contact}
---
trigger: care-given
kind: custom
attributes: {contact: reference}
audience: {attribute: contact}
---
journey: care
starts_on: care-wanted
re_entry: never
tiles:
  - id: patience
    if_then:
      trigger: care-given
      by: contact
      within: P1D
      yes:
        - {id: thanks, create_task: Thank them, for: {queue: desk}, due: P1D}
      no:
        - exit: forgotten
"""
SECOND = FIRST.replace("id: patience", "id: more-patience").replace(
    "- {id: thanks, create_task: Thank them, for: {queue: desk}, due: P1D}", "- exit: thanked"
)


@dataclass(frozen=True, slots=True)
class Care:
    """The journey, from outside."""

    cloud: Cloud
    store: AzureStore
    bus: AzureBus

    async def publish(self, definitions: str) -> None:
        folder = self.cloud.folder / "definitions"
        folder.mkdir(exist_ok=True)
        (folder / "care.yaml").write_text(definitions, encoding="utf-8")
        await carebus(self.cloud.settings, "publish", str(folder), "--wait")

    async def tell(self, trigger: str, who: str) -> None:
        event = {"specversion": "1.0", "id": f"{trigger}-{who}", "source": SOURCE, "type": trigger}
        await self.bus.send(QUEUE, [BusMessage(made(), text(event | {"data": {"contact": who}}).encode())])

    async def command(self, body: ChangeJourney | MoveRuns) -> None:
        envelope = Envelope(made(), body.kind, SystemClock().now(), plain(body))
        await self.bus.send(body.queue, [BusMessage(envelope.id, envelope.encode())])

    async def run(self, who: str) -> Run | None:
        run = run_id(JOURNEY, event_id(SOURCE, f"care-wanted-{who}"))
        return await read_head(self.store, TABLE, partition(JOURNEY, who), f"run:{run}", Run)

    async def until_run(self, who: str, **expected: Any) -> Run:
        """Wait until the person's run has these fields; `tile` is where it waits."""

        async def look() -> Run | None:
            run = await self.run(who)
            if run is None:
                return None
            found = {"tile": run.waiting.tile if run.waiting else "", **plain(run)}
            return run if all(found[name] == value for name, value in expected.items()) else None

        return await until(f"{who}: {expected}", look, PATIENCE_SECONDS)

    async def parked(self) -> int:
        return len((await self.store.page(PARKED, JOURNEY)).rows)

    async def phase(self) -> str:
        published = await Definitions(self.store, SystemClock()).published(JOURNEY)
        return published.phase(SystemClock().now())


@pytest.fixture
async def care(tmp_path: Path) -> AsyncIterator[Care]:
    async with running_cloud(tmp_path / "cloud") as cloud, AsyncExitStack() as stack:
        store = AzureStore(ConnectionString(cloud.addresses.tables))
        stack.push_async_callback(store.close)
        bus = AzureBus(ConnectionString(cloud.addresses.servicebus))
        stack.push_async_callback(bus.close)
        care = Care(cloud, store, bus)
        await care.publish(FIRST)
        yield care


async def test_a_journey_is_paused_goes_on_is_moved_and_stopped(care: Care) -> None:
    for who in ("anna", "grace"):
        await care.tell("care-wanted", who)
        await care.until_run(who, tile="patience", version=1)

    # While it is paused, who enters and what a run waits for are put aside, and nothing moves.
    await care.command(ChangeJourney(JOURNEY, "pause"))

    async def paused() -> bool:
        return await care.phase() == "paused"

    await until("the pause", paused)
    await care.tell("care-given", "grace")
    await care.tell("care-wanted", "hans")

    async def both_parked() -> bool:
        return await care.parked() == 2

    await until("both are put aside", both_parked)
    assert (await care.until_run("grace", tile="patience")).status == "running"
    assert await care.run("hans") is None

    # It goes on: what was put aside comes again.
    await care.command(ChangeJourney(JOURNEY, "resume"))
    await care.until_run("grace", status="completed", version=1)
    await care.until_run("hans", tile="patience", version=1)
    assert await care.parked() == 0

    # Edited, it leaves its runs where they are until they are moved; then they go on by the new version.
    await care.publish(SECOND)
    await care.until_run("hans", tile="patience", version=1)
    await care.command(MoveRuns(JOURNEY, 2, {"patience": "more-patience"}))
    for who in ("anna", "hans"):
        await care.until_run(who, tile="more-patience", version=2)
    await care.tell("care-given", "hans")
    await care.until_run("hans", status="exited", reason="thanked")

    # Stopped, it takes everybody out, and nobody in.
    await care.command(ChangeJourney(JOURNEY, "stop"))
    await care.until_run("anna", status="exited", reason="journey_stopped")
    await care.tell("care-wanted", "late")
    await care.until_run("late", status="not_entered", reason="not_live")
    assert await care.phase() == "stopping"
    await _counts_add_up(care)


async def _counts_add_up(care: Care) -> None:
    async def all_counted() -> bool:
        # Counting is the last that a step does.
        found = await counters.read(care.store, JOURNEY)
        return "2" in found and found["2"][".not_entered:not_live"] == 1

    await until("the last refusal is counted", all_counted)
    first, second = ({key: value for key, value in counts.items() if value} for counts in await _by_version(care))
    assert first == {
        ".entered": 3,
        ".completed": 1,
        ".exited": 2,
        ".exited:moved": 2,
        "patience.in": 3,
        "patience.processed": 1,
        "patience.way:yes": 1,
        "patience.exited": 2,
        "thanks.in": 1,
        "thanks.processed": 1,
    }
    assert second == {
        ".entered": 2,
        ".exited": 2,
        ".exited:thanked": 1,
        ".exited:journey_stopped": 1,
        ".not_entered:not_live": 1,
        "more-patience.in": 2,
        "more-patience.processed": 1,
        "more-patience.way:yes": 1,
        "more-patience.exited": 1,
        "more-patience.yes.exit.in": 1,
        "more-patience.yes.exit.exited": 1,
    }


async def _by_version(care: Care) -> list[dict[str, int]]:
    found = await counters.read(care.store, JOURNEY)
    return [dict(found[version]) for version in ("1", "2")]
