"""Runs in journeys that are written as their users write them, over the small world of definitions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from shared.definitions.calendar import Calendar
from shared.definitions.journey import Journey
from shared.journeys.facts import EntryFacts, RunFacts
from shared.journeys.messages import EnterJourney
from shared.journeys.run import Run
from shared.journeys.walk import walk
from shared.runtime.decision import Decision
from shared.runtime.envelope import Message
from tests.unit.definitions.world import load

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)
ALARM = {"device": "D-1", "code": 11, "at": "2026-11-21T11:00:00Z", "loud": True}

OPEN = "- {id: open, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: high}}}\n"
HELLO = "- {id: hi, send_sms: hello}\n"
TICKET = "- {id: tell, send_sms: ticket}\n"
WAIT = """- id: wait
  if_then:
    trigger: case-changed
    by: device
    where: {attribute: event.status, op: eq, value: resolved}
    within: P1D
    yes: [{id: thanks, send_sms: hello}]
    no: [{id: sorry, send_email: letter}]
"""

BESIDE = """
calendar: office
time_zone: Europe/Berlin
weekdays: {monday: ["09:00-17:00"]}
---
calendar: mondays
time_zone: Europe/Berlin
weekdays: {monday: ["09:00-17:00"]}
---
segment: vip
members: {attribute: contact.account, op: is_set}
---
segment: gone
members: {attribute: contact.account, op: eq, value: closed}
"""
"""What a journey may name besides."""


@cache
def journey(tiles: str, head: str = "") -> Journey:
    """Return the journey of these tiles; `head` holds its further lines."""
    return load(f"journey: j\nstarts_on: alarm\n{head}tiles:\n{tiles}\n---{BESIDE}").journeys["j"]


def facts(tiles: str, head: str = "", **known: Any) -> RunFacts:
    return RunFacts(journey(tiles, head), **known)


def run(**fields: Any) -> Run:
    return replace(Run("r1", "j", 1, "C-1", "e1", ALARM, NOON), **fields)


def arrived(tiles: str, now: datetime = NOON, **fields: Any) -> Run:
    """Return the run where it is after its first step."""
    return walk(run(**fields), journey(tiles).first, facts(tiles), now).run


def message[B](body: B, time: datetime = LATER, **fields: Any) -> Message[B]:
    return Message("m1", time, body, **fields)


def entering(attributes: dict[str, Any] | None = None, **fields: Any) -> Message[EnterJourney]:
    return message(EnterJourney("j", "C-1", "r1", "e1", attributes or ALARM, NOON), **fields)


def entry_facts(tiles: str = HELLO, head: str = "", **known: Any) -> EntryFacts:
    return EntryFacts(3, facts(tiles, head, **known))


def changed(decision: Decision[Run]) -> Run:
    assert decision.state is not None
    return decision.state


@cache
def calendars() -> dict[str, Calendar]:
    """Return the calendars that a journey may name."""
    return dict(load(BESIDE).calendars)
