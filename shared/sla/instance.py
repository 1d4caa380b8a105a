"""One KPI of one case: where it stands, and how that was counted. Pure, and of constant size.

Business time runs from `applicable_from` on, except while the instance is paused. The deadline is the first moment
at which as much of it has run as the item allows. Every stretch of time that is over is a segment, which is stored
beside the case: the running ones add up to `elapsed`, the others to `on_hold`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.definitions.business_time import LONGEST, add, measure
from shared.definitions.calendar import Calendar
from shared.definitions.sla import Item

type State = Literal["in_progress", "nearing", "noncompliant", "succeeded", "paused", "cancelled"]

NEXT: Mapping[State, frozenset[State]] = {
    "in_progress": frozenset({"nearing", "noncompliant", "succeeded", "paused", "cancelled"}),
    "nearing": frozenset({"noncompliant", "succeeded", "paused", "cancelled"}),
    "paused": frozenset({"in_progress", "nearing", "succeeded", "cancelled"}),
    "noncompliant": frozenset(),
    "succeeded": frozenset(),
    "cancelled": frozenset(),
}
"""Every change of an instance is a row of this table (I4). One that has ended is only ever replaced by another."""
type Kind = Literal["running", "paused", "closed"]
NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of an instance's time that is over; `end` is not in it any more."""

    kind: Kind
    """`closed`: an earlier instance had ended, and this one did not yet exist."""
    start: datetime
    end: datetime
    business: timedelta
    """How much of it is business time."""


@dataclass(frozen=True, slots=True)
class Instance:
    """`fails_at` is None while it is paused: then nobody can tell."""

    id: str
    kpi: str
    sla: str
    version: int
    """The SLA's: an instance is counted by the version it began with."""
    item: int
    """The place of its item in the SLA."""
    applicable_from: datetime
    since: datetime
    """When the segment began that is not over yet."""
    state: State = "in_progress"
    warns_at: datetime | None = None
    fails_at: datetime | None = None
    elapsed: timedelta = NOTHING
    """Business time that ran, without the segment that is not over yet."""
    on_hold: timedelta = NOTHING
    """Business time that did not count, without the segment that is not over yet."""
    segments: int = 0
    """How many are over."""
    breaks: int = 0
    """How many of them did not count."""
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    ended_at: datetime | None = None
    was_stopped: bool = False
    """Whether time did not count when it ended, so that what follows does not either."""
    reason: str = ""
    """Why it was cancelled: `case_closed`, `sla_changed`, `not_applicable`, `replaced`."""
    replaces: str | None = None
    n: int = 1
    """Its place in the chain of those that replaced one another."""

    @property
    def is_over(self) -> bool:
        return not NEXT[self.state]

    @property
    def paused_since(self) -> datetime | None:
        return self.since if self.state == "paused" else None

    @property
    def next_due(self) -> datetime | None:
        """When time will next do something to it."""
        if self.state == "in_progress":
            return self.warns_at or self.fails_at
        return self.fails_at if self.state == "nearing" else None


type Moved = tuple[Instance, Segment | None]
"""An instance, and the segment that is over now."""


def begin(instance: Instance, item: Item) -> Instance:
    """Set the deadlines of an instance whose time has just begun to count."""
    return _with_deadlines(instance, item)


def warn(instance: Instance) -> Moved:
    return _to("nearing", instance), None


def fail(instance: Instance, item: Item) -> Moved:
    """End it at its deadline: exactly then all of its time has run."""
    assert instance.fails_at is not None
    failed, segment = _close(instance, item, instance.fails_at)
    return replace(_to("noncompliant", failed), failed_at=instance.fails_at, ended_at=instance.fails_at), segment


def pause(instance: Instance, item: Item, at: datetime) -> Moved:
    """Stop the clock. A warning that was given stays so: `warns_at` tells it from one that is yet to come."""
    paused, segment = _close(instance, item, at)
    warns_at = instance.warns_at if instance.state == "nearing" else None
    return replace(_to("paused", paused), warns_at=warns_at, fails_at=None), segment


def resume(instance: Instance, item: Item, at: datetime, kind: Kind = "paused") -> Moved:
    """Let the clock go on: the deadlines move by the business time that it stood still."""
    resumed, segment = _close(instance, item, at, kind)
    resumed = _to("nearing" if instance.warns_at else "in_progress", resumed)
    return _with_deadlines(resumed, item), segment


def succeed(instance: Instance, item: Item, at: datetime) -> Moved:
    succeeded, segment = _close(instance, item, at)
    ended_at = succeeded.since
    return replace(_to("succeeded", succeeded), succeeded_at=ended_at, ended_at=ended_at, was_stopped=True), segment


def cancel(instance: Instance, item: Item, at: datetime, reason: str) -> Moved:
    cancelled, segment = _close(instance, item, at)
    was_stopped = instance.state == "paused" or reason == "case_closed"
    cancelled = replace(_to("cancelled", cancelled), ended_at=cancelled.since, reason=reason, was_stopped=was_stopped)
    return cancelled, segment


def elapsed_at(instance: Instance, item: Item, now: datetime) -> timedelta:
    """The business time that has run, with the segment that is not over yet."""
    if instance.is_over or instance.state == "paused":
        return instance.elapsed
    return instance.elapsed + business_time(item.calendar, instance.since, max(now, instance.since))


def on_hold_at(instance: Instance, item: Item, now: datetime) -> timedelta:
    """The business time that did not count, with the segment that is not over yet."""
    if instance.state != "paused":
        return instance.on_hold
    return instance.on_hold + business_time(item.calendar, instance.since, max(now, instance.since))


def business_time(calendar: Calendar | None, start: datetime, end: datetime) -> timedelta:
    """What `measure` says, of however long a time: a case may be put on hold and forgotten."""
    counted = NOTHING
    while end - start > LONGEST:
        counted += measure(calendar, start, start + LONGEST)
        start += LONGEST
    return counted + measure(calendar, start, end)


def _to(state: State, instance: Instance) -> Instance:
    assert state in NEXT[instance.state], (instance.state, state)
    return replace(instance, state=state)


def _with_deadlines(instance: Instance, item: Item) -> Instance:
    fails_at = add(item.calendar, instance.since, item.fail_after - instance.elapsed)
    if instance.state == "nearing" or item.warn_after is None:
        return replace(instance, fails_at=fails_at)
    warns_at = add(item.calendar, instance.since, item.warn_after - instance.elapsed)
    return replace(instance, warns_at=warns_at, fails_at=fails_at)


def _close(instance: Instance, item: Item, at: datetime, kind: Kind = "paused") -> Moved:
    """End the open segment; one without length is none."""
    start, end = instance.since, max(at, instance.since)
    if start == end:
        return instance, None
    business = business_time(item.calendar, start, end)
    closed = replace(instance, since=end, segments=instance.segments + 1)
    if instance.state == "paused":
        closed = replace(closed, on_hold=closed.on_hold + business, breaks=closed.breaks + 1)
        return closed, Segment(kind, start, end, business)
    return replace(closed, elapsed=closed.elapsed + business), Segment("running", start, end, business)
