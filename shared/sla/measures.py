"""How late the checks of SLAs come: what happenings add to the counters."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.runtime.counters import shard_of
from shared.runtime.decision import Tally
from shared.runtime.ids import joined
from shared.sla.happening import Happening

NAME = "SLA"
"""Of the counters; no journey is named in capitals."""
GROUP = "checks"
LIMITS: tuple[tuple[str, timedelta], ...] = (
    ("lateness.<=1s", timedelta(seconds=1)),
    ("lateness.<=2s", timedelta(seconds=2)),
    ("lateness.<=5s", timedelta(seconds=5)),
    ("lateness.<=1m", timedelta(minutes=1)),
    ("lateness.<=1h", timedelta(hours=1)),
)
"""Counters of checks by how late they came, and the most that is counted in each."""
LATER = "lateness.>1h"


def tally(case: str, cause: str, happenings: Iterable[Happening], now: datetime) -> tuple[Tally, ...]:
    """Return the record of how late the deadlines were noticed that checks were set for; none where there were none."""
    late = Counter(counter(each.lateness) for each in happenings if each.lateness is not None)
    if not late:
        return ()
    return (Tally(shard_of(NAME, case), GROUP, joined(case, cause), now.date().isoformat(), dict(late)),)


def counter(lateness: timedelta) -> str:
    """Name the counter of a check that came so late."""
    return next((name for name, most in LIMITS if lateness <= most), LATER)
