"""A process that ends anywhere leaves nothing half done: what it had in hand comes again, and all is as if never."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.events.messages import TriggerFired
from tests.unit.journeys.playing import Play

HOUR = timedelta(hours=1)
TEXT = """
journey: j
starts_on: alarm
re_entry: {after: PT1M}
exits: [{trigger: case-changed, by: contact, where: {attribute: event.status, op: eq, value: over}, reason: over}]
goal: {trigger: praised-by, by: contact}
tiles:
- {id: open, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: low}}}
- {id: tell, send_sms: ticket}
- {id: half, split: [{share: 50, tiles: [{id: more, send_email: letter}]}, {share: 50}]}
- {id: call, create_task: Call them, for: {queue: support}}
- {id: w, if_then: {trigger: case-changed, by: device, within: P1D, yes: [{id: hi, send_sms: hello}]}}
- {id: last, wait: {for: PT2H}}
---
trigger: praised-by
kind: custom
attributes: {contact: reference}
audience: {attribute: contact}
"""
MEMBERS = """
---
journey: k
starts_on: {segment: vip, repeat: newcomers}
tiles: [{id: w, wait: {for: PT1H}}, {id: hi, send_sms: hello}]
---
segment: vip
members: {attribute: contact.account, op: is_set}
"""


def alarm(play: Play) -> TriggerFired:
    said: dict[str, Any] = {"device": "D-1", "code": 1, "at": "2026-01-01T00:00:00Z", "loud": True}
    return TriggerFired("alarm", said, play.clock.now(), contact="C-1")


def changed(play: Play, status: str) -> TriggerFired:
    case = {"case": "K1", "number": "1", "contact": "C-1", "status": status, "device": "D-1"}
    return TriggerFired("case-changed", case, play.clock.now(), contact="C-1")


async def taken_out(play: Play) -> None:
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    await play.say(changed(play, "over"), "e2")
    await play.wait(HOUR)


async def reacting(play: Play) -> None:
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    await play.say(TriggerFired("praised-by", {"contact": "C-1"}, play.clock.now()), "e2")
    await play.say(changed(play, "open"), "e3")
    await play.wait(3 * HOUR)


async def paused_and_stopped(play: Play) -> None:
    await play.say(alarm(play), "e1")
    await play.change("pause")
    await play.say(alarm(play), "e2")
    await play.say(changed(play, "open"), "e3")
    await play.change("resume")
    await play.wait(HOUR)
    await play.change("stop")
    await play.wait(HOUR)


async def moved(play: Play) -> None:
    await play.say(alarm(play), "e1")
    await play.publish(TEXT.replace("by: device", "by: contact"))
    await play.move(2)
    await play.say(changed(play, "open"), "e3")


async def members(play: Play) -> None:
    await play.tick()
    await play.contact("C-2", account="gold")
    await play.wait(3 * HOUR)
    await play.tick(3)


async def outcome(story: Callable[[Play], Awaitable[None]], writes: int) -> tuple[Any, bool]:
    """Return what came of a story in which a process ended after so many writes, and whether one did."""
    play = Play()
    await play.contact(account="gold", phone="+4915112345678", email="c@example.com")
    await play.publish(TEXT + MEMBERS if story is members else TEXT)
    play.crash_after(writes)
    await story(play)
    ended = play.has_crashed
    await play.wait(HOUR)
    sent = Counter(row.partition("~")[0] for row in play.store.partitions("tasks"))  # type: ignore[attr-defined]
    numbers = [+(await play.counts(version, journey)) for journey in ("j", "k") for version in (1, 2)]
    runs = {**await play.runs("j"), **await play.runs("k")}
    states = {name: (run.status, run.reason, run.path, run.choices, run.goal_at) for name, run in runs.items()}
    return (states, numbers, await play.hints(), await play.parked(), sent), ended


@pytest.mark.parametrize("story", [taken_out, reacting, paused_and_stopped, moved, members])
async def test_after_a_crash_anywhere_all_is_as_without_it(story: Callable[[Play], Awaitable[None]]) -> None:
    calm, _ = await outcome(story, 0)
    assert calm[0]
    writes, ended = 1, True
    while ended:
        found, ended = await outcome(story, writes)
        assert found == calm, f"ended after write {writes}"
        writes += 1
    assert writes > 10
