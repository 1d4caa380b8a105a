"""What a case adds to the supervisors' counters as it stands; a step adds what that is more, or less, than before.

So sums over all steps are sums over all cases, whatever was told twice, and a case that becomes another priority moves
from one number to another. A case counts in the group of the day on which it was opened: the groups tell its age.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from shared.cases.case import Case
from shared.runtime.counters import shard_of
from shared.runtime.decision import Tally
from shared.runtime.ids import derived, joined

NAME = "CASES"
"""Of the counters; no journey is named in capitals."""
FACETS: Mapping[str, str] = {
    "type": "type",
    "priority": "priority",
    "channel": "origin",
    "product": "product",
    "error_code": "error_code",
}
"""What numbers are told by, and the column of the case that says it."""
LIMITS: Mapping[str, timedelta] = {
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "8h": timedelta(hours=8),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
"""Durations are counted by the first of these that they do not exceed."""
LONGER = "longer"
OF = "|"
"""Between a measure and the facet that it is told by."""
LONGEST = 64
"""Characters of a value that numbers are told by. A longer one is cut, and ends in what tells it from others."""
HASHED = 8
NOTHING: Mapping[str, int] = {}


def measures(case: Case) -> Counter[str]:
    """Return what the case adds to every counter: in all, and by each facet that it has a value for."""
    if case.test:
        return Counter()
    own = {name: count for name, count in _measures(case) if count}
    added = Counter(own)
    for facet, column in FACETS.items():
        value = getattr(case, column)
        if value not in (None, ""):
            added.update({f"{name}{OF}{facet}={_told_by(value)}": count for name, count in own.items()})
    return added


def tally(
    before: Case | None, after: Case, cause: str, now: datetime, also: Mapping[str, int] = NOTHING
) -> tuple[Tally, ...]:
    """Return the record of what a step has changed, and of what `also` happened in it; none where that is nothing."""
    counts = measures(after)
    counts.subtract(measures(before) if before else {})
    counts.update({} if after.test else also)
    changed = {name: count for name, count in counts.items() if count}
    if not changed:
        return ()
    day, once = now.date().isoformat(), joined(after.id, cause)
    return (Tally(shard_of(NAME, after.id), group_of(after), once, day, changed),)


def group_of(case: Case) -> str:
    """The day (UTC) on which it was opened."""
    return case.opened_at.astimezone(UTC).date().isoformat()


def within(duration: timedelta) -> str:
    """Name the first limit that a duration does not exceed."""
    return next((name for name, limit in LIMITS.items() if duration <= limit), LONGER)


def _told_by(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - HASHED - 1]}~{derived(text)[:HASHED]}"


def _measures(case: Case) -> Iterator[tuple[str, int]]:
    yield "incoming", 1
    yield "active" if case.is_open else case.status, 1
    if case.status_reason == "merged":
        yield "merged", 1
    if case.escalated:
        yield "escalated", 1
        if case.is_open:
            yield "active_escalated", 1
    if case.epoch > 1:
        yield "reopened", 1
    if case.billable_minutes:
        yield "billable_minutes", case.billable_minutes
    if case.first_response_at is not None:
        yield from _took("response", case.first_response_at - case.opened_at)
    if case.status == "resolved" and case.closed_at is not None:
        yield from _took("resolution", case.closed_at - case.opened_at)
    for kpi, instance in case.instances.items():
        if instance.state in ("succeeded", "noncompliant"):
            yield f"kpi.{kpi}.{'met' if instance.state == 'succeeded' else 'missed'}", 1
        if instance.state == "succeeded":
            yield from _took(f"kpi.{kpi}.business", instance.elapsed)


def _took(what: str, duration: timedelta) -> Iterator[tuple[str, int]]:
    """Yield how often, how long in all, and how long at most: of the last a distribution is told."""
    duration = max(duration, timedelta())
    yield f"{what}.count", 1
    yield f"{what}.seconds", round(duration.total_seconds())
    yield f"{what}.within.{within(duration)}", 1
