"""Journeys give commands to cases: the run waits for the answer, and later tiles see it."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.cases.case import HEAD, TABLE, Case
from shared.cases.messages import CancelCase, OpenCase
from shared.cases.timeline import read_lines
from shared.events.messages import TriggerFired
from shared.runtime.aggregate import read_head
from tests.unit.journeys.playing import Play

TRIGGERS = """
trigger: resolution-wanted
kind: custom
command: resolve_case
attributes: {case: reference, text: text, minutes: {type: number, optional: true}, billable_minutes: number}
answer: {outcome: text, number: text}
---
trigger: status-wanted
kind: custom
command: change_status
attributes: {case: reference, status_reason: text}
---
trigger: attention-wanted
kind: custom
command: escalate_case
attributes: {case: reference}
---
trigger: note-wanted
kind: custom
command: add_activity
attributes: {case: reference, text: text}
---
trigger: change-wanted
kind: custom
command: update_case
attributes: {case: reference, priority: text}
---
"""
JOURNEY = """
journey: j
starts_on: case-changed
entry: {attribute: trigger.status, op: eq, value: open}
tiles:
- {id: ask, activate_trigger: %s, with: {case: trigger.case%s}}
"""
BRANCH = "- {id: b, branch: [{when: {attribute: tiles.ask.outcome, op: eq, value: problem_solved}, exit: solved}]}\n"


def changed(play: Play) -> TriggerFired:
    said: Mapping[str, Any] = {"case": "K1", "number": "1", "contact": "C-1", "status": "open", "device": "D-1"}
    return TriggerFired("case-changed", said, play.clock.now(), contact="C-1")


async def played(trigger: str, given: str, more: str = "", *, closed: bool = False) -> tuple[Play, Case]:
    play = Play()
    await play.contact()
    await play.publish(TRIGGERS + JOURNEY % (trigger, given) + more)
    await play.say(OpenCase("K1", "C-1", "Hot", origin="phone"))
    if closed:
        await play.say(CancelCase("K1", "kim"))
    await play.say(changed(play), "e1")
    case = await read_head(play.store, TABLE, "K1", HEAD, Case)
    assert case is not None
    return play, case


GIVEN = [
    ("resolution-wanted", ", text: {value: Done}, billable_minutes: {value: 5}", {"status_reason": "problem_solved"}),
    ("resolution-wanted", ", text: {value: Done}, billable_minutes: {value: 5.5}", {"billable_minutes": 6}),
    ("status-wanted", ", status_reason: {value: on_hold}", {"status_reason": "on_hold"}),
    ("attention-wanted", "", {"escalated": True}),
    ("note-wanted", ", text: {value: Called twice.}", {"status": "active"}),
    ("change-wanted", ", priority: {value: critical}", {"priority": "critical"}),
]


@pytest.mark.parametrize(("trigger", "given", "expected"), GIVEN)
async def test_a_tile_gives_the_command_and_the_run_goes_on(trigger: str, given: str, expected: dict[str, Any]) -> None:
    play, case = await played(trigger, given)
    assert {name: getattr(case, name) for name in expected} == expected
    assert (await play.ends())["e1"] == "completed"
    assert (await read_lines(play.store, "K1")).lines[0].by == "carebus/journeys"


async def test_a_note_of_a_journey_is_a_note() -> None:
    play, _ = await played("note-wanted", ", text: {value: Called twice.}")
    line = (await read_lines(play.store, "K1")).lines[0]
    assert (line.kind, line.text) == ("note", "Called twice.")


async def test_the_answer_is_seen_by_later_tiles() -> None:
    play, _ = await played("resolution-wanted", ", text: {value: Done}, billable_minutes: {value: 5}", BRANCH)
    assert (await play.ends())["e1"] == "solved"


@pytest.mark.parametrize(("trigger", "given", "_expected"), GIVEN)
async def test_a_command_that_the_case_refuses_ends_the_run(
    trigger: str, given: str, _expected: dict[str, Any]
) -> None:
    play, case = await played(trigger, given, closed=True)
    assert case.status == "cancelled"
    assert (await play.ends())["e1"] == "command_refused"
