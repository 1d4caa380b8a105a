"""What time and changes do to the SLA of a case. Pure: called around every decision about a case.

    caught = watch.catch_up(case.instances, facts, subject(case), now)      # before: deadlines that have passed
    ...                                                                     # apply caught.happenings' actions, decide
    moved = watch.reconsider(caught.instances, facts, subject(after), accepted, now)
    dues = watch.dues(case.id, case.instances, moved.instances)

`accepted` is the time of the message that is decided on: a pause, a resumption and a success count from then, a
deadline passes by `now`. So a message that comes late takes nothing back that has happened, and the order in which
a check and a command come changes nothing. What comes out:

- `instances`: the case's new `instances`, by KPI;
- `rows`: to insert with the commit (segments that are over, instances that were replaced);
- `happenings`: for the timeline, the triggers and the measures (`shared.sla.measures.counts`), in their order; each
  has its `actions`: Raised (a trigger with its attributes and the id of its event), Escalate, Route, AddNote;
- `dues`: records to publish, so that a check comes when the next deadline passes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.definitions.conditions import holds
from shared.definitions.sla import Sla
from shared.runtime.decision import Due
from shared.runtime.ids import derived
from shared.sla import buckets
from shared.sla import instance as instances
from shared.sla.book import Book, Watched
from shared.sla.facts import SlaFacts, Subject
from shared.sla.instance import Instance, Segment

type Instances = Mapping[str, Instance]


def catch_up(held: Instances, facts: SlaFacts, subject: Subject, now: datetime) -> Watched:
    """Let every deadline that has passed by now take effect, in order: a warning always before the failure."""
    book = Book(held, facts, subject, now, is_awaited=True)
    book.pass_deadlines(held, now)
    return book.watched()


def reconsider(held: Instances, facts: SlaFacts, subject: Subject, accepted: datetime, now: datetime) -> Watched:
    """Begin, end, pause, resume and replace instances, as the case now says."""
    book = Book(held, facts, subject, now)
    sla = facts.chosen(subject.by_hand, subject.entitled)
    at = min(accepted, now)
    for kpi in dict.fromkeys((*(sla.kpis() if sla else ()), *held)):
        _reconsider(book, kpi, _wanted(sla, kpi, subject), at)
    return book.watched()


def dues(case: str, before: Instances, after: Instances) -> tuple[Due, ...]:
    """A check for each instance whose next deadline is another than before."""
    return tuple(
        buckets.due(case, instance, due)
        for kpi, instance in after.items()
        if (due := instance.next_due) is not None
        and (kpi not in before or (before[kpi].id, before[kpi].next_due) != (instance.id, due))
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The item that a case should be held to for a KPI, and since when; `item` None: to none."""

    sla: Sla | None
    item: int | None = None
    start: datetime | None = None

    def is_met_by(self, instance: Instance, facts: SlaFacts, subject: Subject) -> bool:
        """Whether the instance is of the SLA, and by its own version still of the right item and time."""
        if self.sla is None or self.sla.name != instance.sla:
            return False
        own = _wanted(facts.sla(instance), instance.kpi, subject)
        return (own.item, own.start) == (instance.item, instance.applicable_from)


def _wanted(sla: Sla | None, kpi: str, subject: Subject) -> _Wanted:
    item = sla.applicable(kpi, subject.lookup) if sla else None
    start = subject.time(sla.items[item].applicable_from) if sla and item is not None else None
    return _Wanted(sla, item if start else None, start)


def _reconsider(book: Book, kpi: str, wanted: _Wanted, at: datetime) -> None:
    old = book.held.get(kpi)
    if old is None:
        if book.subject.is_open and wanted.start is not None:
            _begin(book, kpi, wanted, at, None, ())
    elif old.is_over:
        _look_again(book, old, wanted, at)
    elif _has_succeeded(book, old) or (book.subject.is_open and wanted.is_met_by(old, book.facts, book.subject)):
        _settle(book, kpi, at)
    else:
        _end(book, old, wanted, at)


def _end(book: Book, old: Instance, wanted: _Wanted, at: datetime) -> None:
    """Cancel the instance, and begin one in its place where another item counts."""
    breaks = _breaks(book, old, at)
    is_replaced = book.subject.is_open and wanted.start is not None
    book.move("cancelled", instances.cancel(old, book.facts.item(old), at, _reason(book, old, wanted)), at)
    if is_replaced:
        _begin(book, old.kpi, wanted, at, book.held[old.kpi], breaks)


