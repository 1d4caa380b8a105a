"""What holds of every SLA, whatever the calendar, and whatever happens to the case, anywhere and in any order."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from shared.definitions.business_time import LONGEST, add, measure, stretches
from shared.definitions.calendar import Calendar
from tests.unit.definitions.test_business_time import cases, holds
from tests.unit.sla.world import HOUR, NOTHING, Desk, check, item, sla, when

type Event = tuple[datetime, timedelta, str]
"""When it is decided on, how long before that it was accepted, and what it is."""

FAR = timedelta(days=30)
WHAT = ("hold", "hold", "go_on", "go_on", "critical", "normal", "gold", "standard", "none", "solve", "reactivate", "")
CHANGES: dict[str, dict[str, str]] = {
    "hold": {"status_reason": "on_hold"},
    "go_on": {"status_reason": "in_progress"},
    "critical": {"priority": "critical"},
    "normal": {"priority": "normal"},
    "gold": {"by_hand": "gold"},
    "standard": {"by_hand": ""},
    "none": {"by_hand": "none"},
    "solve": {"status": "resolved", "status_reason": "problem_solved"},
    "reactivate": {"status": "active", "status_reason": "in_progress"},
    "": {},
}
promises = st.timedeltas(timedelta(minutes=2), timedelta(hours=30))


@st.composite
def lives(draw: st.DrawFn) -> tuple[Desk, list[Event]]:
    """A case under two SLAs of two items and two KPIs, and what will happen to it."""
    calendar, [opened_at, *moments] = draw(cases(9))
    reevaluates = draw(st.booleans())
    items = [
        item(
            fail_after := draw(promises),
            draw(st.none() | st.timedeltas(timedelta(seconds=1), fail_after - timedelta(seconds=1))),
            draw(st.sampled_from([calendar, None])),
            kpi,
            applicable_when=applicable,
        )
        for applicable in (when("priority", "critical"), when("priority", "critical", "ne"))
        for kpi in ("resolve", "first_response")
    ]
    standard = sla(*items[:3], reevaluates=reevaluates)
    desk = Desk(standard, sla(*items[1:], name="gold"), opened_at=opened_at)
    late = st.sampled_from([NOTHING, NOTHING, timedelta(minutes=7), timedelta(hours=5)])
    events = [
        (moment, draw(late), draw(st.sampled_from(WHAT)))
        for moment in sorted(each for each in moments if each > opened_at)
    ]
    return desk, [(opened_at, NOTHING, ""), *events]


def live(desk: Desk, events: Sequence[Event]) -> Desk:
    for now, late, what in events:
        desk.change(now, accepted=now - late, **CHANGES[what])
    return desk


@holds
@given(lives())
def test_segments_add_up_at_every_moment(life: tuple[Desk, list[Event]]) -> None:
    desk, events = life
    for event in events:
        live(desk, [event]).audit()
    desk.change(events[-1][0] + FAR).audit()


@holds
@given(lives())
def test_a_warning_comes_before_the_failure_and_each_once(life: tuple[Desk, list[Event]]) -> None:
    desk, events = life
    live(desk, events).change(events[-1][0] + FAR)
    for failed in desk.told("failed"):
        instance = desk.replaced.get(failed.instance) or desk.instance(failed.kpi)
        kinds = [each.kind for each in desk.told() if each.instance == failed.instance]
        assert kinds.count("failed") == 1
        assert kinds.count("warned") == (desk.facts().item(instance).warn_after is not None)
        assert "warned" not in kinds[kinds.index("failed") :]
        assert kinds[kinds.index("failed") + 1 :] == []
    dues = [each.due for each in desk.told() if each.was_awaited and each.due]
    assert dues == sorted(dues)


@holds
@given(lives(), st.data())
def test_checks_change_nothing_however_many_and_however_late(
    life: tuple[Desk, list[Event]], data: st.DataObject
) -> None:
    desk, events = life
    checked = Desk(*[desk.published[name, 1] for name in desk.current], opened_at=desk.columns["opened_at"])
    end = (events[-1][0] + FAR, NOTHING, "")
    live(desk, [*events, end])
    for before, after in zip(events, [*events[1:], end], strict=True):
        live(checked, [before])
        between = (after[0] - before[0]) * data.draw(st.floats(0, 1))
        live(checked, [(before[0] + between, NOTHING, "")] * data.draw(st.integers(0, 2)))
    live(checked, [end])
    assert checked.instances == desk.instances
    assert checked.segments == desk.segments
    assert checked.replaced == desk.replaced
    said = [(each.kpi, each.instance, each.kind, each.due, each.actions) for each in desk.told()]
    assert [(each.kpi, each.instance, each.kind, each.due, each.actions) for each in checked.told()] == said


@holds
@given(cases(7), promises)
def test_the_deadline_is_the_first_moment_at_which_its_time_has_run(
    case: tuple[Calendar | None, list[datetime]], promised: timedelta
) -> None:
    calendar, moments = case
    opened_at, *turns = sorted(set(moments))
    desk = Desk(sla(item(promised, None, calendar)), opened_at=opened_at).change(opened_at)
    pauses = list(zip(turns[::2], turns[1::2], strict=False))
    for start, end in pauses:
        desk.hold(start).go_on(end)
    desk.change(moment := max(turns, default=opened_at))
    instance = desk.instance()
    deadline = ran_for(calendar, opened_at, promised, pauses)
    assert (instance.failed_at or instance.fails_at) == deadline
    assert (instance.state == "noncompliant") == (deadline <= moment)
    desk.audit()


def ran_for(
    calendar: Calendar | None, start: datetime, amount: timedelta, pauses: Sequence[tuple[datetime, datetime]]
) -> datetime:
    """The same said another way: working time is walked through, and what lies in a pause is left out."""
    borders = [start, *(moment for pause in pauses for moment in pause), start + LONGEST]
    for begins, ends in zip(borders[::2], borders[1::2], strict=True):
        open_ones = [(begins, ends)]
        if calendar is not None:
            open_ones = [(stretch.start, stretch.end) for stretch in stretches(calendar, begins, ends)]
        for opens, closes in open_ones:
            if amount <= closes - opens:
                return opens + amount
            amount -= closes - opens
    raise AssertionError


@holds
@given(cases(3), promises)
def test_going_on_moves_the_deadline_by_exactly_the_business_time_on_hold(
    case: tuple[Calendar | None, list[datetime]], promised: timedelta
) -> None:
    calendar, moments = case
    opened_at, start, end = sorted(moments)
    before = Desk(sla(item(promised, None, calendar)), opened_at=opened_at).change(opened_at).change(start)
    fails_at = before.instance().fails_at
    assume(before.instance().state == "in_progress")
    assert fails_at is not None
    held = before.hold(start).go_on(end)
    assert held.instance().fails_at == add(calendar, fails_at, measure(calendar, start, end))
    assert held.instance().on_hold == measure(calendar, start, end)


@holds
@given(cases(6), promises)
def test_a_replaced_instance_keeps_its_pauses_as_if_it_had_been_there_from_the_beginning(
    case: tuple[Calendar | None, list[datetime]], promised: timedelta
) -> None:
    calendar, moments = case
    assume(len(set(moments)) == len(moments))
    opened_at, *turns, switched = sorted(moments)
    gold = sla(item(promised, promised / 2, calendar), name="gold")
    late = Desk(sla(item(300 * HOUR, None)), gold, opened_at=opened_at).change(opened_at)
    always = Desk(sla(item(300 * HOUR, None)), gold, opened_at=opened_at).change(opened_at, by_hand="gold")
    for desk in (late, always):
        desk.hold(turns[0]).go_on(turns[1]).hold(turns[2]).go_on(turns[3])
        desk.change(switched, by_hand="gold")
        desk.audit()
    one, other = late.instance(), always.instance()
    counted = ("state", "warns_at", "fails_at", "elapsed", "on_hold", "since", "failed_at")
    assert [getattr(one, name) for name in counted] == [getattr(other, name) for name in counted]
    assert late.segments.get(one.id) == always.segments.get(other.id)
    check(one, late.facts().item(one), late.segments.get(one.id, []))
