"""Worked examples of deadlines, to be checked with a wall calendar and a pencil.

Moments are as the clock at the calendar's place shows them; where it shows one twice, with the offset from UTC. The
calendars are in ../definitions/calendars.py: `office` works from 9 to 17, `desk` has lunch from 12:30 to 13:00 besides,
`night` is 0 to 6, `new-york` 8 to 18, `ny-night` 0 to 6 and 22 to 24, `kolkata` 10 to 18:30, Saturdays too.
"""

from datetime import datetime, timedelta

import pytest

from tests.unit.definitions.calendars import calendars
from tests.unit.definitions.test_business_time_examples import hours, moment, rows
from tests.unit.sla.world import Desk, item, sla

CALENDARS = calendars()

EXAMPLES = """
calendar | opened               | promised | on hold                                                    | fails at             | hold  | why
office   | Wed 2026-03-04 10:00 | 4:00     |                                                            | Wed 2026-03-04 14:00 | 0:00  | within one day
office   | Wed 2026-03-04 07:15 | 2:00     |                                                            | Wed 2026-03-04 11:00 | 0:00  | created before opening time
office   | Wed 2026-03-04 19:30 | 2:00     |                                                            | Thu 2026-03-05 11:00 | 0:00  | created after closing time
office   | Sat 2026-03-07 11:00 | 0:30     |                                                            | Mon 2026-03-09 09:30 | 0:00  | created on a Saturday
office   | Fri 2026-05-01 10:00 | 1:00     |                                                            | Mon 2026-05-04 10:00 | 0:00  | created on a holiday
office   | Wed 2026-03-04 13:00 | 4:00     |                                                            | Wed 2026-03-04 17:00 | 0:00  | exactly at closing time
office   | Wed 2026-03-04 13:00 | 4:00:01  |                                                            | Thu 2026-03-05 09:00:01 | 0:00 | a second more is the next morning
office   | Fri 2026-03-06 15:00 | 4:00     | Fri 2026-03-06 16:00 > Mon 2026-03-09 10:00                | Mon 2026-03-09 13:00 | 2:00  | on hold over a weekend
office   | Fri 2026-03-06 16:00 | 2:00     | Fri 2026-03-06 18:00 > Mon 2026-03-09 08:00                | Mon 2026-03-09 10:00 | 0:00  | begun and ended outside hours
office   | Fri 2026-03-06 16:00 | 2:00     | Fri 2026-03-06 20:00 > Mon 2026-03-09 20:00                | Tue 2026-03-10 10:00 | 8:00  | so too, with a working day inside
office   | Wed 2026-03-04 16:00 | 2:00     | Wed 2026-03-04 16:30 > Wed 2026-03-04 20:00                | Thu 2026-03-05 10:30 | 0:30  | ended outside hours
office   | Wed 2026-03-04 16:00 | 2:00     | Wed 2026-03-04 20:00 > Thu 2026-03-05 09:45                | Thu 2026-03-05 10:45 | 0:45  | begun outside hours
office   | Wed 2026-03-04 13:00 | 4:00     | Wed 2026-03-04 15:00 > Wed 2026-03-04 15:15                | Thu 2026-03-05 09:15 | 0:15  | moved away from closing time
office   | Wed 2026-03-04 13:00 | 3:00     | Wed 2026-03-04 14:00 > Wed 2026-03-04 15:00                | Wed 2026-03-04 17:00 | 1:00  | moved to closing time
office   | Wed 2026-03-04 13:00 | 4:00     | Wed 2026-03-04 17:00 > Thu 2026-03-05 10:00                | Wed 2026-03-04 17:00 | 0:00  | put on hold at closing time, the deadline
office   | Wed 2026-03-04 13:00 | 4:00     | Wed 2026-03-04 16:59 > Thu 2026-03-05 10:00                | Thu 2026-03-05 10:01 | 1:01  | put on hold a minute before that
office   | Wed 2026-03-04 12:00 | 5:00     | Wed 2026-03-04 13:00 > Wed 2026-03-04 13:00                | Wed 2026-03-04 17:00 | 0:00  | resumed in the same second
office   | Wed 2026-03-04 09:00 | 4:00     | Wed 2026-03-04 10:00 > Wed 2026-03-04 11:00; Wed 2026-03-04 12:00 > Wed 2026-03-04 12:30 | Wed 2026-03-04 14:30 | 1:30 | two pauses on a day
office   | Wed 2026-03-04 15:00 | 8:00     | Wed 2026-03-04 16:00 > Thu 2026-03-05 10:00; Thu 2026-03-05 11:00 > Thu 2026-03-05 15:00; Fri 2026-03-06 09:00 > Fri 2026-03-06 09:30 | Fri 2026-03-06 13:30 | 6:30 | three pauses on three days
office   | Wed 2026-03-04 10:00 | 2:00     | Wed 2026-03-04 10:00 > Wed 2026-03-04 12:00                | Wed 2026-03-04 14:00 | 2:00  | on hold from the beginning
office   | Wed 2026-03-04 19:00 | 2:00     | Wed 2026-03-04 20:00 > Thu 2026-03-05 08:00                | Thu 2026-03-05 11:00 | 0:00  | created and on hold outside hours
office   | Thu 2026-04-02 16:00 | 2:00     | Thu 2026-04-02 16:30 > Tue 2026-04-07 09:30                | Tue 2026-04-07 11:00 | 1:00  | on hold over Easter
office   | Thu 2026-04-30 16:30 | 1:00     | Thu 2026-04-30 16:45 > Fri 2026-05-01 12:00                | Mon 2026-05-04 09:45 | 0:15  | ended on a holiday
office   | Thu 2026-04-30 16:30 | 1:00     | Fri 2026-05-01 10:00 > Fri 2026-05-01 15:00                | Mon 2026-05-04 09:30 | 0:00  | all of it on a holiday
office   | Wed 2026-05-13 16:00 | 2:00     | Wed 2026-05-13 16:30 > Fri 2026-05-15 09:30                | Fri 2026-05-15 11:00 | 1:00  | a holiday within
office   | Fri 2026-03-27 16:00 | 2:00     | Fri 2026-03-27 16:30 > Mon 2026-03-30 09:15                | Mon 2026-03-30 10:45 | 0:45  | summer time begins meanwhile
office   | Fri 2026-10-23 16:00 | 2:00     | Fri 2026-10-23 16:30 > Mon 2026-10-26 09:15                | Mon 2026-10-26 10:45 | 0:45  | and ends
office   | Thu 2026-12-31 16:00 | 2:00     | Thu 2026-12-31 16:15 > Mon 2027-01-04 09:00                | Mon 2027-01-04 10:45 | 0:45  | over the end of a year
office   | Mon 2028-02-28 16:00 | 10:00    | Tue 2028-02-29 09:00 > Tue 2028-02-29 17:00                | Thu 2028-03-02 10:00 | 8:00  | all of a leap day
desk     | Wed 2026-03-04 12:00 | 1:00     |                                                            | Wed 2026-03-04 13:30 | 0:00  | over lunch
desk     | Wed 2026-03-04 12:40 | 0:15     |                                                            | Wed 2026-03-04 13:15 | 0:00  | created at lunch
desk     | Wed 2026-03-04 09:00 | 3:30     |                                                            | Wed 2026-03-04 12:30 | 0:00  | exactly when lunch begins
desk     | Wed 2026-03-04 12:00 | 2:00     | Wed 2026-03-04 12:15 > Wed 2026-03-04 13:15                | Wed 2026-03-04 15:00 | 0:30  | on hold over lunch
desk     | Wed 2026-03-04 12:00 | 2:00     | Wed 2026-03-04 12:31 > Wed 2026-03-04 12:59                | Wed 2026-03-04 14:30 | 0:00  | on hold at lunch
desk     | Wed 2026-03-04 12:00 | 2:00     | Wed 2026-03-04 12:30 > Wed 2026-03-04 13:00                | Wed 2026-03-04 14:30 | 0:00  | on hold for lunch exactly
desk     | Thu 2026-12-24 10:00 | 4:00     | Thu 2026-12-24 11:30 > Mon 2026-12-28 09:30                | Mon 2026-12-28 12:00 | 1:30  | from a half day over Christmas
desk     | Thu 2026-12-24 14:00 | 0:30     |                                                            | Mon 2026-12-28 09:30 | 0:00  | created when a half day is over
shop     | Wed 2026-05-13 16:30 | 1:00     | Thu 2026-05-14 10:15 > Thu 2026-05-14 11:00                | Thu 2026-05-14 11:15 | 0:45  | on a holiday on which it opens
night    | Sat 2026-03-28 22:00 | 5:00     |                                                            | Sun 2026-03-29 06:00 | 0:00  | a night of five hours
night    | Sat 2026-03-28 22:00 | 5:00     | Sun 2026-03-29 01:00 > Sun 2026-03-29 04:00                | Mon 2026-03-30 02:00 | 2:00  | on hold over the hour that is skipped
night    | Sat 2026-10-24 22:00 | 7:00     |                                                            | Sun 2026-10-25 06:00 | 0:00  | a night of seven hours
night    | Sat 2026-10-24 22:00 | 7:00     | Sun 2026-10-25 01:00 > Sun 2026-10-25 04:00                | Mon 2026-10-26 04:00 | 4:00  | on hold over the hour that comes twice
night    | Sat 2026-10-24 22:00 | 7:00     | Sun 2026-10-25 02:30 +02:00 > Sun 2026-10-25 02:30 +01:00  | Mon 2026-10-26 01:00 | 1:00  | from its first time to its second
new-york | Fri 2026-03-06 17:00 | 2:00     | Fri 2026-03-06 17:30 > Mon 2026-03-09 09:00                | Mon 2026-03-09 10:30 | 1:30  | summer time begins in New York
new-york | Fri 2026-10-30 17:00 | 2:00     |                                                            | Mon 2026-11-02 09:00 | 0:00  | and ends
new-york | Wed 2026-11-25 17:00 | 2:00     | Wed 2026-11-25 17:30 > Fri 2026-11-27 08:30                | Fri 2026-11-27 10:00 | 1:00  | on hold over Thanksgiving
ny-night | Sat 2026-03-07 22:00 | 7:00     | Sun 2026-03-08 01:00 > Sun 2026-03-08 03:30                | Sun 2026-03-08 23:30 | 1:30  | on hold over New York's skipped hour
ny-night | Sat 2026-10-31 22:00 | 9:00     | Sun 2026-11-01 01:30 -04:00 > Sun 2026-11-01 01:30 -05:00  | Sun 2026-11-01 23:00 | 1:00  | and from the first 1:30 to the second
kolkata  | Sat 2026-03-07 18:00 | 1:00     | Sat 2026-03-07 18:15 > Mon 2026-03-09 10:15                | Mon 2026-03-09 11:00 | 0:30  | half an hour off UTC's hours
24x7     | Sat 2026-03-07 10:00 | 24:00    | Sat 2026-03-07 20:00 > Sun 2026-03-08 11:00                | Mon 2026-03-09 01:00 | 15:00 | without a calendar
24x7     | Sat 2026-03-28 22:00 | 48:00    |                                                            | Mon 2026-03-30 22:00 | 0:00  | nor a change of clocks
"""  # noqa: E501 - a table is read in lines

