"""What the SLA does around every decision about a case: before it, deadlines pass; after it, it is looked at again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.cases.case import Case, lookup
from shared.cases.messages import SetSla
from shared.cases.replies import answer, changed_meanwhile, closed
from shared.cases.route import rerouted
from shared.cases.timeline import Line, key_of
from shared.definitions.catalogue import Catalogue
from shared.definitions.sla import NONE, AddNote, Escalate, Route
from shared.events.messages import TriggerFired
from shared.runtime.decision import Decision, Outgoing, Record, Refusal
from shared.runtime.envelope import Message
from shared.sla import watch
from shared.sla.book import Watched
from shared.sla.facts import SlaFacts, Subject
from shared.sla.happening import Happening, Raised
from shared.sla.messages import CheckSla

BY = "carebus/sla"
TOLD = ("warned", "failed", "succeeded", "cancelled")
"""What the timeline says of an SLA: the rest can be seen from the case's own changes."""
MOST_LINES = 40
"""Of one decision: all of it is one transaction."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A case, and what its SLA has done so far in this turn."""

    case: Case
    rows: Mapping[str, object] = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()


def check_sla(_case: Case, _message: Message[CheckSla], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Decide nothing: deadlines pass before every decision, so this one only sees to it that there is one."""
    return Decision()


def set_sla(case: Case, message: Message[SetSla], catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Hold an active case to another SLA, to none, or to the one that would hold without anybody's word."""
    wanted = message.body.sla
    if refused := changed_meanwhile(case, message) or closed(case):
        return refused
    if wanted not in ("", NONE) and wanted not in catalogue.slas:
        return Decision(refused=Refusal("unknown_sla", "sla"))
    return Decision(
        state=replace(case, sla=wanted), outcome="sla_set", answer=answer(case, "sla_set"), detail={"sla": wanted}
    )


def passed(case: Case, facts: SlaFacts, catalogue: Catalogue, now: datetime) -> Kept:
    """Let the deadlines take effect that have passed by now."""
    if not case.instances:
        return Kept(case)
    return _taken(Kept(case), watch.catch_up(case.instances, facts, _subject(case, now), now), catalogue, now)


def looked_at(
    kept: Kept, after: Case, facts: SlaFacts, catalogue: Catalogue, message: Message[Any], now: datetime
) -> Kept:
    """Begin, end, pause and resume what the case is held to, as it is now."""
    kept = replace(kept, case=after)
    if not facts.current and not after.instances:
        return kept
    subject = _subject(after, now)
    return _taken(kept, watch.reconsider(after.instances, facts, subject, message.time, now), catalogue, now)


def lines(kept: Kept, message: Message[Any], now: datetime) -> Mapping[str, Line]:
    """Return what the timeline says of it: rows of the case, in their order."""
    told = list(_lines(kept, message, now))[:MOST_LINES]
    return {f"{key_of(line, kept.case.version)}~{len(told) - place:03d}": line for place, line in enumerate(told)}


def raised(kept: Kept, now: datetime) -> tuple[Outgoing, ...]:
    """Return the triggers that its actions fire."""
    return tuple(
        Outgoing(action.id, TriggerFired(action.trigger, action.attributes, now, source=BY, contact=kept.case.contact))
        for happening in kept.happenings
        for action in happening.actions
        if isinstance(action, Raised)
    )


def dues(before: Case | None, after: Case) -> tuple[Record, ...]:
    """Return what is to be published so that the next deadlines are noticed."""
    return watch.dues(after.id, before.instances if before else {}, after.instances)


def _subject(case: Case, now: datetime) -> Subject:
    return Subject(case.id, case.is_open, lookup(case, now), case.sla, case.entitlement_sla)


def _taken(kept: Kept, watched: Watched, catalogue: Catalogue, now: datetime) -> Kept:
    if not watched.happenings:
        return kept
    case = replace(kept.case, instances=watched.instances)
    for happening in watched.happenings:
        for action in happening.actions:
            if isinstance(action, Escalate):
                case = replace(case, escalated=True)
            elif isinstance(action, Route) and case.is_open:
                case = rerouted(case, catalogue, now)
    return Kept(case, {**kept.rows, **watched.rows}, (*kept.happenings, *watched.happenings))


def _lines(kept: Kept, message: Message[Any], now: datetime) -> Iterator[Line]:
    for happening in kept.happenings:
        if happening.kind in TOLD:
            yield Line(
                id=message.id,
                kind="sla",
                at=now,
                outcome=happening.kind,
                by=BY,
                detail=_told(happening),
                case=kept.case.id,
            )
        for action in happening.actions:
            if isinstance(action, AddNote):
                yield Line(id=message.id, kind="note", at=now, by=BY, text=action.text, case=kept.case.id)


def _told(happening: Happening) -> dict[str, Any]:
    late = happening.lateness
    said = {
        "kpi": happening.kpi,
        "instance": happening.instance,
        "due": happening.due.isoformat() if happening.due else None,
        "late_seconds": late.total_seconds() if late is not None else None,
        "reason": happening.reason or None,
    }
    return {name: value for name, value in said.items() if value is not None}
