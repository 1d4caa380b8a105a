"""Case numbers that people can read out, without a counter to contend for."""

from datetime import date, datetime

FIRST_DAY = date(2020, 1, 1)


def number(case: str, opened_at: datetime) -> str:
    """Return `CAS-<5-digit day number>-<last 6 characters of the case id>`, days counted from 2020-01-01."""
    return f"CAS-{(opened_at.date() - FIRST_DAY).days:05d}-{case[-6:]}"
