"""Business time, held against counting the open minutes one by one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.definitions.business_time import LONGEST, TooFar, add, measure, opens_at, stretches
from shared.definitions.calendar import Calendar, Window
from tests.unit.definitions.calendars import calendars

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ZERO = timedelta()
CHANGES = {
    "Europe/Berlin": ["2026-03-29T01:00Z", "2026-10-25T01:00Z"],
    "America/New_York": ["2026-03-08T07:00Z", "2026-11-01T06:00Z"],
    "Australia/Lord_Howe": ["2026-10-03T15:30Z", "2026-04-04T15:00Z"],
    "Pacific/Apia": ["2011-12-30T10:00Z"],
    "America/St_Johns": ["2010-11-07T02:31Z", "2010-03-14T03:31Z"],
    "America/Sao_Paulo": ["2018-11-04T03:00Z", "2018-02-18T02:00Z"],
    "Asia/Kolkata": ["2026-06-30T18:30Z"],
    "UTC": ["2028-02-29T00:00Z", "2026-12-31T00:00Z"],
}
"""Moments near which a zone is at its oddest."""


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    quarters = draw(st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True).map(sorted))
    edges = [number * 15 * MINUTE for number in quarters]
    return tuple(Window(opens, closes) for opens, closes in list(pairwise(edges))[::2])


type Case = tuple[Calendar | None, list[datetime]]


@st.composite
def calendars_near(draw: st.DrawFn, zone: str, change: datetime) -> Calendar:
    """A calendar with working time in every week but those of holidays; the days around the change may be closed."""
    days = st.integers(-3, 3).map(lambda number: (change + timedelta(days=number)).date().isoformat())
    country, subdivision = draw(st.sampled_from([(None, None), ("DE", "BE"), ("US", "NY")]))
    kinds_of_day = [(), draw(windows()), draw(windows())]
    special = draw(st.dictionaries(days, windows(), max_size=1))
    return Calendar(
        name="c",
        time_zone=zone,
        weekdays=tuple(draw(st.lists(st.sampled_from(kinds_of_day), min_size=7, max_size=7).filter(any))),
        country=country,
        subdivision=subdivision,
        holidays={day: "" for day in draw(st.sets(days)) if day not in special},
        special=special,
    )


@st.composite
def cases(draw: st.DrawFn, moments: int, calendar: bool = False) -> Case:
    """A calendar, or none unless one is asked for, and moments within days of a change of its clock."""
    zone = draw(st.sampled_from(list(CHANGES)))
    change = datetime.fromisoformat(draw(st.sampled_from(CHANGES[zone])))
    drawn = draw(calendars_near(zone, change) if calendar else st.none() | calendars_near(zone, change))
    minutes = st.integers(-4 * 24 * 60, 4 * 24 * 60)
    odd = st.sampled_from([ZERO, timedelta(seconds=1), timedelta(microseconds=999_999)])
    return drawn, [change + draw(minutes) * MINUTE + draw(odd) for _ in range(moments)]


AMOUNTS = st.timedeltas(ZERO, timedelta(hours=20))
holds = settings(deadline=None)
"""The first one that needs a country's holidays imports them."""


def is_open(calendar: Calendar | None, at: datetime) -> bool:
    """What working time is, said as simply as it can be: the clock shows a time within a window of its day."""
    if calendar is None:
        return True
    shown = at.astimezone(ZoneInfo(calendar.time_zone)).replace(tzinfo=None)
    since_midnight = shown - datetime.combine(shown.date(), time())
    return any(window.opens <= since_midnight < window.closes for window in calendar.windows_on(shown.date()))


@holds
@given(cases(1), st.integers(0, 36 * 60))
def test_as_much_is_measured_as_there_are_open_minutes(case: Case, minutes: int) -> None:
    calendar, [at] = case
    start = at.replace(second=0, microsecond=0)
    open_ones = sum(is_open(calendar, start + number * MINUTE) for number in range(minutes))
    assert measure(calendar, start, start + minutes * MINUTE) == open_ones * MINUTE


@holds
@given(cases(1), AMOUNTS)
def test_what_is_added_is_what_is_measured(case: Case, amount: timedelta) -> None:
    calendar, [at] = case
    assert measure(calendar, at, add(calendar, at, amount)) == amount


@holds
@given(cases(2))
def test_what_is_measured_leads_to_the_end_or_to_where_work_last_ended_before_it(case: Case) -> None:
    calendar, moments = case
    start, end = sorted(moments)
    reached = add(calendar, start, measure(calendar, start, end))
    assert reached <= end
    assert measure(calendar, reached, end) == ZERO
    assert reached in (start, end) or not is_open(calendar, reached)


@holds
@given(cases(3))
def test_spans_add_up_in_whatever_order_their_ends_are(case: Case) -> None:
    calendar, [a, b, c] = case
    assert measure(calendar, a, b) + measure(calendar, b, c) == measure(calendar, a, c)
    assert measure(calendar, a, b) == -measure(calendar, b, a)


