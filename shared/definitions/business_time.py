"""Business time: how much of it passes between two moments, and when so much of it has passed.

A moment is in working time if the clock at the place of the calendar then shows a time within a window of the day.
So an hour that the clock skips is in no window, and one that it shows twice is worked twice; all amounts are real,
elapsed time. Without a calendar every moment is working time. Moments are aware datetimes; results are in UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.definitions.calendar import Calendar

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
LONGEST = timedelta(days=3653)
"""How far a calendar is walked: ten years."""


class TooFar(Exception):
    """A calendar would have to be walked for more than ten years."""

    def __init__(self, calendar: str, at: datetime) -> None:
        super().__init__(f"calendar {calendar}: more than {LONGEST.days} days from {at.isoformat()}")
        self.calendar = calendar
        self.at = at


@dataclass(frozen=True, slots=True)
class Stretch:
    """Working time without a break; `end` is not in it any more."""

    start: datetime
    end: datetime


def opens_at(calendar: Calendar | None, at: datetime) -> datetime:
    """The moment itself in working time, else the next one that is; raises TooFar."""
    at = _utc(at)
    if calendar is None:
        return at
    for stretch in stretches(calendar, at, at + LONGEST):
        return stretch.start
    raise TooFar(calendar.name, at)


def add(calendar: Calendar | None, at: datetime, amount: timedelta) -> datetime:
    """The first moment at which that much business time has passed; raises TooFar.

    So it may be the very end of a window, and with nothing to add it is the moment itself, in working time or not.
    """
    at = _utc(at)
    if amount < timedelta():
        raise ValueError(amount)
    if calendar is None or not amount:
        return at + amount
    for stretch in stretches(calendar, at, at + LONGEST):
        if amount <= stretch.end - stretch.start:
            return stretch.start + amount
        amount -= stretch.end - stretch.start
    raise TooFar(calendar.name, at)


def measure(calendar: Calendar | None, start: datetime, end: datetime) -> timedelta:
    """The business time from one moment to the other, negative if they are the other way round; raises TooFar."""
    start, end = _utc(start), _utc(end)
    if calendar is None:
        return end - start
    if end < start:
        return -measure(calendar, end, start)
    if end - start > LONGEST:
        raise TooFar(calendar.name, start)
    return sum((stretch.end - stretch.start for stretch in stretches(calendar, start, end)), timedelta())


def stretches(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Stretch]:
    """The working time between two moments in UTC, in order. Each ends by midnight, and where the clock is changed.

    One step is a day, or the part of one on either side of a change of the clock. Days are not taken from the
    calendar but from the clock, moment by moment: it may skip a whole day (Apia, 2011-12-30), or go back past
    midnight and show the end of a day again (St. John's, until 2011).
    """
    zone = ZoneInfo(calendar.time_zone)
    while start < end:
        local = start.astimezone(zone)
        offset = _offset(start, zone)
        midnight = datetime.combine(local.date(), time(), UTC) - offset
        until = min(_clock_changes(start, midnight + DAY, zone), end)
        for window in calendar.windows_on(local.date()):
            opens, closes = max(midnight + window.opens, start), min(midnight + window.closes, until)
            if opens < closes:
                yield Stretch(opens, closes)
        start = until


def _clock_changes(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """The first moment in the next day that has another offset from UTC, found by halving; `end` if there is none."""
    offset = _offset(start, zone)
    if _offset(end, zone) == offset:
        return end
    while end - start > TICK:
        middle = start + (end - start) // 2
        if _offset(middle, zone) == offset:
            start = middle
        else:
            end = middle
    return end


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(at)
    return at.astimezone(UTC)
