"""Business calendars: when somebody works, by the clock of their place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.definitions import public_holidays

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Window:
    """Working time on a day, as its clock shows it: from `opens` on, until `closes`, which is not in it any more."""

    opens: timedelta
    closes: timedelta


@dataclass(frozen=True, slots=True)
class Calendar:
    """`weekdays` begins with Monday. A date is `2026-12-24` or, for every year, `12-24`."""

    name: str
    time_zone: str
    weekdays: tuple[tuple[Window, ...], ...]
    country: str | None = None
    subdivision: str | None = None
    holidays: Mapping[str, str] = field(default_factory=dict)
    """Its own ones, by date, with their name, which may be empty."""
    special: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """When there is work on the day, in order.

        A special date counts whatever day it is. One of every year changes only a day on which there would be work:
        a half day on 12-24 opens no Sunday.
        """
        text = day.isoformat()
        if text in self.special:
            return self.special[text]
        usual = self.weekdays[day.weekday()]
        if not usual or self.holiday(day) is not None:
            return ()
        return self.special.get(text[5:], usual)

    def holiday(self, day: date) -> str | None:
        """The name of the day's holiday, empty if it has none; None where it is none."""
        text = day.isoformat()
        for own in (text, text[5:]):
            if own in self.holidays:
                return self.holidays[own]
        if self.country is None:
            return None
        return public_holidays.of_year(self.country, self.subdivision, day.year).get(day)
