"""What a minute costs the SLAs: as much with a hundred thousand open cases as with a thousand, of which 100 are due.

An open case is, for the tick, what is written down of its next deadline. By hand, as `lateness`: how late deadlines are
noticed when fifty of them pass a second, each of a case of its own, from the timer to the commit.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import batched, groupby
from pathlib import Path
from statistics import median, quantiles

from bench import invocations, world
from bench.driver import Driver
from bench.invocations import Invocation
from bench.part import Bench, Line, Part
from local.cloud.cloud import Cloud
from local.cloud.seed import carebus
from local.story.waiting import until
from shared.cases.case import HEAD, TABLE, Case
from shared.runtime.azure.connection import ConnectionString
from shared.runtime.azure.store import AzureStore
from shared.runtime.bus import BusMessage
from shared.runtime.clock import SystemClock
from shared.runtime.codec import plain
from shared.runtime.decision import Due
from shared.runtime.envelope import Envelope
from shared.runtime.ids import derived, made
from shared.runtime.publisher import row_of
from shared.runtime.step import Head
from shared.runtime.store import MAX_CHANGES, Insert, Upsert
from shared.sla import buckets
from shared.sla.instance import Instance
from shared.sla.messages import SlaTick

FEW, MANY, QUICK_MANY = 1_000, 100_000, 2_000
"""Open cases."""
DUE = 100
FAR = datetime(2040, 1, 1, tzinfo=UTC)
"""Minutes that no timer looks at meanwhile."""
PATIENCE_SECONDS = 600
AT_ONCE = 16

A_SECOND, SECONDS, QUICK_SECONDS = 50, 60, 2
PROMISED = timedelta(hours=1)
SLA = """
sla: bench
default: true
kpis:
  - {kpi: resolve, succeeds_when: {attribute: case.status, op: eq, value: resolved}, fail_after: PT1H}
