"""What can be agreed, and the dates that follow."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.entitlements.messages import Terms
from shared.runtime.decision import Refusal

ALLOCATIONS = ("cases", "hours")
MOST_CASES = 1_000_000
MOST_MINUTES = 60 * MOST_CASES
FIRST_YEAR, LAST_YEAR = 1990, 2200
DAY = timedelta(days=1)


def fault_of(terms: Terms) -> Refusal | None:
    """Return what is wrong first, by its field; None where all is well."""
    return next(_faults(terms), None)


def _faults(terms: Terms) -> Iterator[Refusal]:
    most = MOST_MINUTES if terms.allocation == "hours" else MOST_CASES
    checks = {
        "contact": (bool(terms.contact), "required"),
        "name": (bool(terms.name.strip()), "required"),
        "starts_on": (FIRST_YEAR <= terms.starts_on.year <= LAST_YEAR, "out_of_range"),
        "ends_on": (terms.starts_on <= terms.ends_on and terms.ends_on.year <= LAST_YEAR, "before_the_start"),
        "time_zone": (_is_zone(terms.time_zone), "unknown_time_zone"),
        "allocation": (terms.allocation in ALLOCATIONS, "unknown_allocation"),
        "total": (1 <= terms.total <= most, "out_of_range"),
        "decrement_on": (
            terms.decrement_on == "resolve" or (terms.decrement_on == "create" and terms.allocation == "cases"),
            "hours_are_known_when_resolved" if terms.decrement_on == "create" else "unknown_decrement",
        ),
    }
    for name, (is_right, reason) in checks.items():
        if not is_right:
            yield Refusal(reason, name)


def following(terms: Terms) -> Terms:
    """Return the same terms for the time after them: as many whole months where it was whole months, else days."""
    start = terms.ends_on + DAY
    months = (start.year - terms.starts_on.year) * 12 + start.month - terms.starts_on.month
    if months and _months_later(terms.starts_on, months) == start:
        end = _months_later(start, months) - DAY
    else:
        end = start + (terms.ends_on - terms.starts_on)
    return replace(terms, starts_on=start, ends_on=end)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_of(terms: Terms, moment: datetime) -> date:
    """Return which day it is where the terms hold."""
    return moment.astimezone(ZoneInfo(terms.time_zone)).date()


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
