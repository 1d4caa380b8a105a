"""Runs that wait are moved to another version: who lands where, and that they wait on as that version says."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.events.messages import TriggerFired
from shared.journeys.counting import WAITING
from shared.journeys.move import landing
from shared.runtime.counters import TABLE, shard_of
from shared.runtime.store import Upsert
from tests.unit.definitions.world import load
from tests.unit.journeys.building import journey
from tests.unit.journeys.playing import Play

HOUR = timedelta(hours=1)
TEXT = """
journey: j
starts_on: alarm
{head}tiles:
- id: w
  if_then: {{{wait}, within: P1D, yes: [{{exit: came}}], no: [{{exit: too_late}}]}}
"""
BY_CONTACT = "trigger: case-changed, by: contact"
SEGMENT = """---
segment: known
members: {attribute: contact.city, op: is_set}
"""
LEAVE = "exits: [{trigger: %s, by: contact, reason: %s}]\n"


def text(wait: str = BY_CONTACT, head: str = "") -> str:
    return TEXT.format(wait=wait, head=head) + SEGMENT


def alarm(play: Play) -> TriggerFired:
    said: Mapping[str, Any] = {"device": "D-1", "code": 1, "at": "2026-01-01T00:00:00Z", "loud": True}
    return TriggerFired("alarm", said, play.clock.now(), contact="C-1")


def changed(play: Play, **more: Any) -> TriggerFired:
    case = {"case": "K1", "number": "1", "contact": "C-1", "status": "x", "device": "D-1", **more}
    return TriggerFired("case-changed", case, play.clock.now(), contact="C-1")


async def moved(before: str, after: str, **places: str) -> Play:
    """A run that waited in the one version, and was moved to the other."""
    play = Play()
    await play.contact(city="Bonn")
    await play.publish(before)
    await play.say(alarm(play), "e1")
    await play.publish(after)
    await play.move(2, **places)
    return play


ROWS = {
    "wait": "- {id: t, wait: {for: P1D}}",
    "if_then": "- {id: t, if_then: {trigger: case-changed, by: contact, within: P1D}}",
    "command": "- {id: t, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: high}}}",
    "raise": "- {id: t, activate_trigger: praised}",
    "send": "- {id: t, send_sms: hello}",
}
"""Tiles by kind; runs wait at the first three."""


@pytest.mark.parametrize("held", ["wait", "if_then", "command"])
@pytest.mark.parametrize("kind", list(ROWS))
def test_a_run_lands_on_a_tile_of_its_kind_only(held: str, kind: str) -> None:
    assert landing(journey(ROWS[kind]), journey(ROWS[held]), "t", {}) == ("t" if kind == held else None)


def test_a_run_lands_where_it_is_told_to_or_where_the_tile_has_kept_its_name() -> None:
    held, other = journey(ROWS["wait"]), journey(ROWS["wait"].replace("id: t", "id: u"))
    assert landing(other, held, "t", {}) is None
    assert landing(other, held, "t", {"t": "u"}) == "u"
    assert landing(other, held, "t", {"x": "u"}) is None
    assert landing(held, held, "t", {"t": "nowhere"}) is None


async def test_who_is_moved_waits_as_the_new_version_says_until_the_time_it_has() -> None:
    play = await moved(text(), text("trigger: case-changed, by: device"))
    [before] = (await play.runs()).values()
    assert (before.version, before.status, before.path) == (2, "running", ("w",))
    assert await play.hints() == ["case-changed~device~D-1"]
    await play.say(changed(play, device="D-2"), "e2")
    assert await play.ends() == {"e1": "running"}
    await play.say(changed(play), "e3")
    assert await play.ends() == {"e1": "came"}
    assert await play.hints() == []


async def test_the_limit_stays_what_it_was() -> None:
    play = await moved(text(), text().replace("P1D", "P9D"))
    await play.wait(timedelta(hours=25))
    assert await play.ends() == {"e1": "too_late"}


async def test_who_is_moved_is_found_by_what_a_value_of_the_contact_says() -> None:
    play = await moved(text(), text("trigger: case-changed, by: case, value: contact.contact_id"))
    assert await play.hints() == ["case-changed~case~C-1"]


async def test_what_the_new_version_waits_for_may_be_so_already() -> None:
    play = await moved(text(), text("segment: known"))
    assert await play.ends() == {"e1": "came"}


async def test_exits_are_those_of_the_new_version() -> None:
    play = await moved(text(head=LEAVE % ("alarm", "old")), text(head=LEAVE % ("case-changed", "new")))
    assert await play.hints() == ["case-changed~contact~C-1"]
    await play.say(alarm(play), "e2")
    assert (await play.ends())["e1"] == "running"
    await play.say(changed(play), "e3")
    assert (await play.ends())["e1"] == "new"


async def test_an_exit_that_only_changes_its_place_is_forgotten_where_it_was() -> None:
    leave = "{trigger: case-changed, by: contact, reason: second}"
    first = f"exits: [{leave}]\n"
    second = f"exits: [{{segment: nobody}}, {leave}]\n"
    nobody = "---\nsegment: nobody\nmembers: {attribute: contact.city, op: eq, value: nowhere}\n"
    play = await moved(text("segment: nobody", first) + nobody, text("segment: nobody", second) + nobody)
    await play.say(changed(play), "e2")
    assert await play.ends() == {"e1": "second"}
    assert await play.hints() == []


async def test_a_goal_that_was_reached_is_not_looked_for_again() -> None:
    goal = text(head="goal: {trigger: alarm, by: contact}\n")
    play = Play()
    await play.contact()
    await play.publish(goal)
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    await play.say(alarm(play), "e2")
    await play.publish(goal.replace("P1D", "P2D"))
    await play.move(2)
    await play.wait(timedelta(days=9))
    assert await play.hints() == []
    assert (await play.counts(1))[".goal"] + (await play.counts(2))[".goal"] == 1


async def test_numbers_move_with_the_run_and_still_add_up() -> None:
    play = await moved(text(), text().replace("P1D", "P9D"))
    assert await play.counts(1) == {
        "w.in": 1,
        "w.waiting": 0,
        "w.exited": 1,
        ".entered": 1,
        ".running": 0,
        ".exited": 1,
        ".exited:moved": 1,
    }
    assert await play.counts(2) == {"w.in": 1, "w.waiting": 1, ".entered": 1, ".running": 1}


async def test_who_has_nowhere_to_land_stays_and_that_is_on_record() -> None:
    play = await moved(text(), text().replace("id: w", "id: other"))
    [run] = (await play.runs()).values()
    assert (run.version, run.status) == (1, "running")
    assert (await play.steps(run))[-1]["detail"] == {"reason": "no_such_tile", "tile": "w"}


async def test_moving_again_changes_nothing() -> None:
    play = await moved(text(), text().replace("P1D", "P9D"))
    before, counted = await play.runs(), await play.counts(2)
    await play.move(2)
    assert (await play.runs(), await play.counts(2)) == (before, counted)


async def test_who_is_over_but_still_listed_leaves_the_list() -> None:
    """A step that was published late has put them there again."""
    play = await moved(text(), text())
    await play.say(changed(play), "e2")
    [run] = (await play.runs()).values()
    place, key = shard_of("j", "C-1"), f"{WAITING}{run.id}"
    line = {"run": run.id, "contact": "C-1", "version": 1, "tile": "w", "until": "", "test": False}
    await play.store.write(TABLE, place, Upsert(key, line))
    await play.publish(text().replace("P1D", "P9D"))
    await play.move(2)
    assert await play.store.get(TABLE, place, key) is None


async def test_runs_stay_on_their_version_until_they_are_moved() -> None:
    play = Play()
    await play.contact()
    await play.publish(text())
    await play.say(alarm(play), "e1")
    await play.publish(text().replace("came", "came_later"))
    await play.say(alarm(play), "e2")
    await play.say(changed(play), "e3")
    assert await play.ends() == {"e1": "came", "e2": "came_later"}
    assert load(text()).journeys["j"] == await play.services.definitions.journey("j", 1)


TOUCHED = "- {id: w, if_then: {trigger: case-changed, by: contact, within: P1D}}\n"
BEFORE = "- {id: first, if_then: {trigger: case-changed, by: contact, within: P1D}}\n"
PAUSE = "- {id: p, wait: {for: P1D}}\n"
ASK = ROWS["command"] + "\n"


@pytest.mark.parametrize(
    ("held", "other", "places", "after"),
    [
        (TOUCHED, BEFORE + TOUCHED, {"w": "first"}, HOUR),
        (BEFORE + TOUCHED, TOUCHED + BEFORE, {}, 25 * HOUR),
        (PAUSE + TOUCHED, TOUCHED + PAUSE, {}, 25 * HOUR),
        (ASK + TOUCHED, TOUCHED + ASK, {}, HOUR),
    ],
    ids=["tile before it", "waits in another order", "times in another order", "a command behind what was before it"],
)
async def test_who_comes_by_a_tile_again_that_they_waited_at_before_waits_anew(
    held: str, other: str, places: Mapping[str, str], after: timedelta
) -> None:
    play = Play()
    await play.contact()
    await play.publish(f"journey: j\nstarts_on: alarm\ntiles:\n{held}")
    await play.say(alarm(play), "e1")
    await play.wait(after)
    await play.publish(f"journey: j\nstarts_on: alarm\ntiles:\n{other}")
    await play.move(2, **places)
    assert [run.version for run in (await play.runs()).values()] == [2]
    await play.wait(timedelta(days=3))
    assert await play.ends() == {"e1": "completed"}


async def test_who_is_moved_to_and_fro_is_moved_each_time() -> None:
    play = await moved(text(), text().replace("P1D", "P9D"))
    for version in (1, 2, 1):
        await play.move(version)
        assert [run.version for run in (await play.runs()).values()] == [version]
