"""Calendars as they are written, and the days they open on."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.definitions import stored_reader
from shared.definitions.calendar import Calendar, Window
from tests.unit.definitions.world import faults, load

ROOT = Path(__file__).parents[3]
HEAD = "calendar: c\ntime_zone: Europe/Berlin\n"
MONDAYS = HEAD + 'weekdays: {monday: ["09:00-17:00"]}\n'
EVERY_DATE_IN_MONTHS = [f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32)]


def window(opens: float, closes: float) -> Window:
    return Window(timedelta(hours=opens), timedelta(hours=closes))


def calendar(text: str) -> Calendar:
    return load(text).calendars["c"]


def test_a_calendar_with_all_there_is() -> None:
    text = """
    calendar: c
    time_zone: America/New_York
    weekdays:
      monday: ["08:30-12:00", "13:00-17:00"]
      saturday:
        - 18:00-24:00
    holidays:
      country: US
      subdivision: NY
      dates:
        - 2026-07-06
        - {date: 12-24, name: Christmas Eve}
    special:
      2026-12-05: ["10:00-14:00"]
      12-31: ["00:00-00:01"]
    """
    closed: tuple[Window, ...] = ()
    assert calendar(text) == Calendar(
        name="c",
        time_zone="America/New_York",
        weekdays=((window(8.5, 12), window(13, 17)), closed, closed, closed, closed, (window(18, 24),), closed),
        country="US",
        subdivision="NY",
        holidays={"2026-07-06": "", "12-24": "Christmas Eve"},
        special={"2026-12-05": (window(10, 14),), "12-31": (window(0, 1 / 60),)},
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("calendar: c", ["1: `time_zone` is missing", "1: `weekdays` is missing"]),
        (MONDAYS.replace("calendar: c", "calendar: a b"), ["1: `a b` is not a name: [a-z][a-z0-9_-]{0,63}"]),
        (
            MONDAYS.replace("/Berlin", "/Berlim"),
            ["2: there is no time zone `Europe/Berlim` (did you mean `Europe/Berlin`?)"],
        ),
        (MONDAYS.replace("Europe/Berlin", "../etc/passwd"), ["2: there is no time zone `../etc/passwd`"]),
        (HEAD + "weekdays: {}", ["3: there is no working time: no weekday has a window"]),
        (HEAD + "weekdays: always", ["3: must be a mapping"]),
        (HEAD + "weekdays:\n  monday: []", ["4: must be a list of at least one item"]),
        (MONDAYS.replace("monday", "mondy"), ["3: unknown key `mondy` (did you mean `monday`?)"]),
        (
            HEAD + "weekdays:\n  monday:\n    - 9:00-17:00",
            ["5: `9:00-17:00` is not a window, such as 09:00-12:30 or 18:00-24:00"],
        ),
        (
            MONDAYS.replace("17:00", "24:30"),
            ["3: `09:00-24:30` is not a window, such as 09:00-12:30 or 18:00-24:00"],
        ),
        (MONDAYS.replace('["09:00-17:00"]', "[9]"), ["3: must be text"]),
        (
            HEAD + "weekdays:\n  monday: [22:00-06:00]",
            ["4: `22:00-06:00` ends before it begins: what goes on after midnight is a window of the next day"],
        ),
        (
            HEAD + "weekdays:\n  monday:\n    - 09:00-12:30\n    - 12:00-17:00\n    - 08:00-08:30",
            [
                "6: `12:00-17:00` begins before the one in front of it has ended",
                "7: `08:00-08:30` begins before the one in front of it has ended",
            ],
        ),
        (MONDAYS + "holidays: {}", ["4: say which holidays: those of a `country`, or own `dates`"]),
        (MONDAYS + "holidays: {country: de}", ["4: `de` is not a country's code, such as DE or US"]),
        (MONDAYS + "holidays: {country: XX}", ["4: no holidays are known of the country `XX`"]),
        (
            MONDAYS + "holidays:\n  country: DE\n  subdivision: BER",
            ["6: DE has no subdivision `BER` (did you mean `BE`?)"],
        ),
        (MONDAYS + "holidays: {subdivision: BE}", ["4: `subdivision` needs the `country` that it is a part of"]),
        (MONDAYS + "holidays: {dates: []}", ["4: must be a list of at least one item"]),
        (MONDAYS + "holidays:\n  dates: [1]", ["5: must be text"]),
        (
            MONDAYS + "holidays:\n  dates:\n    - 24.12.2026\n    - 2026-02-29\n    - 02-30",
            [
                "6: `24.12.2026` is not a date, such as 2026-12-24 or, for every year, 12-24",
                "7: there is no day `2026-02-29`",
                "8: there is no day `02-30`",
            ],
        ),
        (
            MONDAYS + "holidays:\n  dates:\n    - 12-24\n    - {date: 12-24, name: Eve}\n    - {date: 12-31}",
            ["7: `12-24` is given twice", "8: `name` is missing"],
        ),
        (
            MONDAYS + "special:\n  christmas: ['09:00-12:00']",
            ["5: `christmas` is not a date, such as 2026-12-24 or, for every year, 12-24"],
        ),
        (MONDAYS + "special:\n  2026-12-24: []", ["5: must be a list of at least one item"]),
        (
            MONDAYS + "holidays: {dates: [12-24]}\nspecial:\n  12-24: ['09:00-12:00']",
            ["6: `12-24` is a holiday too: it can only be one of both"],
        ),
    ],
)
def test_a_calendar_at_fault(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


def test_a_calendar_whose_days_are_all_holidays_is_refused() -> None:
    all_days = [text for text in EVERY_DATE_IN_MONTHS if is_date(f"2024-{text}")]
    holidays = f"holidays: {{dates: [{', '.join(all_days)}]}}\n"
    reason = "there is no working time: each of these days is a holiday, in every year"
    assert faults(MONDAYS + holidays) == [f"3: {reason}"]
    assert faults(MONDAYS + holidays + "special: {2026-12-05: ['10:00-14:00']}") == [f"3: {reason}"]


def is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def test_days_of_one_year_do_not_close_a_calendar_for_ever() -> None:
    mondays = [date(2024, 1, 1) + timedelta(weeks=week) for week in range(5 * 52)]
    assert calendar(MONDAYS + f"holidays: {{dates: [{', '.join(map(str, mondays))}]}}").holidays


NINE, TEN = (window(9, 17),), (window(10, 14),)
DAYS = """
calendar: c
time_zone: Europe/Berlin
weekdays: {monday: ["09:00-17:00"], tuesday: ["09:00-17:00"], thursday: ["09:00-17:00"], friday: ["09:00-17:00"]}
holidays: {country: DE, subdivision: BE, dates: [2026-06-01, {date: 06-19, name: Works outing}]}
special:
  2026-12-05: ["10:00-14:00"]
  2026-12-25: ["10:00-14:00"]
  2027-06-19: ["10:00-14:00"]
  2028-12-24: ["09:00-17:00"]
  12-24: ["10:00-14:00"]
  03-08: ["10:00-14:00"]
