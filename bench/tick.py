"""What a minute costs the journeys: the same, however many runs wait in them.

The full tick, every tenth minute, folds what was counted since the last one; that grows with the steps there were. With
nothing to fold, it too must not see who waits.
"""

from collections.abc import Sequence
from itertools import batched
from pathlib import Path

from rich.table import Table

from bench import invocations, world
from bench.driver import Driver
from bench.invocations import Invocation
from bench.part import Bench, Line, Part
from bench.tiles import PATIENCE_SECONDS, fired
from local.cloud.cloud import Cloud
from local.cloud.seed import carebus
from local.story.waiting import until
from shared.journeys.messages import JourneyTick
from shared.runtime.bus import BusMessage
from shared.runtime.clock import SystemClock
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from shared.runtime.ids import made

WAITING, QUICK_WAITING = 1_000, 20
BATCH = 100
JOURNEY = "tick-patience"
DEFINITIONS = f"""
trigger: tick-wanted
kind: custom
attributes: {{code: number, contact: reference}}
audience: {{attribute: contact}}
---
journey: {JOURNEY}
starts_on: tick-wanted
re_entry: immediately
tiles:
  - {{id: day, wait: {{for: P1D}}}}
"""


async def measure(bench: Bench) -> Part:
    tape, waiting = bench.folder / "tick.jsonl", QUICK_WAITING if bench.is_quick else WAITING
    host = world.service("bench.recording", tape)
    async with world.running(world.copied(await world.base(bench), "tick"), host) as (cloud, driver):
        one, many = await cloud.during(_ticks(cloud, driver, tape, waiting))
    bench.console.print(_table(one, many, waiting))
    return _part(one, many, waiting)


async def _ticks(
    cloud: Cloud, driver: Driver, tape: Path, waiting: int
) -> tuple[Sequence[Invocation], Sequence[Invocation]]:
    file = cloud.folder / "tick" / "tick.yaml"
    file.parent.mkdir()
    file.write_text(DEFINITIONS, encoding="utf-8")
    await carebus(cloud.settings, "publish", str(file.parent), "--wait")
    found = []
    for already, number in ((0, 1), (1, waiting)):
        await _enter(driver, tape, already, number)
        # A plain one; one that folds; one that finds nothing to fold.
        found.append([await _tick(driver, tape, full=full) for full in (False, True, True)])
    return found[0], found[1]


async def _enter(driver: Driver, tape: Path, already: int, number: int) -> None:
    """Let so many wait, each a contact of their own."""
    events = [fired("tick-wanted", contact=f"T-{who:05}") for who in range(already, number)]
    for some in batched(events, BATCH, strict=False):
        await driver.bus.send("trigger-events", some)

    async def waits() -> bool:
        entered = [each for each in invocations.read(tape) if each.body.get("trigger") == "tick-wanted"]
        return len(entered) >= number

    await until(f"{number} runs wait", waits, PATIENCE_SECONDS)


async def _tick(driver: Driver, tape: Path, *, full: bool) -> Invocation:
    tick = Envelope(made(), JourneyTick.kind, SystemClock().now(), plain(JourneyTick(full)))
    await driver.bus.send(JourneyTick.queue, [BusMessage(tick.id, tick.encode())])

    async def over() -> Invocation | None:
        return next((each for each in invocations.read(tape) if each.message == tick.id), None)

    return await until("the tick is over", over, PATIENCE_SECONDS)


def _part(one: Sequence[Invocation], many: Sequence[Invocation], waiting: int) -> Part:
    (plain_one, _, idle_one), (plain_many, folding, idle_many) = (
        [len(tick.tables) for tick in ticks] for ticks in (one, many)
    )
    lines = [
        Line(f"table requests of a tick, {waiting} wait", plain_many, exactly=plain_one, is_gate=True),
        Line(f"table requests of a full one, {waiting} wait", idle_many, exactly=idle_one, is_gate=True),
        Line(f"    that folds {waiting - 1} steps", folding),
    ]
    figures = {"one": [dict(tick.asked()) for tick in one], "many": [dict(tick.asked()) for tick in many]}
    return Part(lines, {"waiting": waiting, **figures})


def _table(one: Sequence[Invocation], many: Sequence[Invocation], waiting: int) -> Table:
    table = Table(title="A tick, in table requests")
    for column in ("tick", "1 waits", f"{waiting} wait"):
        table.add_column(column, justify="right" if column != "tick" else "left")
    for name, single, all_ in zip(("plain", "full, after steps", "full, after none"), one, many, strict=True):
        table.add_row(name, str(len(single.tables)), str(len(all_.tables)))
    return table
