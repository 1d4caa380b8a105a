"""How a time is written: for reading, and how long ago it was."""

from datetime import datetime, timedelta

UNITS = (
    (timedelta(days=1), "{} d ago"),
    (timedelta(hours=1), "{} h ago"),
    (timedelta(minutes=1), "{} min ago"),
)


def moment(time: datetime, now: datetime) -> dict[str, str]:
    """The time for machines, for reading, and from `now`."""
    return {"iso": time.isoformat(), "exact": f"{time:%Y-%m-%d %H:%M:%S} UTC", "ago": ago(now - time)}


def ago(age: timedelta) -> str:
    """The age in its largest unit, rounded down."""
    return next((text.format(age // unit) for unit, text in UNITS if age >= unit), "just now")
