"""Pausing, going on and stopping, in the whole system: nothing is lost, nothing happens twice, stop is final."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.api.journey_views import allowed
from shared.definitions.faults import Invalid
from shared.definitions.states import FINAL, NEXT, State, commands_for
from shared.events.messages import TriggerFired
from shared.journeys.control import STRAGGLERS
from shared.journeys.messages import ChangeJourney
from shared.journeys.tick import FULL_EVERY
from shared.runtime.store import Upsert
from tests.unit.definitions.world import load
from tests.unit.journeys.playing import Play

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
JOURNEY = """
journey: j
starts_on: alarm
tiles:
- id: w
  if_then: {trigger: case-changed, by: contact, within: P1D, yes: [{id: hi, send_sms: hello}], no: [{exit: too_late}]}
"""
LONGER = JOURNEY.replace("P1D", "P80D")


def alarm(play: Play, contact: str = "C-1") -> TriggerFired:
    said: Mapping[str, Any] = {"device": "D-1", "code": 1, "at": "2026-01-01T00:00:00Z", "loud": True}
    return TriggerFired("alarm", said, play.clock.now(), contact=contact)


def changed(play: Play, contact: str = "C-1") -> TriggerFired:
    case = {"case": "K1", "number": "1", "contact": contact, "status": "x", "device": "D-1"}
    return TriggerFired("case-changed", case, play.clock.now(), contact=contact)


async def played(text: str = JOURNEY) -> Play:
    """A journey in which C-1 waits since an hour."""
    play = Play()
    await play.contact()
    await play.publish(text)
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    return play


async def state(play: Play) -> str:
    return (await play.services.definitions.published("j")).state


async def test_while_a_journey_is_paused_nothing_of_it_changes() -> None:
    play = await played()
    before, counted = await play.runs(), await play.counts()
    await play.change("pause")
    await play.say(alarm(play, "C-2"), "e2")
    await play.say(changed(play), "e3")
    await play.wait(2 * DAY)
    assert await play.runs() == before
    assert await play.counts() == counted
    assert await play.parked() == 3


async def test_what_came_while_it_was_paused_comes_afterwards_and_a_wait_that_is_over_is_no() -> None:
    play = await played()
    await play.change("pause")
    await play.say(alarm(play, "C-2"), "e2")
    await play.wait(2 * DAY)
    await play.change("resume")
    await play.wait(HOUR)
    assert await play.ends() == {"e1": "too_late", "e2": "running"}
    assert await play.parked() == 0


async def test_an_event_that_came_in_time_while_it_was_paused_is_yes() -> None:
    play = await played()
    await play.change("pause")
    await play.say(changed(play), "e3")
    await play.wait(2 * DAY)
    await play.change("resume")
    await play.wait(HOUR)
    assert await play.paths() == {"e1": ("w", "hi")}


async def test_an_event_that_started_a_run_before_the_pause_starts_none_when_it_is_told_again() -> None:
    play = await played()
    await play.change("pause")
    await play.say(alarm(play), "e1")
    assert await play.parked() == 0
    await play.change("resume")
    await play.wait(HOUR)
    assert list(await play.by_event()) == ["e1"]


@pytest.mark.parametrize("pauses", [2, 3])
async def test_a_new_pause_before_all_is_released_holds_it_as_before(pauses: int) -> None:
    """The release of the first pause comes while the second one lasts: it must not turn in circles."""
    play = await played()
    for _ in range(pauses):
        await play.say_at_once("pause")
        await play.say(alarm(play, "C-2"), "e2")
        await play.say_at_once("resume")
    await play.say_at_once("pause")
    await play.wait(DAY / 2)
    assert await play.ends() == {"e1": "running"}
    await play.change("resume")
    await play.wait(HOUR)
    assert await play.ends() == {"e1": "running", "e2": "running"}
    assert await play.parked() == 0


async def test_what_another_process_parks_late_is_released_too() -> None:
    """It still believes in the pause: its catalogue is older than everybody else's may be."""
    play = await played()
    await play.change("pause")
    await play.say(alarm(play, "C-2"), "e2")
    [row] = (await play.store.page("parked", "j")).rows
    await play.change("resume")
    assert await play.parked() == 0
    await play.store.write("parked", "j", Upsert(row.key, row.data))
    await play.wait(STRAGGLERS)
    assert await play.parked() == 0


async def test_many_are_released_page_by_page() -> None:
    play = await played()
    await play.change("pause")
    for number in range(120):
        await play.say(alarm(play, f"D-{number}"), f"e-{number}")
    assert await play.parked() == 120
    await play.change("resume")
    await play.wait(HOUR)
    assert await play.parked() == 0
    assert (await play.counts())[".entered"] == 121


async def test_a_stopped_journey_takes_out_who_waits_and_lets_nobody_in() -> None:
    play = await played()
    await play.change("stop")
    await play.say(alarm(play, "C-2"), "e2")
    assert await play.ends() == {"e1": "journey_stopped", "e2": "not_live"}
    assert await play.hints() == []


