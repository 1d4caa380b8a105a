"""SLAs at work: cases, the timer, the checks and the store together, on a clock that the test turns."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from shared.cases import measures
from shared.cases.messages import AddActivity, ChangeStatus, ResolveCase, SetSla, UpdateCase
from shared.runtime import counters
from shared.sla import buckets
from shared.sla.messages import CheckSla
from tests.unit.pages.world import CASE, START
from tests.unit.sla.house import MINUTE, House

HOUR = timedelta(hours=1)
LISTENING = """
journey: told-late
starts_on: sla-failed
tiles: [{exit: done}]
---
journey: told-early
starts_on: sla-warned
tiles: [{exit: done}]
---
"""
SHORT = """
trigger: sla-warned
kind: custom
attributes: {case: reference, contact: reference, kpi: text}
audience: {attribute: contact}
---
trigger: sla-failed
kind: custom
attributes: {case: reference, contact: reference, kpi: text, due: datetime}
audience: {attribute: contact}
---
sla: short
default: true
kpis:
  - kpi: resolve
    applicable_when: {attribute: case.priority, op: eq, value: critical}
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    pauses_when: {attribute: case.status_reason, op: eq, value: on_hold}
    warn_after: PT10M
    fail_after: PT20M
    actions:
      warn: [{raise: sla-warned, with: {case: case.case, contact: case.contact, kpi: kpi.name}}]
      fail:
        - {escalate: true}
        - {activity: Call the customer.}
        - {raise: sla-failed, with: {case: case.case, contact: case.contact, kpi: kpi.name, due: kpi.at}}
  - kpi: resolve
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    pauses_when: {attribute: case.status_reason, op: eq, value: on_hold}
    warn_after: PT30M
    fail_after: PT1H
