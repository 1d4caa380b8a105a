"""What happenings add to the counters: kept and broken promises by KPI, and how late the checks come."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from shared.sla.happening import Happening, Kind

COUNTED: Mapping[Kind, str] = {"warned": "warned", "failed": "missed", "succeeded": "met"}
LATENESS: tuple[tuple[str, timedelta], ...] = (
    ("lateness.<=1s", timedelta(seconds=1)),
    ("lateness.<=2s", timedelta(seconds=2)),
    ("lateness.<=5s", timedelta(seconds=5)),
    ("lateness.<=1m", timedelta(minutes=1)),
    ("lateness.<=1h", timedelta(hours=1)),
)
"""Counters of checks by how late they came, and the most that is counted there."""
LATER = "lateness.>1h"


def counts(happenings: Iterable[Happening]) -> Mapping[str, int]:
    """Return what to add: `sla.<kpi>.met`, `.missed`, `.warned`, and `lateness.*` of each check that was awaited."""
    added: Counter[str] = Counter()
    for happening in happenings:
        if happening.kind in COUNTED:
            added[f"sla.{happening.kpi}.{COUNTED[happening.kind]}"] += 1
        if happening.lateness is not None:
            added[lateness(happening.lateness)] += 1
    return dict(added)


def lateness(late: timedelta) -> str:
    """Name the counter of a check that came so late."""
    return next((name for name, most in LATENESS if late <= most), LATER)
