"""A test run stays one, whatever moves it; and a run that is meant is moved by nothing that is only tried out."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.events.messages import TriggerFired
from shared.journeys.messages import EnterJourney
from tests.unit.journeys.playing import Play

TEXT = """
journey: j
starts_on: alarm
tiles:
- {id: w, if_then: {trigger: case-changed, by: contact, within: P1D}}
- {id: hi, send_sms: hello}
- {id: tell, activate_trigger: praised-by, with: {contact: contact.contact_id}}
---
journey: k
starts_on: praised-by
tiles: [{id: hi, send_sms: hello}]
---
trigger: praised-by
kind: custom
attributes: {contact: reference}
audience: {attribute: contact}
"""


def changed(play: Play) -> TriggerFired:
    case = {"case": "K1", "number": "1", "contact": "C-1", "status": "x", "device": "D-1"}
    return TriggerFired("case-changed", case, play.clock.now(), contact="C-1")


async def woken(*, run_is_test: bool, event_is_test: bool) -> Play:
    """A run that waited, and was told of what it waits for."""
    said: Mapping[str, Any] = {"device": "D-1", "code": 1, "at": "2026-01-01T00:00:00Z", "loud": True}
    play = Play()
    await play.contact(phone="+4915112345678")
    await play.publish(TEXT)
    await play.say(EnterJourney("j", "C-1", "r1", "e1", said, play.clock.now()), test=run_is_test)
    await play.say(changed(play), "e2", test=event_is_test)
    await play.wait(timedelta(minutes=5))
    return play


@pytest.mark.parametrize("event_is_test", [False, True])
async def test_a_test_run_counts_nowhere_and_starts_nothing_whoever_moves_it(event_is_test: bool) -> None:
    play = await woken(run_is_test=True, event_is_test=event_is_test)
    assert await play.ends() == {"e1": "completed"}
    assert (await play.counts(), await play.counts(journey="k"), await play.runs("k")) == ({}, {}, {})


async def test_a_run_that_is_meant_is_moved_by_what_is_meant() -> None:
    play = await woken(run_is_test=False, event_is_test=False)
    assert await play.ends() == {"e1": "completed"}
    assert (await play.counts())["hi.sent"] == 1
    assert (await play.counts(journey="k"))["hi.sent"] == 1


async def test_what_is_only_tried_out_moves_nobody_who_means_it() -> None:
    play = await woken(run_is_test=False, event_is_test=True)
    assert await play.ends() == {"e1": "running"}
