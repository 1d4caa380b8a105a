"""Spans of time as .NET writes them, `[days.]hours:minutes:seconds`."""

import re
from datetime import timedelta

_TIME_SPAN = re.compile(r"(?:(?P<days>\d+)\.)?(?P<hours>\d+):(?P<minutes>\d+):(?P<seconds>\d+(?:\.\d+)?)")


def time_span(text: str) -> timedelta:
    """The span that the text stands for; ValueError where it is none."""
    match = _TIME_SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a time span like 00:05:00")
    return timedelta(**{unit: float(value) for unit, value in match.groupdict("0").items()})
