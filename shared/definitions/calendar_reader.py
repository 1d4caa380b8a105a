"""Calendars as they are written: read and checked."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import available_timezones

from shared.definitions import public_holidays
from shared.definitions.calendar import WEEKDAYS, Calendar, Window
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader

WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)
DATE = re.compile(r"(\d{4}-)?\d{2}-\d{2}", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{2}")
MIDNIGHT = timedelta(days=1)
A_LEAP_YEAR = "2000-"
TRIED = (date(2024, 1, 1), date(2027, 12, 31))
"""A calendar must open on a day between these: each weekday comes about two hundred times."""


def parse(node: Node, reader: Reader, *, checked: bool = False) -> Calendar:
    """The calendar. Whether its time zone and country are known, and it ever opens, is asked only if `checked`:
    one that was published before must still be read where data of the system have changed."""
    fields = reader.fields(node, ["calendar", "time_zone", "weekdays"], ["holidays", "special"])
    calendar = _with_holidays(
        Calendar(
            name=reader.name(fields.get("calendar")),
            time_zone=reader.text(fields.get("time_zone")),
            weekdays=_weekdays(fields.get("weekdays"), reader),
            special=_special(fields.get("special"), reader),
        ),
        fields.get("holidays"),
        reader,
    )
    for both in calendar.holidays.keys() & calendar.special.keys():
        reader.fault(reader.entries(fields["special"])[both], f"`{both}` is a holiday too: it can only be one of both")
    if checked:
        _check_time_zone(calendar, fields.get("time_zone"), reader)
        _check_country(calendar, fields.get("holidays"), reader)
        _check_working_time(calendar, fields.get("weekdays"), reader)
    return calendar


def _weekdays(node: Node | None, reader: Reader) -> tuple[tuple[Window, ...], ...]:
    if node is None:
        return ((),) * 7
    fields = reader.fields(node, [], WEEKDAYS)
    if node.value == {}:
        reader.fault(node, "there is no working time: no weekday has a window")
    return tuple(_windows(fields.get(weekday), reader) for weekday in WEEKDAYS)


def _windows(node: Node | None, reader: Reader) -> tuple[Window, ...]:
    windows: list[Window] = []
    for item in reader.items(node):
        text = reader.text(item)
        window = _window(text)
        if window is None:
            reason = "is not a window, such as 09:00-12:30 or 18:00-24:00"
        elif window.closes <= window.opens:
            reason = "ends before it begins: what goes on after midnight is a window of the next day"
        elif windows and window.opens < windows[-1].closes:
            reason = "begins before the one in front of it has ended"
        else:
            windows.append(window)
            continue
        if text:
            reader.fault(item, f"`{text}` {reason}")
    return tuple(windows)


def _window(text: str) -> Window | None:
    found = WINDOW.fullmatch(text)
    if found is None:
        return None
    opens, opens_minute, closes, closes_minute = found.groups()
    until = timedelta(hours=int(closes), minutes=int(closes_minute)) if closes else MIDNIGHT
    return Window(timedelta(hours=int(opens), minutes=int(opens_minute)), until)


def _special(node: Node | None, reader: Reader) -> Mapping[str, tuple[Window, ...]]:
    special = {}
    for text, item in reader.entries(node).items():
        _check_date(text, item, reader)
        special[text] = _windows(item, reader)
    return special


def _with_holidays(calendar: Calendar, node: Node | None, reader: Reader) -> Calendar:
    if node is None:
        return calendar
    fields = reader.fields(node, [], ["country", "subdivision", "dates"])
    if node.value == {}:
        reader.fault(node, "say which holidays: those of a `country`, or own `dates`")
    if "subdivision" in fields and "country" not in fields:
        reader.fault(fields["subdivision"], "`subdivision` needs the `country` that it is a part of")
    country = reader.text(fields.get("country"))
    if country and not COUNTRY.fullmatch(country):
        reader.fault(fields["country"], f"`{country}` is not a country's code, such as DE or US")
    return replace(
        calendar,
        country=country or None,
        subdivision=reader.text(fields.get("subdivision")) or None,
        holidays=_dates(fields.get("dates"), reader),
    )


def _dates(node: Node | None, reader: Reader) -> Mapping[str, str]:
    dates: dict[str, str] = {}
    for item in reader.items(node):
        text, name = reader.text(item) if not isinstance(item.value, Mapping) else "", ""
        if isinstance(item.value, Mapping):
            fields = reader.fields(item, ["date", "name"])
            text, name = reader.text(fields.get("date")), reader.text(fields.get("name"))
        if text in dates:
            reader.fault(item, f"`{text}` is given twice")
        if text:
            _check_date(text, item, reader)
            dates[text] = name
    return dates


def _check_date(text: str, node: Node, reader: Reader) -> None:
    if DATE.fullmatch(text) is None:
        reader.fault(node, f"`{text}` is not a date, such as 2026-12-24 or, for every year, 12-24")
        return
    try:
        date.fromisoformat(text if len(text) > len("12-24") else A_LEAP_YEAR + text)
    except ValueError:
        reader.fault(node, f"there is no day `{text}`")


def _check_time_zone(calendar: Calendar, node: Node | None, reader: Reader) -> None:
    zone = calendar.time_zone
    if node is not None and zone and zone not in (known := available_timezones()):
        reader.fault(node, f"there is no time zone `{zone}`{nearest(zone, known)}")


def _check_country(calendar: Calendar, node: Node | None, reader: Reader) -> None:
    if calendar.country is None or COUNTRY.fullmatch(calendar.country) is None:
        return
    fields, countries = reader.entries(node), public_holidays.countries()
    parts = countries.get(calendar.country)
    if parts is None:
        reader.fault(fields["country"], f"no holidays are known of the country `{calendar.country}`")
    elif calendar.subdivision is not None and calendar.subdivision not in parts:
        near = nearest(calendar.subdivision, parts)
        reader.fault(fields["subdivision"], f"{calendar.country} has no subdivision `{calendar.subdivision}`{near}")


def _check_working_time(calendar: Calendar, node: Node | None, reader: Reader) -> None:
    """Refuse what nobody could ever be reached in; a walk along it would have no end."""
    if node is None or reader.faults:
        return
    first, last = TRIED
    usual = replace(calendar, special={}, holidays=_of_every_year(calendar.holidays))
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    if not any(map(usual.windows_on, days)):
        reader.fault(node, "there is no working time: each of these days is a holiday, in every year")


def _of_every_year(dates: Mapping[str, str]) -> Mapping[str, str]:
    return {text: name for text, name in dates.items() if len(text) == len("12-24")}
