"""What the steps of a journey cost over the real store and bus, by its tiles: only those that wait may cost anything.

Journeys with 1 to 20 tiles that do not wait (send, branch, task, split, trigger, in turn) and with 0 to 2 that do: a
wait, and a wait for an event. Every request is one that the host's SDK has made, written down step by step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from rich.table import Table

from bench import invocations, world
from bench.driver import Driver
from bench.invocations import Invocation
from bench.part import Bench, Line, Part
from local.cloud.cloud import Cloud
from local.cloud.seed import carebus
from local.story.crowd import Person
from local.story.waiting import until
from shared.events.messages import TriggerFired
from shared.journeys.messages import TimeUp
from shared.runtime.bus import BusMessage
from shared.runtime.clock import SystemClock
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from shared.runtime.ids import made

TILES, QUICK_TILES = (1, 5, 10, 20), (1, 10)
BLOCKING = (0, 1, 2)
PATIENCE_SECONDS = 120
COMMON = """
trigger: tiles-noticed
kind: custom
attributes: {device: reference}
audience: {attribute: device, via: device.owner}
---
trigger: tiles-answered
kind: custom
attributes: {contact: reference}
audience: {attribute: contact}
---
template: tiles-note
channel: sms
purpose: transactional
languages:
  en: {text: "A note."}
  de: {text: "Eine Nachricht."}
"""
KINDS = (
    "send_sms: tiles-note",
    "branch: [{when: {attribute: trigger.code, op: lt, value: 0}, exit: never}]",
    "create_task: Look at it\n    for: {queue: desk}\n    due: P1D",
    "split: [{share: 50}, {share: 50}]",
    "activate_trigger: tiles-noticed\n    with: {device: trigger.device}",
)
QUEUES = ("send-sms", "", "case-commands", "", "")
"""Where each kind's message goes; nobody uses the trigger, so that it is none."""
WAITS = ("wait: {for: PT1S}", "if_then: {trigger: tiles-answered, by: contact, within: PT1S}")
OWED = ((3,), (3, 3), (3, 4, 4))
"""Requests of each step, by blocking points. Entry: device, transaction, counters. Further: run, transaction, counters.
The wait for an event has a hint: one request more to put it, and one to take it away."""


