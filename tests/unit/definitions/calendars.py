"""The calendars that examples of business time are worked in."""

from collections.abc import Mapping
from pathlib import Path

from shared.definitions import loader
from shared.definitions.calendar import Calendar

SAMPLE = Path(__file__).parents[3] / "definitions" / "calendars" / "office-hours.yaml"


def week(windows: str, *weekdays: str) -> str:
    return "{" + ", ".join(f"{weekday}: {windows}" for weekday in weekdays) + "}"


def every_day(windows: str) -> str:
    return week(windows, "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def working_days(windows: str) -> str:
    return week(windows, "monday", "tuesday", "wednesday", "thursday", "friday")


TEXT = f"""
calendar: office
time_zone: Europe/Berlin
weekdays: {working_days("['09:00-17:00']")}
holidays: {{country: DE, subdivision: BE}}
---
calendar: munich
time_zone: Europe/Berlin
weekdays: {working_days("['09:00-17:00']")}
holidays: {{country: DE, subdivision: BY}}
---
calendar: shop
time_zone: Europe/Berlin
weekdays: {working_days("['09:00-17:00']")}
holidays: {{country: DE, subdivision: BE, dates: [{{date: 06-19, name: Works outing}}, 2026-06-22]}}
special:
  2026-05-14: ["10:00-12:00"]
  2026-12-05: ["10:00-14:00"]
---
calendar: night
time_zone: Europe/Berlin
weekdays: {every_day("['00:00-06:00']")}
---
calendar: early
time_zone: Europe/Berlin
weekdays: {every_day("['02:15-04:00']")}
---
calendar: half-hour
time_zone: Europe/Berlin
weekdays: {every_day("['02:15-02:45']")}
---
calendar: new-york
time_zone: America/New_York
weekdays: {working_days("['08:00-18:00']")}
holidays: {{country: US}}
---
calendar: ny-night
time_zone: America/New_York
weekdays: {every_day("['00:00-06:00', '22:00-24:00']")}
---
calendar: lord-howe
time_zone: Australia/Lord_Howe
weekdays: {every_day("['00:00-06:00']")}
---
calendar: apia
time_zone: Pacific/Apia
weekdays: {every_day("['09:00-17:00']")}
---
calendar: st-johns
time_zone: America/St_Johns
weekdays: {week("['23:00-24:00']", "saturday")}
---
calendar: kolkata
time_zone: Asia/Kolkata
weekdays: {week("['10:00-18:30']", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")}
"""

ALWAYS = "24x7"
"""In the examples: no calendar, and moments in UTC."""


def calendars() -> Mapping[str, Calendar]:
    sample = SAMPLE.read_text(encoding="utf-8").replace("calendar: office-hours", "calendar: desk")
    return loader.load({"calendars.yaml": TEXT, "desk.yaml": sample}).calendars