def _reason(book: Book, old: Instance, wanted: _Wanted) -> str:
    if not book.subject.is_open:
        return "case_closed"
    if wanted.sla is None or wanted.sla.name != old.sla:
        return "sla_changed"
    return "not_applicable" if wanted.start is None else "replaced"


def _look_again(book: Book, old: Instance, wanted: _Wanted, at: datetime) -> None:
    """Take up a KPI again whose instance has ended: a cancelled one always, another one if the SLA says so."""
    if not book.subject.is_open or wanted.sla is None or wanted.start is None:
        return
    has_reopened = old.state == "succeeded" and not _has_succeeded(book, old)
    if old.state == "cancelled" or (has_reopened and wanted.sla.reevaluates):
        _begin(book, old.kpi, wanted, at, old, _breaks(book, old, at))
    elif wanted.sla.reevaluates and not wanted.is_met_by(old, book.facts, book.subject):
        _begin(book, old.kpi, wanted, at, old, _kept(book, old), old.succeeded_at)


def _begin(
    book: Book,
    kpi: str,
    wanted: _Wanted,
    at: datetime,
    old: Instance | None,
    breaks: tuple[Segment, ...],
    succeeded_at: datetime | None = None,
) -> None:
    """Begin an instance, and let pass what has been: deadlines, and the breaks of the one it replaces."""
    assert wanted.sla is not None
    assert wanted.item is not None
    assert wanted.start is not None
    n = old.n + 1 if old else 1
    begun = Instance(
        id=derived("sla", book.subject.id, kpi, str(n)),
        kpi=kpi,
        sla=wanted.sla.name,
        version=book.facts.versions[wanted.sla.name],
        item=wanted.item,
        applicable_from=wanted.start,
        since=wanted.start,
        replaces=old.id if old else None,
        n=n,
    )
    book.begin(begun, old, at)
    item = book.facts.item(begun)
    for each in breaks:
        start = max(each.start, book.held[kpi].since)
        book.pass_deadlines([kpi], start)
        if book.is_over(kpi):
            return
        if start < each.end:
            book.record(instances.pause(book.held[kpi], item, start))
            book.record(instances.resume(book.held[kpi], item, each.end, each.kind))
    _settle(book, kpi, at, succeeded_at)


def _settle(book: Book, kpi: str, at: datetime, succeeded_at: datetime | None = None) -> None:
    """End, pause or resume a running or paused instance, as its item says."""
    instance = book.held[kpi]
    item, subject = book.facts.item(instance), book.subject
    if _has_succeeded(book, instance):
        when = min(succeeded_at or subject.time(item.succeeded_at) or at, at)
        book.pass_deadlines([kpi], when)
        if not book.is_over(kpi):
            moved = instances.succeed(book.held[kpi], item, when)
            book.move("succeeded", moved, moved[0].since)
    elif holds(item.pauses_when, subject.lookup):
        book.pass_deadlines([kpi], at)
        if not book.is_over(kpi) and book.held[kpi].state != "paused":
            book.move("paused", instances.pause(book.held[kpi], item, at), at)
    else:
        if instance.state == "paused":
            book.move("resumed", instances.resume(instance, item, at), at)
        book.pass_deadlines([kpi], book.now)


def _has_succeeded(book: Book, instance: Instance) -> bool:
    return holds(book.facts.item(instance).succeeds_when, book.subject.lookup)


def _kept(book: Book, old: Instance) -> tuple[Segment, ...]:
    """The breaks of an instance that are on record."""
    return book.facts.breaks[old.id] if old.breaks else ()


def _breaks(book: Book, old: Instance, at: datetime) -> tuple[Segment, ...]:
    """The breaks of an instance up to now: also the one it is in, and the time since it ended, if that stood still."""
    if old.state == "paused":
        last = Segment("paused", old.since, max(at, old.since), instances.NOTHING)
    elif old.was_stopped and old.ended_at is not None:
        last = Segment("closed", old.ended_at, max(at, old.ended_at), instances.NOTHING)
    else:
        return _kept(book, old)
    return (*_kept(book, old), last)