"""


@pytest.mark.parametrize(
    ("day", "windows", "why"),
    [
        ("2026-03-02", NINE, "a Monday"),
        ("2026-03-04", (), "a Wednesday, on which there is no work"),
        ("2026-05-01", (), "a public holiday"),
        ("2026-06-01", (), "an own holiday, once"),
        ("2027-06-01", NINE, "and not in the next year"),
        ("2026-06-19", (), "an own holiday, every year"),
        ("2027-06-19", TEN, "but for one year that is special"),
        ("2026-12-05", TEN, "a Saturday that is special"),
        ("2026-12-25", TEN, "a public holiday that is special"),
        ("2026-12-24", TEN, "a half day, every year"),
        ("2025-12-24", (), "but not on a Wednesday"),
        ("2028-12-24", NINE, "and not in a year for which something else is said"),
        ("2027-03-08", (), "what is special every year opens no holiday"),
    ],
)
def test_the_windows_of_a_day(day: str, windows: tuple[Window, ...], why: str) -> None:
    assert calendar(DAYS).windows_on(date.fromisoformat(day)) == windows


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-05-01", "Erster Mai"),
        ("2026-06-01", ""),
        ("2031-06-19", "Works outing"),
        ("2026-03-02", None),
    ],
)
def test_a_holiday_has_a_name(day: str, name: str | None) -> None:
    assert calendar(DAYS).holiday(date.fromisoformat(day)) == name


def test_holidays_of_a_country_are_imported_when_a_day_is_asked_for_and_not_before() -> None:
    program = (
        "import sys; from datetime import date; from shared.definitions import business_time, stored_reader\n"
        "weekdays = {'friday': ['09:00-17:00']}\n"
        "source = {'calendar': 'c', 'time_zone': 'UTC', 'weekdays': weekdays, 'holidays': {'country': 'DE'}}\n"
        "calendar = stored_reader.parse('calendar', source)\n"
        "before = 'holidays' in sys.modules\n"
        "print(before, calendar.holiday(date(2026, 5, 1)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout == "False Erster Mai\n"


def test_a_stored_calendar_is_read_even_if_its_zone_and_country_are_not_known_any_more() -> None:
    source = {
        "calendar": "c",
        "time_zone": "Europe/Atlantis",
        "weekdays": {"monday": ["09:00-17:00"]},
        "holidays": {"country": "XX"},
    }
    assert stored_reader.parse("calendar", source).time_zone == "Europe/Atlantis"