"""


async def measure(bench: Bench) -> Part:
    tape = bench.folder / "sla.jsonl"
    sizes = (FEW, QUICK_MANY if bench.is_quick else MANY)
    host = world.service("bench.recording", tape)
    async with (
        world.running(world.copied(await world.base(bench), "sla"), host) as (cloud, driver),
        _store(cloud) as store,
    ):
        few, many = [await cloud.during(_tick(bench, store, driver, tape, n, size)) for n, size in enumerate(sizes)]
    ratio = len(many.tables) / len(few.tables)
    lines = [
        Line(f"table requests of an SLA tick, {DUE} of {sizes[1]} due", len(many.tables)),
        Line(f"    over those with {sizes[0]} open cases", ratio, exactly=1.0, is_gate=True),
        Line("    batches that it sends", len(many.batches), exactly=len(few.batches), is_gate=True),
    ]
    return Part(lines, {"open": sizes, "few": dict(few.asked()), "many": dict(many.asked())})


async def _tick(bench: Bench, store: AzureStore, driver: Driver, tape: Path, n: int, size: int) -> Invocation:
    """Write down what is due, the most of it another time, and tick for a minute in which a hundred are."""
    minute = buckets.minute_of(FAR) + n
    bench.console.print(f"SLA: {size} open cases, {DUE} of them due ...")
    at = buckets.EPOCH + minute * buckets.BUCKET
    later = (at + timedelta(days=1, seconds=number / 10) for number in range(size - DUE))
    await _write(store, [_due(f"later{n}-{number}", due) for number, due in enumerate(later)])
    await _write(store, [_due(f"due{n}-{number}", at + timedelta(seconds=number % 60)) for number in range(DUE)])
    tick = Envelope(made(), SlaTick.kind, SystemClock().now(), plain(SlaTick(minute, bucket=minute)))
    await driver.bus.send(SlaTick.queue, [BusMessage(tick.id, tick.encode())])

    async def over() -> Invocation | None:
        return next((each for each in invocations.read(tape) if each.message == tick.id), None)

    return await until("the tick is over", over, PATIENCE_SECONDS)


async def lateness(bench: Bench) -> Part:
    """Let fifty deadlines a second pass, and read how late each was noticed."""
    number = A_SECOND * (QUICK_SECONDS if bench.is_quick else SECONDS)
    async with (
        world.running(world.copied(await world.base(bench), "lateness")) as (cloud, driver),
        _store(cloud) as store,
    ):
        seconds = sorted(await cloud.during(_noticed(bench, cloud, driver, store, number)))
    percentiles = quantiles(seconds, n=100, method="inclusive")
    lines = [
        Line(f"p99 lateness of deadlines, {A_SECOND} a second", percentiles[98], "s", at_most=2.0),
        Line("    p50", median(seconds), "s"),
        Line("    the latest", seconds[-1], "s"),
    ]
    return Part(lines, {"deadlines": number, "percentiles": percentiles})


async def _noticed(bench: Bench, cloud: Cloud, driver: Driver, store: AzureStore, number: int) -> list[float]:
    await _publish(cloud)
    # Beyond what is sent at once, so that all of it comes by the timer.
    begins = SystemClock().now().replace(second=0, microsecond=0) + timedelta(minutes=6)
    cases = [_case(f"B{place:05}", begins + timedelta(seconds=place / A_SECOND)) for place in range(number)]
    bench.console.print(f"SLA: {number} cases whose deadlines pass from {begins:%H:%M} UTC on ...")
    await _open(store, cases)
    await _write(
        store,
        [buckets.due(case.id, each, each.fails_at or begins) for case in cases for each in case.instances.values()],
    )
    before = await driver.sent()
    over = begins + timedelta(seconds=number / A_SECOND)
    await asyncio.sleep((over - SystemClock().now()).total_seconds())
    await driver.until_quiet(before, number)
    return [late for case in cases for late in await _late(store, case.id)]


async def _publish(cloud: Cloud) -> None:
    file = cloud.folder / "sla" / "sla.yaml"
    file.parent.mkdir()
    file.write_text(SLA, encoding="utf-8")
    await carebus(cloud.settings, "publish", str(file.parent), "--wait")


def _case(id_: str, due: datetime) -> Case:
    """A case that was opened an hour before it must be solved."""
    opened = due - PROMISED
    instance = Instance(derived("sla", id_, "resolve", "1"), "resolve", "bench", 1, 0, opened, opened, fails_at=due)
    return Case(id_, id_, 1, "nobody", "Bench", "normal", "web", opened, instances={"resolve": instance})


async def _open(store: AzureStore, cases: Sequence[Case]) -> None:
    for some in batched(cases, AT_ONCE, strict=False):
        heads = [(case.id, plain(Head(case, case.opened_at, 1))) for case in some]
        await asyncio.gather(*(store.write(TABLE, id_, Insert(HEAD, head)) for id_, head in heads))


async def _late(store: AzureStore, case: str) -> list[float]:
    """Return how late the case's deadline was noticed, as its timeline says."""
    page = await store.page(TABLE, case, prefix="line:")
    late = [row.data["state"]["detail"].get("late_seconds") for row in page.rows]
    return [float(each) for each in late if each is not None]


def _due(case: str, at: datetime) -> Due:
    return buckets.due(case, Instance(f"i-{case}", "resolve", "bench", 1, 0, at, at), at)


async def _write(store: AzureStore, dues: Iterable[Due]) -> None:
    """Write rows down as deciding about cases does, a transaction for each hundred of a partition."""
    by_partition = groupby(sorted(dues, key=lambda due: due.partition), lambda due: due.partition)
    pages = [(place, some) for place, each in by_partition for some in batched(each, MAX_CHANGES, strict=False)]
    for few in batched(pages, AT_ONCE, strict=False):
        writes = [(place, [Upsert(due.key, row_of(due)) for due in some]) for place, some in few]
        await asyncio.gather(*(store.write(buckets.TABLE, place, *rows) for place, rows in writes))


@asynccontextmanager
async def _store(cloud: Cloud) -> AsyncIterator[AzureStore]:
    store = AzureStore(ConnectionString(cloud.addresses.tables))
    try:
        yield store
    finally:
        await store.close()
