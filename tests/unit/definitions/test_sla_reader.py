"""SLAs as they are written, and everything that can be wrong with one."""

from datetime import timedelta

import pytest

from shared.definitions import stored, stored_reader
from shared.definitions.conditions import MISSING
from shared.definitions.mapping import Path
from shared.definitions.sla import AddNote, Escalate, Raise, Route, Sla
from tests.unit.definitions.world import faults, load

CALENDAR = """
calendar: office
time_zone: Europe/Berlin
weekdays: {monday: ["09:00-17:00"]}
---
calendar: rare
time_zone: Europe/Berlin
weekdays: {monday: ["09:00-09:01"]}
---
trigger: late
kind: custom
attributes: {case: reference, kpi: text, at: {type: datetime, optional: true}}
---
"""
CALENDAR_LINES = CALENDAR.count("\n")
RESOLVED = "{attribute: case.status, op: eq, value: resolved}"

FULL = """
sla: gold
reevaluate: true
kpis:
  - kpi: resolve
    applicable_when: {attribute: case.priority, op: eq, value: critical}
    applicable_from: case.first_response_at
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    pauses_when: {attribute: case.status_reason, op: eq, value: on_hold}
    calendar: office
    warn_after: PT1H
    fail_after: PT2H
    actions:
      warn: [{raise: late, with: {case: case.case, kpi: kpi.name, at: kpi.fails_at}}]
      fail: [{escalate: true}, {route: true}, {activity: Call them}]
  - kpi: resolve
    succeeds_when: {attribute: case.status, op: eq, value: resolved}
    fail_after: P1D
"""


def item(*lines: str, kpi: str = "resolve") -> str:
    """An SLA of one item; each line is one of its entries, the first of them on line 4."""
    return "\n".join([CALENDAR + "sla: gold", "kpis:", f"  - kpi: {kpi}", *(f"    {line}" for line in lines)])


def found(text: str) -> list[str]:
    """The faults, with their lines counted from the SLA on."""
    told = (fault.split(":", 1) for fault in faults(text))
    return [f"{int(line) - CALENDAR_LINES}:{reason}" for line, reason in told]


def gold(text: str) -> Sla:
    sla = load(text).of_cases["sla"]["gold"]
    assert isinstance(sla, Sla)
    return sla


def test_all_that_an_sla_can_say_is_read() -> None:
    sla = gold(CALENDAR + FULL)
    first, second = sla.items
    assert (sla.reevaluates, sla.is_default, sla.kpis()) == (True, False, ("resolve",))
    assert (first.warn_after, first.fail_after) == (timedelta(hours=1), timedelta(hours=2))
    assert first.calendar is not None
    assert first.calendar.name == "office"
    assert first.applicable_from == "case.first_response_at"
    assert first.actions["fail"] == (Escalate(), Route(), AddNote("Call them"))
    mapping = {"case": Path("case.case"), "kpi": Path("kpi.name"), "at": Path("kpi.fails_at")}
    assert first.actions["warn"] == (Raise("late", mapping),)
    assert (second.calendar, second.warn_after, second.applicable_from) == (None, None, "case.opened_at")


def test_the_first_item_of_a_kpi_that_is_applicable_counts() -> None:
    sla = gold(CALENDAR + FULL)
    assert sla.applicable("resolve", {"case.priority": "critical"}.get) == 0
    assert sla.applicable("resolve", {"case.priority": "low"}.get) == 1
    assert sla.applicable("first_response", lambda _: MISSING) is None


def test_what_is_stored_means_the_same_whatever_becomes_of_its_calendar_and_triggers() -> None:
    documents = load(CALENDAR + FULL)
    source = documents.sources["sla", "gold"]
    assert set(stored.uses_of(source)) == {"late", "calendar office"}
    assert stored_reader.parse("sla", source) == documents.of_cases["sla"]["gold"]


