"""What comes twice, at once with something else, or while a journey is paused, in the whole system."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.events.messages import TriggerFired
from shared.journeys.advance import awaited, look_again
from shared.journeys.messages import Awaited, LookAgain
from shared.runtime.decision import Decision
from tests.unit.journeys.building import NOON, arrived, facts, message
from tests.unit.journeys.playing import Play

HOUR = timedelta(hours=1)
WAIT = "if_then: {trigger: case-changed, by: case, within: P1D, yes: [{exit: %s}], no: [{exit: too_late}]}"
STARTS_AND_WAITS = f"""
journey: j
starts_on: case-changed
tiles:
- {{id: one, {WAIT % "told"}}}
"""
TWO_WAITS = """
journey: j
starts_on: alarm
tiles:
- {id: one, if_then: {trigger: case-changed, by: contact, within: P1D, no: [{exit: too_late}]}}
- {id: two, if_then: {trigger: case-changed, by: contact, within: P1D, yes: [{exit: both}], no: [{exit: one_only}]}}
"""
BOTH = """
journey: j
starts_on: alarm
exits:
- {trigger: case-changed, by: device, where: {attribute: event.status, op: eq, value: lost}, reason: other}
- {trigger: case-changed, by: contact, where: {attribute: event.status, op: eq, value: solved}, reason: solved}
goal: {trigger: case-changed, by: contact}
tiles:
- id: one
  if_then: {trigger: case-changed, by: device, within: P1D, yes: [{id: hi, send_sms: hello}], no: [{exit: too_late}]}
"""
SEGMENTS = """
journey: j
starts_on: alarm
exits: [{segment: vip, reason: is_vip}]
tiles:
- id: one
  if_then: {segment: known, within: P1D, yes: [{id: hi, send_sms: hello}], no: [{exit: too_late}]}
---
segment: vip
members: {attribute: contact.account, op: is_set}
---
segment: known
members: {attribute: contact.city, op: is_set}
"""


def changed(play: Play, contact: str = "C-1", status: str = "solved") -> TriggerFired:
    case = {"case": "K1", "number": "1", "contact": contact, "status": status, "device": "D-1"}
    return TriggerFired("case-changed", case, play.clock.now(), contact=contact)


def alarm(play: Play, **more: Any) -> TriggerFired:
    said: Mapping[str, Any] = {"device": "D-1", "code": 1, "at": "2026-01-01T00:00:00Z", "loud": True, **more}
    return TriggerFired("alarm", said, play.clock.now(), contact="C-1")


async def played(text: str) -> Play:
    play = Play()
    await play.contact()
    await play.publish(text)
    return play


async def test_the_event_that_started_a_run_is_no_answer_to_its_wait_when_it_is_told_again() -> None:
    play = await played(STARTS_AND_WAITS)
    event = changed(play)
    for _ in range(3):
        await play.say(event, "e1")
    assert await play.ends() == {"e1": "running"}
    await play.say(changed(play), "e2")
    assert (await play.ends())["e1"] == "told"


@pytest.mark.parametrize("rule", ["exits: [{trigger: case-changed, by: case}]", "goal: {trigger: case-changed}"])
async def test_nor_does_it_take_the_run_out_or_count_as_its_goal(rule: str) -> None:
    play = await played(STARTS_AND_WAITS.replace("tiles:", f"{rule}\ntiles:"))
    event = changed(play)
    for _ in range(2):
        await play.say(event, "e1")
    assert await play.ends() == {"e1": "running"}
    assert (await play.counts())[".goal"] == 0


async def test_an_event_is_the_answer_to_one_wait_however_often_it_is_told() -> None:
    play = await played(TWO_WAITS)
    await play.say(alarm(play), "e1")
    event = changed(play)
    for _ in range(3):
        await play.say(event, "e2")
    assert await play.paths() == {"e1": ("one", "two")}
    await play.say(changed(play), "e3")
    assert await play.ends() == {"e1": "both"}


async def test_an_event_that_an_exit_and_a_wait_are_about_takes_the_run_out_and_nothing_is_sent() -> None:
    play = await played(BOTH)
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    await play.say(changed(play), "e2")
    [run] = (await play.runs()).values()
    assert (run.status, run.reason, run.path) == ("exited", "solved", ("one",))
    assert run.goal_at is not None
    assert await play.hints() == []


async def test_an_exit_that_does_not_fit_leaves_the_event_to_the_wait() -> None:
    play = await played(BOTH)
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    await play.say(changed(play, status="open"), "e2")
    assert await play.paths() == {"e1": ("one", "hi")}


@pytest.mark.parametrize(
    ("fields", "end"), [({"city": "Bonn"}, "completed"), ({"city": "Bonn", "account": "A"}, "is_vip")]
)
async def test_an_exit_segment_comes_before_the_segment_that_is_waited_for(fields: dict[str, str], end: str) -> None:
    play = await played(SEGMENTS)
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    await play.contact(**fields)
    assert await play.ends() == {"e1": end}


@pytest.mark.parametrize(
    ("fields", "end"), [({"account": "A"}, "is_vip"), ({"city": "Bonn"}, "completed"), ({"position": "x"}, "running")]
)
async def test_a_segment_that_a_contact_comes_into_while_all_is_paused_counts_afterwards(
    fields: dict[str, str], end: str
) -> None:
    play = await played(SEGMENTS)
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    await play.change("pause")
    await play.contact(**fields)
    assert await play.ends() == {"e1": "running"}
    await play.change("resume")
    await play.wait(HOUR)
    assert await play.ends() == {"e1": end}


async def test_a_goal_that_is_reached_while_all_is_paused_counts_at_once() -> None:
    play = await played(BOTH)
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    await play.change("pause")
    await play.say(changed(play, status="open"), "e2")
    assert (await play.counts())[".goal"] == 1
    assert await play.ends() == {"e1": "running"}
    await play.change("resume")
    await play.wait(HOUR)
    assert await play.paths() == {"e1": ("one", "hi")}


@pytest.mark.parametrize("happened", [True, False])
def test_a_look_at_what_may_be_so_already_is_parked_while_all_is_paused(happened: bool) -> None:
    tiles = "- {id: one, if_then: {segment: vip, within: P1D}}\n"
    at = arrived(tiles)
    assert at.waiting is not None
    said = message(LookAgain("j", "C-1", "r1", at.waiting.token))
    [record] = look_again(at, said, facts(tiles, phase="paused", happened=happened), NOON).records
    assert getattr(record, "table", "") == "parked"
    assert look_again(at, said, facts(tiles, happened=False), NOON) == Decision()


def test_a_stale_token_is_not_parked() -> None:
    tiles = "- {id: one, if_then: {trigger: case-changed, by: contact, within: P1D}}\n"
    at = arrived(tiles)
    stale = message(Awaited("j", "C-1", "r1", "stale", "e2", {}, NOON))
    assert awaited(at, stale, facts(tiles, phase="paused"), NOON) == Decision()


async def test_a_run_that_is_over_is_told_no_more_of_what_it_waited_for_though_its_beginning_came_again() -> None:
    """What came again put its hints again: each event of the contact would be a message to it for ever."""
    play = await played(BOTH)
    event = alarm(play)
    await play.say(event, "e1")
    await play.say(changed(play), "e2")
    await play.wait(timedelta(days=9))
    await play.say(event, "e1")
    assert len(await play.hints()) == 2
    await play.say(changed(play), "e3")
    assert await play.hints() == []