@holds
@given(cases(1), AMOUNTS, AMOUNTS)
def test_amounts_add_up(case: Case, one: timedelta, two: timedelta) -> None:
    calendar, [at] = case
    assert add(calendar, add(calendar, at, one), two) == add(calendar, at, one + two)


@holds
@given(cases(2), AMOUNTS, AMOUNTS)
def test_later_or_more_is_never_earlier(case: Case, one: timedelta, two: timedelta) -> None:
    calendar, moments = case
    (early, late), (less, more) = sorted(moments), sorted((one, two))
    assert add(calendar, early, less) <= add(calendar, late, less) <= add(calendar, late, more)
    assert ZERO <= measure(calendar, early, late) <= late - early
    assert opens_at(calendar, early) <= opens_at(calendar, late)


@holds
@given(cases(1), AMOUNTS.filter(bool))
def test_nothing_is_due_in_closed_time(case: Case, amount: timedelta) -> None:
    calendar, [at] = case
    assert is_open(calendar, add(calendar, at, amount) - timedelta(microseconds=1))


@holds
@given(cases(1))
def test_it_opens_now_or_with_the_next_window(case: Case) -> None:
    calendar, [at] = case
    opens = opens_at(calendar, at)
    assert is_open(calendar, opens)
    assert measure(calendar, at, opens) == ZERO
    assert (opens == at) == is_open(calendar, at)


@holds
@given(cases(3), AMOUNTS)
def test_a_pause_leaves_as_much_time_as_there_was_when_it_began(case: Case, amount: timedelta) -> None:
    calendar, moments = case
    created, paused, resumed = sorted(moments)
    due = add(calendar, created, amount)
    moved = add(calendar, due, measure(calendar, paused, resumed))
    assert measure(calendar, resumed, moved) == measure(calendar, paused, due)


@holds
@given(cases(2, calendar=True))
def test_stretches_are_in_order_and_within_what_was_asked_for(case: Case) -> None:
    calendar, moments = case
    start, end = sorted(moments)
    assert calendar
    edges = [edge for stretch in stretches(calendar, start, end) for edge in (stretch.start, stretch.end)]
    assert edges == sorted(edges)
    assert all(start <= edge <= end for edge in edges)


NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OFFICE = calendars()["office"]
ONE_HOUR_A_WEEK = Calendar("rare", "UTC", ((Window(12 * HOUR, 13 * HOUR),), *((),) * 6))
NEVER = Calendar("never", "UTC", ((),) * 7)


def test_moments_may_come_in_any_zone_and_go_out_in_utc() -> None:
    in_tokyo = NOON.astimezone(ZoneInfo("Asia/Tokyo"))
    assert add(OFFICE, in_tokyo, HOUR) == NOON + HOUR
    assert add(OFFICE, in_tokyo, HOUR).tzinfo is UTC
    assert opens_at(OFFICE, in_tokyo).tzinfo is UTC
    assert opens_at(None, in_tokyo).tzinfo is UTC
    assert add(None, in_tokyo, ZERO).tzinfo is UTC


@pytest.mark.parametrize("call", [lambda at: opens_at(None, at), lambda at: add(OFFICE, at, HOUR)])
def test_a_moment_without_a_zone_is_refused(call: Callable[[datetime], datetime]) -> None:
    with pytest.raises(ValueError, match="2026"):
        call(NOON.replace(tzinfo=None))


def test_business_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="day"):
        add(OFFICE, NOON, -SECOND)


def test_ten_years_are_walked_and_no_more() -> None:
    assert measure(OFFICE, NOON, NOON + LONGEST) > timedelta(days=800)
    assert add(ONE_HOUR_A_WEEK, NOON, 520 * HOUR) < NOON + LONGEST
    for too_far in (
        lambda: measure(OFFICE, NOON, NOON + LONGEST + SECOND),
        lambda: measure(OFFICE, NOON + LONGEST + SECOND, NOON),
        lambda: add(ONE_HOUR_A_WEEK, NOON, 523 * HOUR),
        lambda: opens_at(NEVER, NOON),
    ):
        with pytest.raises(TooFar, match="3653 days from 20"):
            too_far()


def test_without_a_calendar_there_is_nothing_to_walk() -> None:
    assert measure(None, NOON, NOON + 2 * LONGEST) == 2 * LONGEST


def test_a_year_is_walked_in_steps_of_a_day_and_not_more() -> None:
    always = replace(OFFICE, weekdays=((Window(ZERO, 24 * HOUR),),) * 7, country=None)
    midnight = datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    walked = list(stretches(always, midnight, midnight + timedelta(days=365)))
    assert len(walked) == 365 + 2  # the two days on which the clock changes have two parts
    assert sum((each.end - each.start for each in walked), ZERO) == timedelta(days=365)
