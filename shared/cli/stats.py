"""The supervisors' numbers as people read them: tables, and bars that show what is large."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.cases.stats import Durations, Numbers, Stats
from shared.cli.output import Row

BAR = 20
"""Characters of the longest bar."""
EIGHTHS = " ▏▎▍▌▋▊▉"
COLUMNS = (
    "incoming",
    "",
    "active",
    "resolved",
    "cancelled",
    "reopened",
    "escalated",
    "first_response",
    "resolution",
    "promises_met",
)


def headlines(stats: Stats) -> Row:
    """Return what there is in all, a line each."""
    total = stats.total
    kept = {f"{kpi}_met": _kept(numbers.met, numbers.missed) for kpi, numbers in total.kpis.items()}
    worked = {f"{kpi}_in_business_time": took(numbers.business) for kpi, numbers in total.kpis.items()}
    return {
        "opened": f"{f'from {stats.first} ' if stats.first else ''}to {stats.last}",
        "incoming": total.incoming,
        "active": total.active,
        "resolved": total.resolved,
        "cancelled": f"{total.cancelled}{f', {total.merged} of them merged' if total.merged else ''}",
        "reopened": total.reopened or "",
        "escalated": f"{total.escalated} ({total.escalated_percent:g} %), {total.active_escalated} of them active",
        "first_response": took(total.response),
        "resolution": took(total.resolution),
        **kept,
        **worked,
        "billable_minutes": total.billable_minutes or "",
        "checks_came": ", ".join(f"{count} {late}" for late, count in stats.lateness.items()),
    }


def parts(stats: Stats) -> list[Row]:
    """Return a line for each value that the numbers are told by."""
    most = max((numbers.incoming for numbers in stats.parts.values()), default=0)
    return [{stats.by: value, **_line(numbers, most)} for value, numbers in stats.parts.items()]


def shares(counts: Mapping[str, int], of: str) -> list[Row]:
    """Return a line with a bar for each count."""
    most = max(counts.values(), default=0)
    return [{of: name, "cases": count, "": bar(count, most)} for name, count in counts.items()]


def classes(durations: Durations, what: str) -> list[Row]:
    return [{**row, what: within(str(row[what]))} for row in shares(durations.within, what)]


def took(durations: Durations) -> str:
    """Say how long it took: the mean, and what half and nine in ten stayed within."""
    if durations.mean_seconds is None:
        return ""
    return (
        f"{span(durations.mean_seconds)} on average, "
        f"half {within(durations.half_within)}, 90 % {within(durations.most_within)}"
    )


def within(name: str | None) -> str:
    return "in more than 30d" if name == "longer" else f"within {name}"


def span(seconds: int) -> str:
    """Tell a duration by its two largest units."""
    units = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
    told = list(_units(seconds, units))
    return " ".join(told[:2]) or "0s"


def bar(count: int, most: int) -> str:
    eighths = round(count * BAR * 8 / most) if most else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + (EIGHTHS[rest] if rest else "")


def _units(seconds: int, units: tuple[tuple[str, int], ...]) -> Iterator[str]:
    for unit, size in units:
        number, seconds = divmod(seconds, size)
        if number:
            yield f"{number}{unit}"


def _line(numbers: Numbers, most: int) -> dict[str, Any]:
    met, missed = (sum(getattr(kpi, name) for kpi in numbers.kpis.values()) for name in ("met", "missed"))
    return {
        "incoming": numbers.incoming,
        "": bar(numbers.incoming, most),
        "active": numbers.active,
        "resolved": numbers.resolved,
        "cancelled": numbers.cancelled,
        "reopened": numbers.reopened,
        "escalated": f"{numbers.escalated_percent:g} %",
        "first_response": _mean(numbers.response),
        "resolution": _mean(numbers.resolution),
        "promises_met": _kept(met, missed),
    }


def _mean(durations: Durations) -> str:
    return "" if durations.mean_seconds is None else span(durations.mean_seconds)


def _kept(met: int, missed: int) -> str:
    return f"{met} of {met + missed} ({100 * met / (met + missed):.0f} %)" if met + missed else ""
