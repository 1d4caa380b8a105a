"""Worked examples of business time, to be checked with a wall calendar.

Moments are as the clock at the calendar's place shows them; where it shows one twice, with the offset from UTC. The
calendars are in calendars.py: `desk` is the sample with lunch from 12:30 to 13:00, `office` works from 9 to 17.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.definitions import business_time
from tests.unit.definitions.calendars import ALWAYS, calendars

CALENDARS = calendars()

EXAMPLES = """
calendar  | from                        | business time | until                       | why
office    | Wed 2026-03-04 10:00        |  2:00         | Wed 2026-03-04 12:00        | within one day
office    | Wed 2026-03-04 07:15        |  1:00         | Wed 2026-03-04 10:00        | created before opening time
office    | Wed 2026-03-04 19:30        |  1:00         | Thu 2026-03-05 10:00        | created after closing time
office    | Wed 2026-03-04 16:00        |  2:00         | Thu 2026-03-05 10:00        | over night
office    | Wed 2026-03-04 16:00        |  1:00         | Wed 2026-03-04 17:00        | due exactly at closing time
office    | Wed 2026-03-04 16:00        |  1:00:01      | Thu 2026-03-05 09:00:01     | due one second after that
office    | Wed 2026-03-04 16:59:59     |  0:00:01      | Wed 2026-03-04 17:00        | the last second of a day
office    | Wed 2026-03-04 17:00        |  0:30         | Thu 2026-03-05 09:30        | created exactly at closing time
office    | Wed 2026-03-04 09:00        |  8:00         | Wed 2026-03-04 17:00        | a whole day
office    | Wed 2026-03-04 09:00        | 16:00         | Thu 2026-03-05 17:00        | two whole days
office    | Fri 2026-03-06 16:00        |  2:00         | Mon 2026-03-09 10:00        | over a weekend
office    | Sat 2026-03-07 11:00        |  0:30         | Mon 2026-03-09 09:30        | created on a Saturday
office    | Sat 2026-03-07 11:00        |  0:00         | Sat 2026-03-07 11:00        | nothing to add moves nothing
office    | Sun 2026-03-08 23:59:59     |  8:00         | Mon 2026-03-09 17:00        | created a second before Monday
office    | Wed 2026-03-04 12:00        | 40:00         | Wed 2026-03-11 12:00        | a whole week
office    | Thu 2026-04-02 16:00        |  2:00         | Tue 2026-04-07 10:00        | over Good Friday and Easter Monday
office    | Thu 2026-04-30 16:30        |  1:00         | Mon 2026-05-04 09:30        | over a holiday and a weekend
office    | Fri 2026-05-01 10:00        |  1:00         | Mon 2026-05-04 10:00        | created on a holiday
office    | Wed 2026-05-13 16:00        |  2:00         | Fri 2026-05-15 10:00        | a holiday in between
office    | Fri 2027-03-05 16:00        |  2:00         | Tue 2027-03-09 10:00        | Women's Day, in Berlin a holiday
munich    | Fri 2027-03-05 16:00        |  2:00         | Mon 2027-03-08 10:00        | and in Bavaria not
office    | Mon 2028-02-28 16:00        | 10:00         | Wed 2028-03-01 10:00        | over a leap day
office    | Tue 2028-02-29 09:00        |  8:00         | Tue 2028-02-29 17:00        | a leap day
office    | Fri 2027-02-26 16:00        |  2:00         | Mon 2027-03-01 10:00        | the same without a leap day
office    | Thu 2026-12-31 16:00        |  2:00         | Mon 2027-01-04 10:00        | over the end of a year
office    | Fri 2026-03-27 16:00        |  2:00         | Mon 2026-03-30 10:00        | a day of 23 hours, all of it closed
office    | Fri 2026-10-23 16:00        |  2:00         | Mon 2026-10-26 10:00        | a day of 25 hours, all of it closed
desk      | Wed 2026-03-04 12:00        |  1:00         | Wed 2026-03-04 13:30        | over lunch
desk      | Wed 2026-03-04 12:40        |  0:15         | Wed 2026-03-04 13:15        | created at lunch
desk      | Wed 2026-03-04 09:00        |  3:30         | Wed 2026-03-04 12:30        | due exactly when lunch begins
desk      | Wed 2026-03-04 12:30        |  0:01         | Wed 2026-03-04 13:01        | created exactly when lunch begins
desk      | Wed 2026-03-04 09:00        |  7:30         | Wed 2026-03-04 17:00        | a whole day with lunch
desk      | Wed 2026-03-04 12:00        |  9:00         | Thu 2026-03-05 14:00        | over two lunches and a night
desk      | Thu 2026-12-24 12:00        |  1:00         | Mon 2026-12-28 09:30        | a half day, Christmas and a weekend
desk      | Thu 2026-12-24 14:00        |  0:30         | Mon 2026-12-28 09:30        | created when a half day is over
desk      | Thu 2026-12-31 11:30        |  2:00         | Mon 2027-01-04 10:00        | a half day at the end of a year
desk      | Fri 2022-12-23 16:00        |  2:00         | Tue 2022-12-27 10:00        | half days open no Saturday
shop      | Wed 2026-05-13 16:30        |  1:00         | Thu 2026-05-14 10:30        | a holiday on which it opens
shop      | Fri 2026-12-04 16:30        |  1:00         | Sat 2026-12-05 10:30        | a Saturday on which it opens
shop      | Fri 2026-12-11 16:30        |  1:00         | Mon 2026-12-14 09:30        | a Saturday as any other
shop      | Thu 2026-06-18 16:30        |  1:00         | Tue 2026-06-23 09:30        | own holidays, before and after a weekend
shop      | Fri 2027-06-18 16:30        |  1:00         | Mon 2027-06-21 09:30        | of which one is every year
night     | Sat 2026-03-28 22:00        |  5:00         | Sun 2026-03-29 06:00        | 0-6 is five hours as summer time begins
night     | Sat 2026-10-24 22:00        |  7:00         | Sun 2026-10-25 06:00        | 0-6 is seven hours as it ends
night     | Sun 2026-03-29 01:30        |  1:00         | Sun 2026-03-29 03:30        | over the hour that does not exist
night     | Sun 2026-10-25 01:30        |  1:00         | Sun 2026-10-25 02:30 +02:00 | into the hour that is there twice
night     | Sun 2026-10-25 01:30        |  2:00         | Sun 2026-10-25 02:30 +01:00 | and into its second time
night     | Sun 2026-10-25 02:30 +02:00 |  1:00         | Sun 2026-10-25 02:30 +01:00 | from the first time to the second
early     | Sat 2026-03-28 12:00        |  1:00         | Sun 2026-03-29 04:00        | 2:15-4 opens at 3 if there is no 2:15
early     | Sun 2026-03-29 01:00        |  1:30         | Mon 2026-03-30 02:45        | so half an hour is left for the next day
early     | Sat 2026-10-24 12:00        |  1:00         | Sun 2026-10-25 02:30 +01:00 | closed again from second 2:00 to 2:15
early     | Sat 2026-10-24 12:00        |  2:30         | Sun 2026-10-25 04:00        | 0:45 before the change, 1:45 after it
half-hour | Sat 2026-03-28 12:00        |  0:10         | Mon 2026-03-30 02:25        | all of 2:15-2:45 is skipped
half-hour | Sat 2026-10-24 12:00        |  1:00         | Sun 2026-10-25 02:45 +01:00 | 2:15-2:45 comes twice
new-york  | Fri 2026-03-06 17:00        |  2:00         | Mon 2026-03-09 09:00        | summer time begins on a closed day
new-york  | Fri 2026-10-30 17:00        |  2:00         | Mon 2026-11-02 09:00        | and ends on one
new-york  | Wed 2026-11-25 17:00        |  2:00         | Fri 2026-11-27 09:00        | over Thanksgiving
new-york  | Thu 2026-07-02 17:00        |  2:00         | Mon 2026-07-06 09:00        | the Fourth, a Saturday, is kept on Friday
ny-night  | Mon 2026-03-02 23:30        |  1:00         | Tue 2026-03-03 00:30        | open until midnight and on from there
ny-night  | Mon 2026-03-02 23:00        |  1:00         | Tue 2026-03-03 00:00        | due at midnight
ny-night  | Sat 2026-03-07 22:00        |  7:00         | Sun 2026-03-08 06:00        | a night of seven hours
ny-night  | Sat 2026-10-31 22:00        |  9:00         | Sun 2026-11-01 06:00        | a night of nine hours
ny-night  | Sun 2026-11-01 00:30        |  1:00         | Sun 2026-11-01 01:30 -04:00 | into the hour that is there twice
ny-night  | Sun 2026-11-01 00:30        |  2:00         | Sun 2026-11-01 01:30 -05:00 | and into its second time
lord-howe | Sat 2026-10-03 12:00        |  5:30         | Sun 2026-10-04 06:00        | here summer time is half an hour
lord-howe | Sat 2026-04-04 12:00        |  6:30         | Sun 2026-04-05 06:00        | in April it ends
apia      | Thu 2011-12-29 16:00        |  2:00         | Sat 2011-12-31 10:00        | the year in which there was no 30 December
st-johns  | Sat 2010-11-06 12:00        |  1:59         | Sun 2010-11-07 00:00 -03:30 | at 0:01 the clock went back to 23:01
kolkata   | Sat 2026-03-07 18:00        |  1:00         | Mon 2026-03-09 10:30        | half an hour off UTC's hours
24x7      | Sat 2026-03-28 22:00        | 48:00         | Mon 2026-03-30 22:00        | without a calendar all time counts
"""  # noqa: E501 - a table is read in lines

PAUSES = """
calendar | due                  | paused               | resumed              | hold | due then             | why
office   | Mon 2026-03-09 10:00 | Fri 2026-03-06 16:30 | Mon 2026-03-09 09:30 | 1:00 | Mon 2026-03-09 11:00 | over a weekend
office   | Mon 2026-03-09 10:00 | Fri 2026-03-06 18:00 | Mon 2026-03-09 08:00 | 0:00 | Mon 2026-03-09 10:00 | begun and ended outside hours
office   | Mon 2026-03-09 10:00 | Fri 2026-03-06 20:00 | Mon 2026-03-09 20:00 | 8:00 | Tue 2026-03-10 10:00 | so too, with a working day inside
office   | Thu 2026-03-05 10:00 | Wed 2026-03-04 16:30 | Wed 2026-03-04 20:00 | 0:30 | Thu 2026-03-05 10:30 | ended outside hours
office   | Thu 2026-03-05 10:00 | Wed 2026-03-04 20:00 | Thu 2026-03-05 09:45 | 0:45 | Thu 2026-03-05 10:45 | begun outside hours
office   | Tue 2026-04-07 10:00 | Thu 2026-04-02 16:30 | Tue 2026-04-07 09:30 | 1:00 | Tue 2026-04-07 11:00 | two holidays within
office   | Mon 2026-05-04 10:00 | Thu 2026-04-30 16:45 | Fri 2026-05-01 12:00 | 0:15 | Mon 2026-05-04 10:15 | ended on a holiday
office   | Mon 2026-05-04 10:00 | Fri 2026-05-01 10:00 | Fri 2026-05-01 15:00 | 0:00 | Mon 2026-05-04 10:00 | all of it on a holiday
office   | Wed 2026-03-04 16:30 | Wed 2026-03-04 10:00 | Wed 2026-03-04 11:30 | 1:30 | Thu 2026-03-05 10:00 | moves it to the next day
office   | Wed 2026-03-04 16:30 | Wed 2026-03-04 10:00 | Wed 2026-03-04 10:30 | 0:30 | Wed 2026-03-04 17:00 | moves it to closing time
office   | Wed 2026-03-04 17:00 | Wed 2026-03-04 10:00 | Wed 2026-03-04 10:15 | 0:15 | Thu 2026-03-05 09:15 | moves it from closing time
office   | Wed 2026-03-04 17:00 | Wed 2026-03-04 10:00 | Wed 2026-03-04 10:00 | 0:00 | Wed 2026-03-04 17:00 | resumed in the same second
desk     | Wed 2026-03-04 15:00 | Wed 2026-03-04 12:15 | Wed 2026-03-04 13:15 | 0:30 | Wed 2026-03-04 15:30 | over lunch
desk     | Wed 2026-03-04 15:00 | Wed 2026-03-04 12:31 | Wed 2026-03-04 12:59 | 0:00 | Wed 2026-03-04 15:00 | at lunch
desk     | Mon 2026-12-28 10:00 | Thu 2026-12-24 11:30 | Mon 2026-12-28 09:30 | 1:30 | Mon 2026-12-28 11:30 | from a half day over Christmas
night    | Sun 2026-03-29 06:00 | Sun 2026-03-29 01:00 | Sun 2026-03-29 04:00 | 2:00 | Mon 2026-03-30 02:00 | as summer time begins
night    | Sun 2026-10-25 06:00 | Sun 2026-10-25 01:00 | Sun 2026-10-25 04:00 | 4:00 | Mon 2026-10-26 04:00 | as summer time ends
24x7     | Mon 2026-03-09 10:00 | Sat 2026-03-07 10:00 | Sun 2026-03-08 11:00 | 25:00 | Tue 2026-03-10 11:00 | without a calendar
"""  # noqa: E501


def rows(table: str) -> list[list[str]]:
    _, *lines = table.strip().splitlines()
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def moment(text: str, calendar: str) -> datetime:
    """`Sun 2026-10-25 02:30 +01:00`; the weekday must be that of the date, and the clock must show such a time."""
    weekday, day, clock, *offset = text.split()
    zone = ZoneInfo(CALENDARS[calendar].time_zone) if calendar != ALWAYS else UTC
    local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone)
    assert weekday == f"{local:%a}", text
    at = (datetime.fromisoformat(f"{day}T{clock}{offset[0]}") if offset else local).astimezone(UTC)
    assert at.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None), f"{text} does not exist"
    assert offset or local.utcoffset() == local.replace(fold=1).utcoffset(), f"{text} needs an offset"
    return at


def hours(text: str) -> timedelta:
    return sum((int(number) * unit for number, unit in zip(text.split(":"), UNITS, strict=False)), timedelta())


UNITS = (timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))


@pytest.mark.parametrize(("calendar", "start", "amount", "until", "why"), rows(EXAMPLES))
def test_business_time(calendar: str, start: str, amount: str, until: str, why: str) -> None:
    of, begun, due = CALENDARS.get(calendar), moment(start, calendar), moment(until, calendar)
    assert business_time.add(of, begun, hours(amount)) == due
    assert business_time.measure(of, begun, due) == hours(amount)


@pytest.mark.parametrize(("calendar", "due", "paused", "resumed", "hold", "then", "why"), rows(PAUSES))
def test_a_pause(calendar: str, due: str, paused: str, resumed: str, hold: str, then: str, why: str) -> None:
    of = CALENDARS.get(calendar)
    held = business_time.measure(of, moment(paused, calendar), moment(resumed, calendar))
    assert held == hours(hold)
    assert business_time.add(of, moment(due, calendar), held) == moment(then, calendar)


def test_there_are_enough_examples_and_each_calendar_has_one() -> None:
    assert len(rows(EXAMPLES)) >= 40
    assert {calendar for calendar, *_ in rows(EXAMPLES)} == {*CALENDARS, ALWAYS}
