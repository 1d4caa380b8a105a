"""Case numbers that people can read out, without a counter to contend for."""

import re
from datetime import date, datetime, timedelta

FIRST_DAY = date(2020, 1, 1)
LAST = 99_999
"""Days that five digits count: until 2293."""
_NUMBER = re.compile(r"CAS-(\d{5})-(\w{6})", re.ASCII)


def number(case: str, opened_at: datetime) -> str:
    """Return `CAS-<5-digit day number>-<last 6 characters of the case id>`, days counted from 2020-01-01.

    Cases from before that day, which an import may bring, are numbered as if they were of it.
    """
    return f"CAS-{min(max((opened_at.date() - FIRST_DAY).days, 0), LAST):05d}-{case[-6:]}"


def listed_on(days: int) -> str:
    """Return what the rows of a list by time begin with that may have this day number: of the first day's, any do."""
    return (FIRST_DAY + timedelta(days=days)).isoformat() if days else ""


def parts_of(number: str) -> tuple[str, str] | None:
    """Return what its row in a list by time begins with, and how the case's id ends; None where it is no number."""
    found = _NUMBER.fullmatch(number)
    return (listed_on(int(found[1])), found[2]) if found else None
