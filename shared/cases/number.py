"""Case numbers that people can read out, without a counter to contend for."""

from datetime import date, datetime, timedelta

FIRST_DAY = date(2020, 1, 1)
LAST = 99_999
"""Days that five digits count: until 2293."""


def number(case: str, opened_at: datetime) -> str:
    """Return `CAS-<5-digit day number>-<last 6 characters of the case id>`, days counted from 2020-01-01.

    Cases from before that day, which an import may bring, are numbered as if they were of it.
    """
    return f"CAS-{min(max((opened_at.date() - FIRST_DAY).days, 0), LAST):05d}-{case[-6:]}"


def listed_on(days: int) -> str:
    """Return what the rows of a list by time begin with that may have this day number: of the first day's, any do."""
    return (FIRST_DAY + timedelta(days=days)).isoformat() if days else ""