CHANGED = """
calendar | opened               | promised | on hold                                     | changed              | then | fails at             | hold | why
office   | Wed 2026-03-04 10:00 | 8:00     |                                             | Wed 2026-03-04 11:00 | 2:00 | Wed 2026-03-04 12:00 | 0:00 | shorter, from the beginning
office   | Wed 2026-03-04 10:00 | 2:00     |                                             | Wed 2026-03-04 11:00 | 8:00 | Thu 2026-03-05 10:00 | 0:00 | longer
office   | Wed 2026-03-04 10:00 | 8:00     | Wed 2026-03-04 11:00 > Wed 2026-03-04 12:00 | Wed 2026-03-04 14:00 | 4:00 | Wed 2026-03-04 15:00 | 1:00 | with the pause there was
office   | Wed 2026-03-04 10:00 | 8:00     |                                             | Wed 2026-03-04 16:00 | 4:00 | Wed 2026-03-04 14:00 | 0:00 | too late at once
office   | Wed 2026-03-04 10:00 | 8:00     | Wed 2026-03-04 15:00 > Wed 2026-03-04 16:00 | Wed 2026-03-04 16:30 | 4:00 | Wed 2026-03-04 14:00 | 0:00 | which a later pause does not save
office   | Fri 2026-03-06 15:00 | 8:00     | Fri 2026-03-06 16:00 > Mon 2026-03-09 10:00 | Mon 2026-03-09 11:00 | 3:00 | Mon 2026-03-09 12:00 | 2:00 | after a weekend on hold
"""  # noqa: E501


