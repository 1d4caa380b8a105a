"""Times as a customer reads them: in their time zone and language, and exact for machines."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.pages.words import Words


@dataclass(frozen=True, slots=True)
class Moment:
    """One time, for people and for the `datetime` attribute."""

    text: str
    iso: str


def moment(at: datetime, time_zone: str, words: Words) -> Moment:
    """Put a time into words, to the minute."""
    local = at.astimezone(zone(time_zone))
    text = words.moment.format(
        day=local.day,
        month=words.months[local.month - 1],
        year=local.year,
        time=f"{local:%H:%M}",
        zone=local.tzname(),
    )
    return Moment(text, local.isoformat(timespec="minutes"))


@cache
def zone(name: str) -> ZoneInfo:
    """Return the IANA time zone; one that does not exist is read as UTC, which the page then says."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