"""


async def house(text: str = LISTENING + SHORT, **fields: Any) -> House:
    """A house with one case under an SLA, opened at START."""
    built = House()
    await built.has_contact()
    await built.publish(text)
    await built.open(**{"priority": "critical", **fields})
    return built


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


async def lateness(built: House) -> dict[str, int]:
    summed = Counter[str]()
    for counts in (await counters.read(built.store, measures.NAME)).values():
        summed.update(counts)
    return {name: count for name, count in summed.items() if name.startswith("lateness.")}


async def test_a_deadline_acts_at_its_very_moment() -> None:
    built = await house()
    await built.until(at(20) - timedelta(seconds=1))
    assert (await built.case()).instances["resolve"].state == "nearing"
    await built.until(at(20))
    case = await built.case()
    assert (case.instances["resolve"].state, case.escalated) == ("noncompliant", True)
    assert [line["detail"]["late_seconds"] for line in await built.lines()] == [0.0, 0.0]
    assert [line["text"] for line in await built.lines("note")] == ["Call the customer."]
    assert await lateness(built) == {"lateness.<=1s": 2}
    await built.audit()


async def test_a_journey_can_react_and_is_told_once() -> None:
    built = await house()
    await built.until(at(60))
    assert [each["kpi"] for each in built.raised("sla-warned")] == ["resolve"]
    assert [each["due"] for each in built.raised("sla-failed")] == [at(20).isoformat()]


async def test_a_case_that_is_solved_in_time_hears_nothing_more() -> None:
    built = await house()
    await built.told(ResolveCase(CASE, "kim"), at(15))
    await built.until(at(90))
    assert [line["outcome"] for line in await built.lines()] == ["warned", "succeeded"]
    assert built.raised("sla-failed") == []
    await built.audit()


async def test_a_pause_moves_the_deadline_and_the_check_with_it() -> None:
    built = await house()
    await built.told(ChangeStatus(CASE, "kim", "on_hold"), at(5))
    await built.told(ChangeStatus(CASE, "kim", "in_progress"), at(65))
    await built.until(at(80) - timedelta(seconds=1))
    assert (await built.case()).instances["resolve"].state == "nearing"
    await built.until(at(80))
    assert (await built.case()).instances["resolve"].failed_at == at(80)
    assert {line["detail"]["late_seconds"] for line in await built.lines()} == {0.0}
    await built.audit()


async def test_another_priority_keeps_the_pauses_that_are_on_record() -> None:
    built = await house(priority="normal")
    await built.told(ChangeStatus(CASE, "kim", "on_hold"), at(5))
    await built.told(ChangeStatus(CASE, "kim", "in_progress"), at(15))
    await built.told(UpdateCase(CASE, "kim", {"priority": "critical"}), at(16))
    instance = (await built.case()).instances["resolve"]
    assert (instance.item, instance.n, instance.on_hold) == (0, 2, 10 * MINUTE)
    assert (instance.warns_at, instance.fails_at) == (at(20), at(30))
    await built.until(at(30))
    assert (await built.case()).instances["resolve"].failed_at == at(30)
    await built.audit()


async def test_a_host_that_was_down_for_an_hour_catches_up_and_acts_once() -> None:
    built = await house()
    await built.until(at(3))
    await built.until(at(63), is_down=True)
    await built.until(at(70))
    assert [line["outcome"] for line in await built.lines()] == ["warned", "failed"]
    assert len(built.raised("sla-warned")) == len(built.raised("sla-failed")) == 1
    assert await lateness(built) == {"lateness.<=1h": 2}
    await built.audit()


async def test_a_command_that_comes_first_after_that_finds_the_deadlines_passed() -> None:
    built = await house()
    await built.until(at(63), is_down=True)
    await built.told(ResolveCase(CASE, "kim"))
    assert [line["outcome"] for line in await built.lines()] == ["warned", "failed"]
    assert (await built.case()).status == "resolved"
    await built.until(at(90))
    assert len(await built.lines()) == 2
    await built.audit()


async def test_a_refused_command_still_lets_deadlines_pass() -> None:
    built = await house()
    await built.until(at(25), is_down=True)
    await built.told(ChangeStatus(CASE, "kim", "no_such_reason"))
    assert (await built.case()).instances["resolve"].state == "noncompliant"
    assert (await built.case()).escalated


async def test_a_check_that_is_stale_or_comes_twice_leaves_nothing_behind() -> None:
    built = await house()
    await built.told(ChangeStatus(CASE, "kim", "on_hold"), at(5))
    before = await built.case()
    await built.until(at(40))
    await built.say(CheckSla(CASE, "resolve", "another", at(20)))
    assert await built.case() == before


async def test_an_sla_is_set_by_hand_and_taken_away() -> None:
    longer = SHORT.replace("sla: short\ndefault: true", "sla: long").replace("PT20M", "PT2H")
    built = await house(LISTENING + SHORT + "---" + longer.rpartition("---")[2])
    await built.told(SetSla(CASE, "kim", "long"), at(2))
    assert (await built.case()).instances["resolve"].fails_at == at(120)
    await built.told(SetSla(CASE, "kim", "none"), at(3))
    assert (await built.case()).instances["resolve"].state == "cancelled"
    await built.told(SetSla(CASE, "kim", "unheard-of"), at(4))
    assert (await built.lines("set_sla"))[-1]["reason"] == "unknown_sla"
    await built.told(SetSla(CASE, "kim", ""), at(5))
    assert (await built.case()).instances["resolve"].fails_at == at(20)
    await built.audit()


async def test_an_instance_goes_on_as_its_sla_was_published_then() -> None:
    built = await house()
    await built.publish(LISTENING + SHORT.replace("PT20M", "PT15M"))
    await built.told(ChangeStatus(CASE, "kim", "on_hold"), at(1))
    await built.told(ChangeStatus(CASE, "kim", "in_progress"), at(2))
    assert (await built.case()).instances["resolve"].fails_at == at(21)
    await built.open("01KA5Q3N8M2V7R4T6W9X0YZABD", priority="critical")
    assert (await built.case("01KA5Q3N8M2V7R4T6W9X0YZABD")).instances["resolve"].fails_at == at(17)


async def test_where_no_sla_is_published_nothing_is_written_down() -> None:
    built = House()
    await built.has_contact()
    await built.open()
    assert (await built.case()).instances == {}
    assert built.store.partitions(buckets.TABLE) == []


async def test_our_example_answers_and_solves_in_office_hours() -> None:
    built = House()
    await built.has_contact()
    await built.publish()
    await built.open()  # on a Wednesday at 13:30 in Berlin
    instances = (await built.case()).instances
    assert {kpi: instance.fails_at for kpi, instance in instances.items()} == {
        "first_response": START.replace(day=5, hour=8, minute=30),
        "resolve": START.replace(day=10, hour=12, minute=30),
    }
    await built.told(AddActivity(CASE, "email", by="kim", text="We are on it.", direction="out"), START + HOUR)
    assert (await built.case()).instances["first_response"].succeeded_at == START + HOUR
    await built.audit()
