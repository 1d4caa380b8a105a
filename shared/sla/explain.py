"""How an instance was counted, for people: its segments with their business time, which add up to its deadline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.definitions.sla import Item
from shared.sla.instance import Instance, Segment, State, business_time, elapsed_at, on_hold_at

REASONS = {
    "case_closed": "the case was closed",
    "sla_changed": "another SLA holds for the case, or none",
    "not_applicable": "it no longer applies to the case",
    "replaced": "another item of the SLA counts now",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time, and how much of it is business time; `end` is null as long as it is not over."""

    kind: str
    """running, paused, or closed: an earlier instance had ended, and this one did not yet exist"""
    start: datetime
    end: datetime | None
    business_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`elapsed_seconds` and `left_seconds` add up to `fail_after_seconds`, and the running segments to the first."""

    kpi: str
    instance: str
    replaces: str | None
    sla: str
    version: int
    state: State
    calendar: str | None
    """null: all time is business time"""
    time_zone: str
    applicable_from: datetime
    warn_after_seconds: float | None
    fail_after_seconds: float
    warns_at: datetime | None
    fails_at: datetime | None
    """null while it is paused"""
    paused_since: datetime | None
    succeeded_at: datetime | None
    failed_at: datetime | None
    elapsed_seconds: float
    on_hold_seconds: float
    left_seconds: float
    segments: tuple[Stretch, ...]
    in_words: str


def explained(instance: Instance, item: Item, segments: Iterable[Segment], now: datetime) -> Explanation:
    """Return how the instance stands now; `segments` are those that are over."""
    elapsed = elapsed_at(instance, item, now)
    return Explanation(
        kpi=instance.kpi,
        instance=instance.id,
        replaces=instance.replaces,
        sla=instance.sla,
        version=instance.version,
        state=instance.state,
        calendar=item.calendar.name if item.calendar else None,
        time_zone=item.calendar.time_zone if item.calendar else "UTC",
        applicable_from=instance.applicable_from,
        warn_after_seconds=item.warn_after.total_seconds() if item.warn_after else None,
        fail_after_seconds=item.fail_after.total_seconds(),
        warns_at=instance.warns_at,
        fails_at=instance.fails_at,
        paused_since=instance.paused_since,
        succeeded_at=instance.succeeded_at,
        failed_at=instance.failed_at,
        elapsed_seconds=elapsed.total_seconds(),
        on_hold_seconds=on_hold_at(instance, item, now).total_seconds(),
        left_seconds=(item.fail_after - elapsed).total_seconds(),
        segments=(*map(_stretch, segments), *_open(instance, item, now)),
        in_words=_words(instance, item, now),
    )


def _stretch(segment: Segment) -> Stretch:
    return Stretch(segment.kind, segment.start, segment.end, segment.business.total_seconds())


def _open(instance: Instance, item: Item, now: datetime) -> tuple[Stretch, ...]:
    """The segment that is not over yet."""
    if instance.is_over:
        return ()
    business = business_time(item.calendar, instance.since, max(now, instance.since))
    kind = "paused" if instance.state == "paused" else "running"
    return (Stretch(kind, instance.since, None, business.total_seconds()),)


def _words(instance: Instance, item: Item, now: datetime) -> str:
    elapsed, on_hold = elapsed_at(instance, item, now), on_hold_at(instance, item, now)
    of = f"business time ({item.calendar.name}, {item.calendar.time_zone})" if item.calendar else "time"
    start = _moment(instance.applicable_from, item)
    sentences = [f"{_span(item.fail_after)} of {of} are promised from {start} on."]
    sentences.append(f"{_span(elapsed)} of it have run" + (f", {_span(on_hold)} did not count." if on_hold else "."))
    return " ".join([*sentences, _end(instance, item, item.fail_after - elapsed)])


def _end(instance: Instance, item: Item, left: timedelta) -> str:
    match instance.state:
        case "paused":
            return f"On hold since {_moment(instance.since, item)}: it cannot fail meanwhile, {_span(left)} are left."
        case "noncompliant":
            return f"With that it failed at {_moment(instance.since, item)}."
        case "succeeded":
            return f"It succeeded at {_moment(instance.since, item)}, with {_span(left)} left."
        case "cancelled":
            return f"It was cancelled at {_moment(instance.since, item)}: {REASONS[instance.reason]}."
        case _:
            fails_at = instance.fails_at or instance.since
            return f"With the {_span(left)} that are left it fails at {_moment(fails_at, item)}."


def _moment(at: datetime, item: Item) -> str:
    zone = ZoneInfo(item.calendar.time_zone) if item.calendar else UTC
    local = at.astimezone(zone)
    return (
        f"{local:%Y-%m-%d %H:%M:%S}".removesuffix(":00") if not local.microsecond else f"{local:%Y-%m-%d %H:%M:%S.%f}"
    )


def _span(length: timedelta) -> str:
    """Return `30 h 5 min`, or less than a minute in seconds."""
    minutes, seconds = divmod(length.total_seconds(), 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    parts += [f"{seconds:g} s"] if seconds or not parts else []
    return " ".join(parts)