async def test_who_wanted_to_enter_while_a_journey_was_paused_that_then_stops_is_refused_on_record() -> None:
    play = await played()
    await play.change("pause")
    await play.say(alarm(play, "C-2"), "e2")
    await play.change("stop")
    await play.wait(HOUR)
    assert await play.ends() == {"e1": "journey_stopped", "e2": "not_live"}
    assert await play.parked() == 0
    assert (await play.counts())[".not_entered:not_live"] == 1


async def test_it_is_stopping_until_nobody_waits_and_everybody_knows() -> None:
    play = await played()
    await play.say_at_once("stop")
    assert await state(play) == "stopping"
    await play.tick()
    assert await state(play) == "stopping"
    await play.tick(2)
    assert await state(play) == "stopped"


async def test_a_run_that_nobody_told_is_told_by_the_next_full_tick() -> None:
    play = await played()
    definitions = play.services.definitions
    await definitions.change_state("j", "stop", "s1", play.clock.now())
    await play.wait(HOUR)
    await play.tick()
    assert await play.ends() == {"e1": "running"}
    await play.tick(FULL_EVERY)
    assert await play.ends() == {"e1": "journey_stopped"}
    await play.tick()
    assert await state(play) == "stopped"


@pytest.mark.parametrize(("days", "ends"), [(20.9, "paused"), (21, "stopped")])
async def test_a_pause_of_more_than_three_weeks_is_a_stop(days: float, ends: str) -> None:
    play = await played(LONGER)
    await play.change("pause")
    await play.wait(days * DAY)
    await play.tick(5)
    assert await state(play) == ends
    assert await play.ends() == {"e1": "running" if ends == "paused" else "journey_stopped"}


async def test_who_goes_on_at_the_last_moment_is_not_stopped_for_a_pause_that_is_over() -> None:
    play = await played(LONGER)
    await play.change("pause")
    since = (await play.services.definitions.published("j")).since
    await play.change("resume")
    await play.change("pause")
    await play.say(ChangeJourney("j", "stop", "carebus/tick", since))
    assert await state(play) == "paused"


@pytest.mark.parametrize("command", ["pause", "resume", "stop", "finish"])
@pytest.mark.parametrize("held", ["live", "paused", "stopping", "stopped"])
async def test_the_table_of_states_is_what_may_follow(held: State, command: str) -> None:
    expected = {
        ("live", "pause"): "paused",
        ("paused", "resume"): "live",
        ("live", "stop"): "stopping",
        ("paused", "stop"): "stopping",
        ("stopping", "finish"): "stopped",
    }
    assert NEXT.get((held, command)) == expected.get((held, command))


@pytest.mark.parametrize(
    ("held", "commands"),
    [("live", ("pause", "stop")), ("paused", ("resume", "stop")), ("stopping", ()), ("stopped", ())],
)
def test_people_are_told_which_commands_a_state_takes(held: Any, commands: tuple[str, ...]) -> None:
    assert commands_for(held) == commands
    assert (held in FINAL) == (commands == ())


@pytest.mark.parametrize("command", ["pause", "resume"])
async def test_stop_is_final(command: str) -> None:
    play = await played()
    await play.change("stop")
    await play.change(command)
    assert await state(play) == "stopping"
    await play.tick(5)
    await play.change(command)
    assert await state(play) == "stopped"


async def test_publishing_keeps_a_pause() -> None:
    play = await played()
    await play.change("pause")
    await play.publish(LONGER)
    assert await state(play) == "paused"
    await play.say(alarm(play, "C-2"), "e2")
    await play.change("resume")
    await play.wait(HOUR)
    assert {run.event: run.version for run in (await play.runs()).values()} == {"e1": 1, "e2": 2}


async def test_a_draft_in_the_place_of_a_paused_journey_does_not_end_the_pause() -> None:
    play = await played()
    await play.change("pause")
    await play.publish(JOURNEY.replace("tiles:", "state: draft\ntiles:"))
    await play.say(changed(play), "e3")
    assert await play.ends() == {"e1": "running"}
    assert allowed((await play.services.definitions.fresh()).journeys["j"]) == ("resume", "stop")


@pytest.mark.parametrize("ticks", [0, 5])
async def test_a_stopped_journey_is_not_published_again(ticks: int) -> None:
    play = await played()
    await play.change("stop")
    await play.tick(ticks)
    with pytest.raises(Invalid) as caught:
        await play.publish(LONGER)
    assert [str(fault) for fault in caught.value.faults] == [
        "journey j: it is stopped for good; what goes on needs another name"
    ]


async def test_other_definitions_are_published_beside_a_stopped_journey_that_stays_as_it_is() -> None:
    play = await played()
    await play.change("stop")
    other = JOURNEY.replace("journey: j", "journey: other")
    changes = await play.services.definitions.publish(load(JOURNEY + "---" + other))
    assert [change.name for change in changes] == ["other"]


@pytest.mark.parametrize(("first", "second", "ends"), [("pause", "resume", "live"), ("resume", "pause", "paused")])
async def test_a_command_that_comes_again_after_another_one_changes_nothing(first: str, second: str, ends: str) -> None:
    play = await played()
    if first == "resume":
        await play.change("pause")
    for command in (first, second, first):
        await play.say(ChangeJourney("j", command), command)
        await play.publish(LONGER if command == second else JOURNEY)
    assert await state(play) == ends