class Shape(NamedTuple):
    """A journey: so many tiles that do not wait, and so many that do."""

    tiles: int
    blocking: int

    @property
    def name(self) -> str:
        return f"tiles-{self.tiles}-{self.blocking}"

    def parts(self) -> list[int]:
        """Return how many tiles stand before, between and behind those that wait."""
        parts = self.blocking + 1
        return [self.tiles * (at + 1) // parts - self.tiles * at // parts for at in range(parts)]

    def text(self) -> str:
        """Write it as a definition, with the trigger that starts it."""
        waits, kinds, lines = iter(WAITS), cycle(KINDS), []
        for at, number in enumerate(self.parts()):
            if at:
                lines.append(next(waits))
            lines += islice(kinds, number)
        tiles = "\n".join(f"  - id: t{number}\n    {line}" for number, line in enumerate(lines, 1))
        return (
            f"trigger: {self.name}\nkind: custom\nattributes: {{device: reference, code: number}}\n"
            f"audience: {{attribute: device, via: device.owner}}\n---\n"
            f"journey: {self.name}\nstarts_on: {self.name}\nre_entry: immediately\ntiles:\n{tiles}\n"
        )

    def queues(self) -> list[set[str]]:
        """Return the queues that each step has messages for: a wait's own limit is one, too."""
        queues, found = cycle(QUEUES), []
        for at, number in enumerate(self.parts()):
            told = {queue for queue in islice(queues, number) if queue}
            found.append(told | ({TimeUp.queue} if at < self.blocking else set()))
        return found


@dataclass(frozen=True, slots=True)
class Cost:
    """The steps of one run."""

    shape: Shape
    steps: Sequence[Invocation]

    @property
    def requests(self) -> tuple[int, ...]:
        return tuple(len(step.tables) for step in self.steps)

    @property
    def needless(self) -> int:
        """Batches beyond one for each queue that a step has messages for."""
        told = self.shape.queues()
        assert [set(step.batches) for step in self.steps] == told, (self.shape, [step.batches for step in self.steps])
        return sum(len(step.batches) - len(queues) for step, queues in zip(self.steps, told, strict=True))


async def measure(bench: Bench) -> Part:
    shapes = [Shape(tiles, waits) for waits in BLOCKING for tiles in (QUICK_TILES if bench.is_quick else TILES)]
    tape = bench.folder / "tiles.jsonl"
    host = world.service("bench.recording", tape)
    async with world.running(world.copied(await world.base(bench), "tiles"), host) as (cloud, driver):
        costs = await cloud.during(_costs(cloud, driver, shapes, tape))
    bench.console.print(_table(costs))
    return _part(costs)


async def _costs(cloud: Cloud, driver: Driver, shapes: Sequence[Shape], tape: Path) -> list[Cost]:
    file = cloud.folder / "tiles" / "tiles.yaml"
    file.parent.mkdir()
    file.write_text("\n---\n".join([COMMON, *(shape.text() for shape in shapes)]), encoding="utf-8")
    await carebus(cloud.settings, "publish", str(file.parent), "--wait")
    # The first runs make the tables.
    for person in (Person(1), Person(2)):
        await driver.bus.send(TriggerFired.queue, [fired(shape.name, device=person.device) for shape in shapes])
        look = partial(_through, tape, shapes, person)
        steps = await until("every run goes through", look, PATIENCE_SECONDS)
    return [Cost(shape, steps[shape.name]) for shape in shapes]


def fired(trigger: str, **attributes: object) -> BusMessage:
    """Return the message that tells of an event."""
    now = SystemClock().now()
    body = TriggerFired(trigger, {"code": 1, **attributes}, now, source="bench")
    envelope = Envelope(made(), body.kind, now, plain(body))
    return BusMessage(envelope.id, envelope.encode())


async def _through(tape: Path, shapes: Sequence[Shape], person: Person) -> Mapping[str, list[Invocation]] | None:
    """Return the steps of one person's runs, by journey, once there are all."""
    found: dict[str, list[Invocation]] = {shape.name: [] for shape in shapes}
    for each in invocations.read(tape):
        body = each.body
        if body.get("trigger") in found and body["attributes"]["device"] == person.device:
            found[body["trigger"]].append(each)
        elif each.kind == TimeUp.kind and body["journey"] in found and body["contact"] == person.id:
            found[body["journey"]].append(each)
    return found if all(len(found[shape.name]) > shape.blocking for shape in shapes) else None


def _part(costs: Sequence[Cost]) -> Part:
    lines = []
    for waits in BLOCKING:
        totals = {sum(cost.requests) for cost in costs if cost.shape.blocking == waits}
        what = f"table requests with {waits} tiles that wait"
        lines.append(Line(f"{what}, fewest", min(totals), exactly=sum(OWED[waits]), is_gate=True))
        lines.append(Line(f"{what}, most", max(totals), exactly=sum(OWED[waits]), is_gate=True))
    needless = sum(cost.needless for cost in costs)
    lines.append(Line("batches beyond one a queue and step", needless, exactly=0, is_gate=True))
    figures = {
        cost.shape.name: {
            "requests": cost.requests,
            "batches": [len(step.batches) for step in cost.steps],
            "messages": [step.messages for step in cost.steps],
            "written": [step.written for step in cost.steps],
        }
        for cost in costs
    }
    return Part(lines, figures)


def _table(costs: Sequence[Cost]) -> Table:
    table = Table(title="Steps of a journey, by its tiles", caption="a + b + c: the entry, and each further step")
    for column in ("waiting", "others", "table requests", "batches", "messages", "characters written"):
        table.add_column(column, justify="right")
    for number, cost in enumerate(costs):
        if number and costs[number - 1].shape.blocking != cost.shape.blocking:
            table.add_section()
        counted = [
            [len(step.tables) for step in cost.steps],
            [len(step.batches) for step in cost.steps],
            [step.messages for step in cost.steps],
            [step.written for step in cost.steps],
        ]
        sums = (" + ".join(map(str, each)) for each in counted)
        table.add_row(str(cost.shape.blocking), str(cost.shape.tiles), *sums)
    return table