def test_another_calendar_is_another_version_of_the_sla() -> None:
    before = load(CALENDAR + FULL).sources["sla", "gold"]
    after = load(CALENDAR.replace("09:00-17:00", "09:00-18:00") + FULL).sources["sla", "gold"]
    assert before != after


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["fail_after: PT1H"], "3: `succeeds_when` is missing"),
        ([f"succeeds_when: {RESOLVED}"], "3: `fail_after` is missing"),
        ([f"succeeds_when: {RESOLVED}", "fail_after: 4h"], "5: `4h` is not a duration, such as PT15M or P2D"),
        ([f"succeeds_when: {RESOLVED}", "fail_after: P500D"], "5: `P500D` is longer than 366 days"),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "warn_after: PT1H"],
            "6: a warning comes before the failure: `warn_after` is less than `fail_after`",
        ),
        (
            ["succeeds_when: {attribute: case.state, op: eq, value: x}", "fail_after: PT1H"],
            "4: `case.state` is not known here (did you mean `case.status`?)",
        ),
        (
            ["succeeds_when: {attribute: case.status, op: eq, value: solved}", "fail_after: PT1H"],
            "4: `case.status` is one of active, resolved, cancelled, never `solved` (did you mean `resolved`?)",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "calendar: offices"],
            "6: there is no calendar `offices` (did you mean `office`?)",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: P30D", "calendar: rare"],
            "5: in the calendar `rare` that takes more than 5 years",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "applicable_from: case.number"],
            "6: `case.number` is of type text, not datetime",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "succeeded_at: case.gone_at"],
            "6: `case.gone_at` is not known here",
        ),
        (
            ["succeeds_when: {attribute: case.opened_at, op: within_last, value: P1D}", "fail_after: PT1H"],
            "4: conditions are looked at when the case changes, not as time passes",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "pauses_when: {segment: vip}"],
            "6: no contact is known here whose segments could be asked for",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "actions: {warn: [{escalate: true}]}"],
            "6: `warn` needs `warn_after`, which says when",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "actions: {fail: [{shout: true}]}"],
            "6: an action is one of raise, escalate, route, activity",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "actions: {fail: [{escalate: false}]}"],
            "6: must be true: leave it out where it shall not be",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "actions: {failed: [{escalate: true}]}"],
            "6: unknown key `failed` (did you mean `fail`?)",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "actions: {fail: [{raise: latest}]}"],
            "6: there is no trigger `latest` (did you mean `late`?)",
        ),
        (
            [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "actions: {fail: [{raise: case-requested}]}"],
            "6: `case-requested` is not a custom trigger without a command, and cannot be raised here",
        ),
        (
            [
                f"succeeds_when: {RESOLVED}",
                "fail_after: PT1H",
                "actions: {fail: [{raise: late, with: {kpi: kpi.name}}]}",
            ],
            "6: `case` is missing",
        ),
        (
            [
                f"succeeds_when: {RESOLVED}",
                "fail_after: PT1H",
                "actions: {fail: [{raise: late, with: {case: case.case, kpi: case.title}}]}",
            ],
            "6: `case.title` is not known here",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lines: list[str], fault: str) -> None:
    assert any(told.startswith(fault) for told in found(item(*lines))), found(item(*lines))


def test_an_item_behind_one_that_always_counts_is_refused() -> None:
    again = [f"succeeds_when: {RESOLVED}", "fail_after: PT1H", "applicable_when: {not: " + RESOLVED + "}"]
    text = item(*again[:2]) + "\n  - kpi: resolve\n" + "\n".join(f"    {line}" for line in again)
    assert found(text) == ["6: it never counts: an item before it is applicable to every case for `resolve`"]


def test_an_sla_promises_at_most_ten_things() -> None:
    kpis = ", ".join(f"{{kpi: k{number}, succeeds_when: {RESOLVED}, fail_after: PT1H}}" for number in range(11))
    assert found(f"{CALENDAR}sla: gold\nkpis: [{kpis}]") == ["2: an SLA has at most 10 KPIs"]


def test_at_most_five_things_are_done_at_once() -> None:
    many = ", ".join("{escalate: true}" for _ in range(6))
    told = found(item(f"succeeds_when: {RESOLVED}", "fail_after: PT1H", f"actions: {{fail: [{many}]}}"))
    assert told == ["6: there are at most 5 actions at one moment"]


def test_none_is_no_name_for_an_sla() -> None:
    text = item(f"succeeds_when: {RESOLVED}", "fail_after: PT1H").replace("sla: gold", "sla: none")
    assert found(text) == ["1: `none` is the name of having no SLA"]


def test_only_one_sla_is_the_default() -> None:
    one = f"sla: NAME\ndefault: true\nkpis: [{{kpi: a, succeeds_when: {RESOLVED}, fail_after: PT1H}}]"
    text = f"{CALENDAR}{one.replace('NAME', 'gold')}\n---\n{one.replace('NAME', 'silver')}"
    assert found(text) == ["6: the SLA `gold` is the default already"]