def held(desk: Desk, calendar: str, pauses: str) -> datetime:
    """Put the case on hold and let it go on; return when that was done last."""
    last = desk.columns["opened_at"]
    for pause in filter(None, pauses.split(";")):
        start, last = (moment(each.strip(), calendar) for each in pause.split(">"))
        desk.hold(start).go_on(last)
    assert isinstance(last, datetime)
    return last


@pytest.mark.parametrize(("calendar", "opened", "promised", "pauses", "fails_at", "hold", "why"), rows(EXAMPLES))
def test_deadline(calendar: str, opened: str, promised: str, pauses: str, fails_at: str, hold: str, why: str) -> None:
    opened_at, due = moment(opened, calendar), moment(fails_at, calendar)
    desk = Desk(sla(item(hours(promised), None, CALENDARS.get(calendar))), opened_at=opened_at).change(opened_at)
    held(desk, calendar, pauses)
    instance = desk.instance()
    assert (instance.failed_at or instance.fails_at) == due
    assert instance.on_hold == hours(hold)
    desk.audit()
    if instance.state != "noncompliant":
        assert desk.change(due - timedelta(microseconds=1)).instance().state == "in_progress"
    assert desk.change(due).instance().state == "noncompliant"
    assert desk.instance().elapsed == hours(promised)
    desk.audit()


@pytest.mark.parametrize(
    ("calendar", "opened", "promised", "pauses", "changed", "then", "fails_at", "hold", "why"), rows(CHANGED)
)
def test_deadline_by_another_sla(
    calendar: str,
    opened: str,
    promised: str,
    pauses: str,
    changed: str,
    then: str,
    fails_at: str,
    hold: str,
    why: str,
) -> None:
    of, opened_at = CALENDARS.get(calendar), moment(opened, calendar)
    slas = sla(item(hours(promised), None, of)), sla(item(hours(then), None, of), name="gold")
    desk = Desk(*slas, opened_at=opened_at).change(opened_at)
    held(desk, calendar, pauses)
    instance = desk.change(moment(changed, calendar), by_hand="gold").instance()
    assert (instance.failed_at or instance.fails_at) == moment(fails_at, calendar)
    assert instance.on_hold == hours(hold)
    desk.audit()
