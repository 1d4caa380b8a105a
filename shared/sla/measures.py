"""How late the checks of SLAs come: what happenings add to the counters."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from shared.sla.happening import Happening

LIMITS: tuple[tuple[str, timedelta], ...] = (
    ("lateness.<=1s", timedelta(seconds=1)),
    ("lateness.<=2s", timedelta(seconds=2)),
    ("lateness.<=5s", timedelta(seconds=5)),
    ("lateness.<=1m", timedelta(minutes=1)),
    ("lateness.<=1h", timedelta(hours=1)),
)
"""Counters of checks by how late they came, and the most that is counted in each."""
LATER = "lateness.>1h"


def counts(happenings: Iterable[Happening]) -> Mapping[str, int]:
    """Return what is added for the deadlines that checks were set for."""
    return Counter(counter(each.lateness) for each in happenings if each.lateness is not None)


def counter(lateness: timedelta) -> str:
    """Name the counter of a check that came so late."""
    return next((name for name, most in LIMITS if lateness <= most), LATER)
