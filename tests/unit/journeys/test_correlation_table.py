"""Which runs an event resumes: every way to tell them apart, in every situation, in the whole system (DOMAIN.md 3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest

from shared.events.messages import TriggerFired
from shared.journeys.run import delivery_id, run_id
from shared.runtime.ids import derived
from tests.unit.journeys.building import NOON
from tests.unit.journeys.playing import Play

HOUR = timedelta(hours=1)
TEXT = """
journey: j
starts_on: ordered
tiles:
{before}
- {{id: one, if_then: {{{awaited}, within: P1D, no: [{{exit: too_late}}]}}}}
- {{id: two, if_then: {{{awaited}, within: P1D, no: [{{exit: once}}]}}}}
---
trigger: ordered
kind: custom
attributes: {{contact: reference, device: reference, order: reference}}
audience: {{attribute: contact}}
---
trigger: happened
kind: custom
attributes:
  contact: {{type: reference, optional: true}}
  device: {{type: reference, optional: true}}
  order: {{type: reference, optional: true}}
  case: {{type: reference, optional: true}}
  run: {{type: reference, optional: true}}
audience: {{attribute: contact}}
"""
OPEN = "- {id: open, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: low}}}"
HELLO = "- {id: hi, send_sms: hello}"


@dataclass(frozen=True)
class Started:
    """A run, by the event that starts it."""

    event: str
    contact: str
    device: str
    order: str = "O-1"

    @property
    def id(self) -> str:
        return run_id("j", self.event)


@dataclass(frozen=True)
class Way:
    """How a run is told from others: what is written, and its value in the awaited event."""

    awaited: str
    attribute: str
    value: Callable[[Started], str]
    before: str = ""
    trigger: str = "happened"


WAYS = {
    "contact": Way("trigger: happened, by: contact", "contact", lambda run: run.contact),
    "own message": Way(
        "trigger: sms-delivered, by: run, of: hi",
        "delivery",
        lambda run: delivery_id(run.id, "hi"),
        HELLO,
        "sms-delivered",
    ),
    "own case": Way(
        "trigger: happened, by: run",
        "case",
        lambda run: derived("case", derived("activation", run.id, "open")),
        OPEN,
    ),
    "own id": Way("trigger: happened, by: run", "run", lambda run: run.id),
    "own record": Way("trigger: happened, by: device", "device", lambda run: run.device),
    "shared record": Way("trigger: happened, by: order", "order", lambda run: run.order),
    "another value": Way("trigger: happened, by: order, value: trigger.device", "order", lambda run: run.device),
}
RUNS = {
    "one run": [Started("e1", "C-1", "D-1")],
    "two runs of one person": [Started("e1", "C-1", "D-1"), Started("e2", "C-1", "D-2")],
    "two persons": [Started("e1", "C-1", "D-1"), Started("e2", "C-2", "D-2")],
}
VALUES = ("same", "other", "none")
TIMES = ("early", "in time", "late", "twice")


def awaited(way: Way, runs: list[Started], value: str, time: str) -> set[str]:
    """The events whose runs go on."""
    if value != "same" or time in ("early", "late"):
        return set()
    return {run.event for run in runs if way.value(run) == way.value(runs[0])}


@pytest.mark.parametrize(("way", "runs", "value", "time"), list(product(WAYS, RUNS, VALUES, TIMES)))
async def test_an_event_resumes_the_runs_with_its_value_that_wait_now_once(
    way: str, runs: str, value: str, time: str
) -> None:
    by, started = WAYS[way], RUNS[runs]
    said = {"same": by.value(started[0]), "other": "X-9"}.get(value)
    attributes = {"contact": "C-1"} | {by.attribute: said}
    play = Play()
    await play.publish(TEXT.format(awaited=by.awaited, before=by.before))
    event = TriggerFired(by.trigger, {name: found for name, found in attributes.items() if found}, NOON)

    async def happen() -> None:
        for _ in range(2 if time == "twice" else 1):
            fired = TriggerFired(event.trigger, event.attributes, play.clock.now())
            await play.say(fired, "happened-1")

    if time == "early":
        await happen()
    for run in started:
        ordered = {"contact": run.contact, "device": run.device, "order": run.order}
        await play.say(TriggerFired("ordered", ordered, play.clock.now()), run.event)
    if time != "early":
        await play.wait(25 * HOUR if time == "late" else HOUR)
        await happen()
    found = await play.by_event()
    assert {name for name, run in found.items() if "two" in run.path} == awaited(by, started, value, time)
    assert {run.reason or run.status for run in found.values()} == {"too_late" if time == "late" else "running"}
    unmatched = [] if value != "none" else ["no_audience" if by.attribute == "contact" else "no_correlation"]
    assert [reason for _, reason in await play.unmatched()] == unmatched
