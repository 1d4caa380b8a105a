"""Journeys ask about the case and the device that a run is about, as they are at that moment (DOMAIN.md 3)."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.devices.messages import PutDevice
from shared.events.messages import TriggerFired
from tests.unit.definitions.world import faults
from tests.unit.journeys.playing import Play

OPEN = "- {id: open, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: %s}}}\n"
URGENT = "- {id: b, branch: [{when: {attribute: case.priority, op: eq, value: critical}, exit: urgent}]}\n"
SENSOR = "{attribute: device.model, op: eq, value: sensor}"
HEAD = "journey: j\nstarts_on: alarm\n"


def alarm(play: Play) -> TriggerFired:
    said: Mapping[str, Any] = {"device": "D-1", "code": 1, "at": "2026-01-01T00:00:00Z", "loud": True}
    return TriggerFired("alarm", said, play.clock.now(), contact="C-1")


async def ends(text: str, model: str = "") -> dict[str, str]:
    play = Play()
    await play.contact()
    await play.say(PutDevice("D-1", "C-1", model=model))
    await play.publish(text)
    await play.say(alarm(play), "e1")
    return await play.ends()


@pytest.mark.parametrize(("priority", "end"), [("critical", "urgent"), ("low", "completed")])
async def test_a_branch_asks_about_the_case_that_the_run_has_opened(priority: str, end: str) -> None:
    assert await ends(HEAD + "tiles:\n" + OPEN % priority + URGENT) == {"e1": end}


@pytest.mark.parametrize(("model", "end"), [("sensor", "completed"), ("pump", "condition_not_met"), ("", None)])
async def test_who_enters_is_asked_of_the_device(model: str, end: str | None) -> None:
    found = await ends(f"{HEAD}entry: {SENSOR}\ntiles: [{{id: hi, send_sms: hello}}]\n", model)
    assert found == {"e1": end or "condition_not_met"}


def test_what_no_run_is_about_cannot_be_asked() -> None:
    assert faults(HEAD + "tiles:\n" + URGENT) == ["4: `case.priority`: no case is known here"]
    text = f"journey: j\nstarts_on: greeted\nentry: {SENSOR}\ntiles: [{{id: hi, send_sms: hello}}]\n"
    text += "---\ntrigger: greeted\nkind: custom\nattributes: {contact: reference}\naudience: {attribute: contact}\n"
    assert faults(text) == ["3: `device.model`: the starting trigger names no device"]
