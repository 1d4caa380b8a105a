"""Goals, exits and ends of runs in the whole system, and that what is on record replays (I9)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.definitions.calendar import Calendar
from shared.definitions.journey import Journey
from shared.events.messages import TriggerFired
from shared.journeys.messages import EndRun
from shared.journeys.replay import Library, differences
from shared.journeys.run import Run
from shared.runtime.codec import plain
from tests.unit.journeys.playing import Play

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TEXT = """
journey: j
starts_on: alarm
{head}tiles:
- {{id: w, wait: {{for: P1D}}}}
- {{id: hi, send_sms: hello}}
"""
GOAL = "goal: {trigger: case-changed, by: contact, where: {attribute: event.status, op: eq, value: solved}}\n"
BY_TRIGGER = "exits: [{trigger: case-changed, by: contact, reason: solved}]\n"


def alarm(play: Play, contact: str = "C-1", **more: Any) -> TriggerFired:
    said: Mapping[str, Any] = {"device": "D-1", "code": 1, "at": "2026-01-01T00:00:00Z", "loud": True, **more}
    return TriggerFired("alarm", said, play.clock.now(), contact=contact)


def solved(play: Play, contact: str = "C-1", ago: timedelta = timedelta(), **more: Any) -> TriggerFired:
    case = {"case": "K1", "number": "1", "contact": contact, "status": "solved", "device": "D-1", **more}
    return TriggerFired("case-changed", case, play.clock.now() - ago, contact=contact)


async def played(head: str, **contact: Any) -> Play:
    """A journey in which C-1 waits since an hour."""
    play = Play()
    await play.contact(**contact)
    await play.publish(TEXT.format(head=head))
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    return play


async def goals(play: Play) -> int:
    return (await play.counts())[".goal"]


async def test_a_goal_counts_once_a_contact_however_many_of_their_runs_reach_it() -> None:
    play = await played(GOAL)
    await play.say(alarm(play), "e2")
    await play.say(alarm(play, "C-2"), "e3")
    await play.wait(HOUR)
    for event, contact in (("g1", "C-1"), ("g1", "C-1"), ("g2", "C-1"), ("g3", "C-2")):
        await play.say(solved(play, contact), event)
    assert await goals(play) == 2
    assert all(run.goal_at is not None and run.status == "running" for run in (await play.runs()).values())


@pytest.mark.parametrize(
    ("after_end", "counts"), [(-HOUR, 1), (HOUR, 1), (3 * DAY - HOUR, 1), (3 * DAY + HOUR, 0), (30 * DAY, 0)]
)
async def test_a_goal_counts_until_three_days_after_the_end(after_end: timedelta, counts: int) -> None:
    play = await played(GOAL)
    await play.wait(DAY - HOUR + after_end)
    await play.say(solved(play), "g1")
    assert await goals(play) == counts


async def test_a_goal_of_in_time_that_is_told_late_counts_while_it_is_looked_for() -> None:
    play = await played(GOAL)
    await play.wait(3 * DAY)
    await play.say(solved(play, ago=2 * DAY), "g1")
    assert await goals(play) == 1


@pytest.mark.parametrize(
    ("ago", "fields"),
    [(2 * HOUR, {}), (timedelta(), {"status": "open"}), (timedelta(), {"contact": "C-9"})],
    ids=["from before", "not that one", "another person"],
)
async def test_what_is_not_the_goal_does_not_count(ago: timedelta, fields: dict[str, str]) -> None:
    play = await played(GOAL)
    await play.say(solved(play, fields.pop("contact", "C-1"), ago, **fields), "g1")
    assert await goals(play) == 0


async def test_after_three_days_nobody_looks_for_the_goal_any_more() -> None:
    play = await played(GOAL)
    await play.wait(DAY)
    assert await play.hints() == ["case-changed~contact~C-1"]
    await play.wait(4 * DAY)
    assert await play.hints() == []


async def test_an_exit_trigger_takes_the_run_out_at_once_wherever_it_is() -> None:
    play = await played(BY_TRIGGER)
    await play.say(solved(play), "x1")
    assert await play.ends() == {"e1": "solved"}
    await play.wait(2 * DAY)
    [run] = (await play.runs()).values()
    assert run.path == ("w",)
    assert (await play.counts())["w.exited"] == 1
    assert await play.hints() == []


@pytest.mark.parametrize(("ago", "contact"), [(2 * HOUR, "C-1"), (timedelta(), "C-2")])
async def test_an_exit_of_before_the_entry_or_of_another_person_takes_nobody_out(ago: timedelta, contact: str) -> None:
    play = await played(BY_TRIGGER)
    await play.say(solved(play, contact, ago), "x1")
    assert await play.ends() == {"e1": "running"}


async def test_an_end_date_closes_entry_only() -> None:
    play = await played("ends: 2026-11-21T14:00:00Z\n")
    await play.wait(2 * HOUR)
    await play.say(alarm(play), "e2")
    await play.wait(DAY)
    assert await play.ends() == {"e1": "completed", "e2": "not_live"}


async def test_a_run_is_ended_once_with_the_reason_it_is_given() -> None:
    play = await played("")
    [run] = (await play.runs()).values()
    for _ in range(2):
        await play.say(EndRun("j", "C-1", run.id, "journey_stopped"))
    assert await play.ends() == {"e1": "journey_stopped"}
    counts = await play.counts()
    assert (counts[".exited:journey_stopped"], counts[".running"], counts["w.exited"]) == (1, 0, 1)


KINDS = {
    "completed": "",
    "goal": GOAL,
    "exit": BY_TRIGGER,
    "segment": "exits: [{segment: vip}]\n",
    "refused": "entry: {attribute: trigger.code, op: gt, value: 5}\n",
    "excluded": "exclude: vip\n",
    "once": "re_entry: never\n",
}
RICH = """
journey: j
starts_on: alarm
%stiles:
- {id: open, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: low}}}
- {id: tell, send_sms: ticket}
- id: where
  branch: [{when: {attribute: contact.city, op: eq, value: Bonn}, tiles: [{id: bonn, send_email: letter}]}]
