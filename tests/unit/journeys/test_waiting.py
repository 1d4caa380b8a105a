"""A wait ends when it should: after a while, at a time, at a date that an attribute says, in business hours."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.definitions.calendar import Calendar, Window
from shared.events.messages import TriggerFired
from shared.journeys.messages import TimeUp
from shared.journeys.tiles import Effect
from shared.runtime.ids import derived
from tests.unit.journeys.building import ALARM, HELLO, NOON, run
from tests.unit.journeys.playing import Play
from tests.unit.journeys.test_tiles import effect, sent

DAY = timedelta(days=1)
OFFICE = (Window(timedelta(hours=9), timedelta(hours=17)),)
CALENDARS = {
    "office": Calendar("office", "Europe/Berlin", (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ())),
    "mondays": Calendar("mondays", "Europe/Berlin", (OFFICE, (), (), (), (), (), ())),
}
MONDAY_MORNING = datetime(2026, 11, 23, 8, tzinfo=UTC)
"""When the office opens after NOON, a Saturday."""


def waited(wait: str, at: object = "2026-11-21T11:00:00Z", hours: str = "") -> Effect:
    """Let a run come to a wait on NOON; `at` is the date that its starting trigger says."""
    calendar = f", business_hours: {hours}" if hours else ""
    tiles = f"- {{id: w, wait: {wait}{calendar}}}\n" + HELLO
    return effect(tiles, "w", run(attributes={**ALARM, "at": at}), calendars=CALENDARS)


def alarm(attributes: Mapping[str, Any]) -> TriggerFired:
    return TriggerFired("alarm", attributes, NOON, contact="C-1")


def until(of: Effect) -> datetime:
    assert of.wait is not None
    assert (sent(of).at, sent(of).body) == (of.wait.until, TimeUp("j", "C-1", "r1", of.wait.token))
    assert (of.wait.tile, of.wait.token, of.wait.hint) == ("w", derived("wait", "r1", "w~0"), "")
    return of.wait.until


@pytest.mark.parametrize("time", ["PT1S", "P1D", "P90D"])
def test_a_wait_for_a_while_begins_when_the_run_comes(time: str) -> None:
    seconds = {"PT1S": 1, "P1D": 86400, "P90D": 90 * 86400}[time]
    assert until(waited(f"{{for: {time}}}")) == NOON + timedelta(seconds=seconds)


def test_a_wait_until_a_time_ends_then() -> None:
    assert until(waited("{until: '2026-12-24T09:00:00+01:00'}")) == datetime(2026, 12, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wait", "at", "end"),
    [
        ("{until: trigger.at}", NOON + DAY, NOON + DAY),
        ("{until: trigger.at, before: PT6H}", NOON + DAY, NOON + timedelta(hours=18)),
        ("{until: trigger.at, after: P2D}", NOON - DAY, NOON + DAY),
        ("{until: trigger.at}", NOON + 90 * DAY, NOON + 90 * DAY),
    ],
)
def test_a_wait_until_a_date_ends_so_long_before_or_after_it(wait: str, at: datetime, end: datetime) -> None:
    assert until(waited(wait, at.isoformat())) == end


@pytest.mark.parametrize(
    ("wait", "at"),
    [
        ("{until: '2026-11-21T12:00:00Z'}", None),
        ("{until: trigger.at}", "2026-11-21T12:00:00+00:00"),
        ("{until: trigger.at}", "2026-11-21T13:00:00+01:00"),
        ("{until: trigger.at}", "1999-01-01T00:00:00Z"),
        ("{until: trigger.at, before: P2D}", "2026-11-23T12:00:00Z"),
    ],
)
def test_a_time_that_has_passed_holds_nobody_up(wait: str, at: object) -> None:
    assert waited(wait, at) == Effect(next="hi")


@pytest.mark.parametrize("at", [None, "", "soon", 7, "2026-11-22", "2026-11-22T12:00:00", "9999-12-31T23:59:59Z"])
def test_who_has_no_date_to_wait_until_leaves(at: object) -> None:
    """A date beyond what can be counted with is none either; the offset makes it one."""
    assert waited("{until: trigger.at, after: P1D}", at) == Effect(exit="no_date")


@pytest.mark.parametrize("wait", ["{until: '2027-02-19T12:00:01Z'}", "{until: trigger.at}"])
def test_a_date_beyond_ninety_days_is_not_waited_for(wait: str) -> None:
    assert waited(wait, (NOON + 90 * DAY + timedelta(seconds=1)).isoformat()) == Effect(exit="wait_too_long")


@pytest.mark.parametrize(
    ("wait", "at", "end"),
    [
        ("{for: PT1H}", None, MONDAY_MORNING),
        ("{for: P2DT5H}", None, MONDAY_MORNING + DAY),
        ("{for: P2D}", None, MONDAY_MORNING + timedelta(hours=4)),
        ("{until: trigger.at}", "1999-01-01T00:00:00Z", MONDAY_MORNING),
    ],
)
def test_a_wait_that_ends_outside_business_hours_ends_when_they_begin(wait: str, at: object, end: datetime) -> None:
    assert until(waited(wait, at, "office")) == end


def test_hours_may_make_the_longest_wait_longer() -> None:
    """They move its end by less than a week or so; that is no reason to lose who waits."""
    assert until(waited("{for: P90D}", hours="mondays")) == datetime(2027, 2, 22, 8, tzinfo=UTC)


TWO_DATES = """
journey: j
starts_on: alarm
tiles:
- {id: w, wait: {until: trigger.at}}
- {id: later, wait: {until: trigger.at, after: PT1H}, business_hours: office}
- id: where
  branch: [{when: {attribute: contact.city, op: eq, value: Bonn}, exit: bonn}]
  otherwise: [{exit: elsewhere}]
---
calendar: office
time_zone: UTC
weekdays: {saturday: ["00:00-24:00"]}
"""
IN_SEGMENT = """
journey: j
starts_on: alarm
tiles:
- id: w
  if_then: {segment: known, within: P1D}
- id: where
  branch: [{when: {attribute: contact.city, op: eq, value: Bonn}, exit: bonn}]
  otherwise: [{exit: elsewhere}]
---
segment: known
members: {attribute: contact.contact_id, op: is_set}
"""


@pytest.mark.parametrize("text", [TWO_DATES, IN_SEGMENT], ids=["date", "segment"])
async def test_behind_a_wait_that_holds_nobody_up_all_is_known_that_is_asked_for(text: str) -> None:
    play = Play()
    await play.contact(city="Bonn")
    await play.publish(text)
    await play.say(alarm(ALARM), "e1")
    assert await play.ends() == {"e1": "bonn"}
