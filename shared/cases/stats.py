"""What supervisors ask of the counters: how many cases there are, how long they take, and which promises were kept."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.cases.measures import FACETS, LIMITS, LONGER, NAME, OF
from shared.runtime import counters
from shared.runtime.store import Store
from shared.sla import measures as sla

DAY = "day"
BY = ("", DAY, *FACETS)
AGES: Mapping[str, int] = {"today": 0, "1-2 days": 2, "3-6 days": 6, "1-4 weeks": 29}
"""Age of what is active, in days at most, by the day (UTC) on which it was opened."""
OLDER = "older"


@dataclass(frozen=True, slots=True)
class Durations:
    """How long something took. Of half, and of nine in ten, it is told within what they stayed."""

    count: int = 0
    mean_seconds: int | None = None
    half_within: str | None = None
    """`5m`, `1h`, `3d`..., or `longer`."""
    most_within: str | None = None
    """Nine in ten."""
    within: Mapping[str, int] = field(default_factory=dict)
    """How many by class, each counted once."""


@dataclass(frozen=True, slots=True)
class KpiNumbers:
    """What became of a promise: of the cases whose clock has ended."""

    met: int
    missed: int
    met_percent: float
    business: Durations
    """Business time, without pauses, of those that met it."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Cases that were opened in the time that is asked about, as they stand now."""

    incoming: int = 0
    active: int = 0
    resolved: int = 0
    cancelled: int = 0
    merged: int = 0
    """Of the cancelled ones."""
    reopened: int = 0
    escalated: int = 0
    escalated_percent: float = 0.0
    active_escalated: int = 0
    billable_minutes: int = 0
    response: Durations = Durations()
    resolution: Durations = Durations()
    kpis: Mapping[str, KpiNumbers] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stats:
    """All numbers of a time, and by day or facet where that was asked for. Days are UTC."""

    first: date | None
    last: date
    by: str
    total: Numbers
    parts: Mapping[str, Numbers]
    active_by_age: Mapping[str, int]
    lateness: Mapping[str, int]
    """How late the checks of SLAs came, ever."""


async def read(store: Store, first: date | None, last: date, by: str) -> Stats:
    """Return the numbers of the cases opened from the first to the last day; None: from the very first one."""
    groups = await counters.read(store, NAME, first.isoformat() if first else "", last.isoformat())
    summed: Counter[str] = Counter()
    for counts in groups.values():
        summed.update(counts)
    parts = {day: numbers(counts) for day, counts in sorted(groups.items())} if by == DAY else _by(by, summed)
    return Stats(
        first,
        last,
        by,
        numbers(summed),
        parts,
        ages({date.fromisoformat(day): counts["active"] for day, counts in groups.items()}, last),
        _lateness(summed),
    )


def numbers(counts: Mapping[str, int]) -> Numbers:
    """Return the numbers in all from the counters of them."""

    def of(name: str) -> int:
        return counts.get(name, 0)

    return Numbers(
        incoming=of("incoming"),
        active=of("active"),
        resolved=of("resolved"),
        cancelled=of("cancelled"),
        merged=of("merged"),
        reopened=of("reopened"),
        escalated=of("escalated"),
        escalated_percent=_percent(of("escalated"), of("incoming")),
        active_escalated=of("active_escalated"),
        billable_minutes=of("billable_minutes"),
        response=_durations("response", of),
        resolution=_durations("resolution", of),
        kpis={kpi: _kpi(kpi, of) for kpi in sorted(_kpis(counts))},
    )


def ages(active: Mapping[date, int], today: date) -> dict[str, int]:
    """Return how many are active by their age."""
    found = dict.fromkeys((*AGES, OLDER), 0)
    for day, count in active.items():
        age = (today - day).days
        found[next((name for name, most in AGES.items() if age <= most), OLDER)] += count
    return found


def _lateness(counts: Mapping[str, int]) -> dict[str, int]:
    """Return how many deadlines were noticed how late."""
    classes = [*(name for name, _ in sla.LIMITS), sla.LATER]
    return {name.removeprefix("lateness."): counts[name] for name in classes if counts.get(name)}


def _by(facet: str, counts: Mapping[str, int]) -> dict[str, Numbers]:
    """Return the numbers of each value that the facet has, those with the most cases first."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, count in counts.items():
        measure, _, told_by = name.partition(OF)
        own, _, value = told_by.partition("=")
        if facet and own == facet and count:
            found[value][measure] = count
    return {value: numbers(found[value]) for value in sorted(found, key=lambda each: (-found[each]["incoming"], each))}


def _kpis(counts: Mapping[str, int]) -> Iterator[str]:
    for name, count in counts.items():
        kind, _, rest = name.partition(".")
        if kind == "kpi" and OF not in name and count and rest.endswith((".met", ".missed")):
            yield rest.rpartition(".")[0]


def _kpi(kpi: str, of: Callable[[str], int]) -> KpiNumbers:
    met, missed = of(f"kpi.{kpi}.met"), of(f"kpi.{kpi}.missed")
    return KpiNumbers(met, missed, _percent(met, met + missed), _durations(f"kpi.{kpi}.business", of))


def _durations(what: str, of: Callable[[str], int]) -> Durations:
    count = of(f"{what}.count")
    classes = {name: of(f"{what}.within.{name}") for name in (*LIMITS, LONGER)}
    if not count:
        return Durations()
    return Durations(
        count,
        round(of(f"{what}.seconds") / count),
        _reached(classes, count, 50),
        _reached(classes, count, 90),
        {name: number for name, number in classes.items() if number},
    )


def _reached(classes: Mapping[str, int], count: int, percent: int) -> str:
    """Name the first class by which so many of a hundred are in it or before it."""
    seen = 0
    for name, number in classes.items():
        seen += number
        if seen * 100 >= count * percent:
            return name
    return LONGER


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