- {id: s, split: [{share: 50, tiles: [{id: more, send_sms: hello}]}, {share: 50}]}
- id: c
  best_channel: {purpose: transactional, sms: [{id: c1, send_sms: hello}], email: [{id: c2, send_email: letter}]}
- {id: h, wait: {for: PT1H}, business_hours: office}
- {id: v, if_then: {segment: vip, within: P1D}}
- {id: w, if_then: {trigger: case-changed, by: device, within: P1D, yes: [{exit: came}]}}
---
segment: vip
members: {attribute: contact.account, op: is_set}
---
calendar: office
time_zone: UTC
weekdays: {monday: ["09:00-17:00"]}
"""


async def replayed(play: Play, run: Run, *, steps: Any = None, stored: Any = None) -> list[str]:
    definitions = play.services.definitions

    async def journey(name: str, version: int) -> Journey:
        return await definitions.journey(name, version)

    async def calendar(name: str, version: int) -> Calendar:
        return await definitions.calendar_version(name, version)

    on_record = await play.steps(run) if steps is None else steps
    return await differences(stored or plain(run), on_record, Library(journey, calendar))


async def told(kind: str) -> Play:
    play = Play()
    await play.contact(city="Bonn", phone="+4915112345678", email="c@example.com")
    await play.publish(RICH % KINDS[kind])
    if kind == "excluded":
        await play.contact(city="Bonn", account="gold")
    for event in ("e1", "e2"):
        await play.say(alarm(play), event)
    await play.wait(HOUR)
    if kind == "segment":
        await play.contact(city="Bonn", account="gold")
    await play.publish((RICH % KINDS[kind]).replace("P1D", "P2D"))
    await play.move(2)
    await play.say(solved(play), "g1")
    await play.wait(3 * DAY)
    await play.change("pause")
    await play.say(solved(play), "g2")
    await play.change("stop")
    return play


@pytest.mark.parametrize("kind", list(KINDS))
async def test_what_is_on_record_leads_to_the_same_again(kind: str) -> None:
    play = await told(kind)
    for run in (await play.runs()).values():
        assert await replayed(play, run) == []


FACTS = [
    ("verdicts", {'contact.city eq "Bonn"': False}),
    ("channels", {"email": 1.0}),
    ("calendars", {}),
    ("phase", "stopping"),
]


@pytest.mark.parametrize(("fact", "other"), FACTS, ids=[name for name, _ in FACTS])
async def test_a_fact_that_was_another_leads_elsewhere(fact: str, other: Any) -> None:
    play = await told("completed")
    run = (await play.by_event())["e1"]
    steps = await play.steps(run)
    at = 1 if fact == "phase" else next(number for number, step in enumerate(steps) if fact in step["inputs"])
    changed = [
        {**step, "inputs": {**step["inputs"], fact: other}} if number == at else step
        for number, step in enumerate(steps)
    ]
    try:
        found = await replayed(play, run, steps=changed)
    except KeyError:
        assert fact == "calendars"  # one that is not on record cannot be asked
    else:
        assert found != []


async def test_a_run_that_stands_elsewhere_is_told_by_what_differs() -> None:
    play = await told("completed")
    run = (await play.by_event())["e1"]
    [difference] = await replayed(play, run, stored={**plain(run), "reason": "forged"})
    assert difference == "the run would stand elsewhere today: reason"


async def test_a_step_that_said_something_else_is_named() -> None:
    play = await told("completed")
    run = (await play.by_event())["e1"]
    steps = await play.steps(run)
    forged = {**steps[1], "outbox": {**steps[1]["outbox"], "messages": []}}
    [difference] = await replayed(play, run, steps=[steps[0], forged, *steps[2:]])
    assert "would send something else today" in difference


@pytest.mark.parametrize("wait_by", ["contact", "device"])
@pytest.mark.parametrize("goal_by", ["contact", "device"])
async def test_a_goal_that_is_also_what_the_run_waits_for_counts_whichever_is_told_first(
    goal_by: str, wait_by: str
) -> None:
    """Two messages of one event: in which order they come hangs on the ids of hints."""
    play = Play()
    await play.contact(phone="+4915112345678")
    await play.publish(
        f"journey: j\nstarts_on: alarm\ngoal: {{trigger: case-changed, by: {goal_by}}}\ntiles:\n"
        f"- {{id: w, if_then: {{trigger: case-changed, by: {wait_by}, within: P1D}}}}\n- {{id: hi, send_sms: hello}}\n"
    )
    await play.say(alarm(play), "e1")
    await play.wait(HOUR)
    await play.say(solved(play), "g1")
    await play.wait(HOUR)
    assert (await play.ends(), await goals(play)) == ({"e1": "completed"}, 1)
