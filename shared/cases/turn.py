"""What every decision about a case has in common: its line on the timeline, who is told, and which lists show it.

A decide function says what becomes of the case and no more. It is wrapped by `turned` (or `begun`, where there is no
case yet), which the composition root does for all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from shared.cases import measures, placing
from shared.cases import placing, promises
from shared.cases.case import OPEN_LIST, Case, list_of_contact, order_of
from shared.cases.coverage import charges
from shared.cases.route import arrived
from shared.cases.route import told as told_where
from shared.cases.timeline import Line, key_of, list_of_conversation, newest_first
from shared.cases.timeline import list_of_contact as timeline_of
from shared.definitions.catalogue import Catalogue
from shared.definitions.tables import TABLES
from shared.events.messages import RecordChanged
from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Outgoing, Record, View
from shared.runtime.envelope import Message
from shared.runtime.ids import derived
from shared.sla.facts import SlaFacts

type Decide = Callable[[Case, Message[Any], Catalogue, datetime], Decision[Case]]
type Create = Callable[[Message[Any], Catalogue, datetime], Decision[Case]]
NO_SLA = SlaFacts()


class Turned(Protocol):
    """Decides on a case that is there; `sla` is what its SLA rests on."""

    def __call__(
        self, case: Case, message: Message[Any], catalogue: Catalogue, now: datetime, sla: SlaFacts = NO_SLA
    ) -> Decision[Case]: ...


class Begun(Protocol):
    """Decides on a case that is to be created."""

    def __call__(
        self, message: Message[Any], catalogue: Catalogue, now: datetime, sla: SlaFacts = NO_SLA
    ) -> Decision[Case]: ...


NOTED = "noted"
"""The outcome of what nobody needs to read about."""
WATCHED = tuple(TABLES["cases"].columns)
"""Columns whose change is told to triggers."""
TOLD = ("number", "contact", "status", "status_reason", "priority", "type", "escalated")
TOLD_WHERE_SET = ("device", "error_code", "product", "queue", "owner")


def turned(decide: Decide) -> Turned:
    """Return the decide function with all that follows from what it changes."""

    def change(
        case: Case, message: Message[Any], catalogue: Catalogue, now: datetime, sla: SlaFacts = NO_SLA
    ) -> Decision[Case]:
        kept = promises.passed(case, sla, catalogue, now)
        return _finished(case, kept, decide(kept.case, message, catalogue, now), message, catalogue, now, sla)

    return change


def begun(create: Create) -> Begun:
    """Return the function that creates a case, with all that follows."""

    def begin(message: Message[Any], catalogue: Catalogue, now: datetime, sla: SlaFacts = NO_SLA) -> Decision[Case]:
        decision = create(message, catalogue, now)
        if decision.state is None:
            return decision
        return _finished(None, promises.Kept(decision.state), decision, message, catalogue, now, sla)

    return begin


def _finished(
    before: Case | None,
    kept: promises.Kept,
    decision: Decision[Case],
    message: Message[Any],
    catalogue: Catalogue,
    now: datetime,
    sla: SlaFacts,
) -> Decision[Case]:
    decided = decision.state or kept.case
    if decision.refused is None:
        sent = arrived(before, decided, catalogue, now)
        if sent is not decided:
            decision = replace(decision, detail={**decision.detail, **told_where(sent)})
        kept = promises.looked_at(kept, sent, sla, catalogue, message, now)
    if decision.state is None and not kept.happenings:
        return _unchanged(kept.case, decision, message, now)
    after = replace(kept.case, version=before.version + 1 if before else 1, changed_at=now)
    after = placing.placed(before, after, now)
    kept = replace(kept, case=after)
    if not decision.outcome and decision.refused is None:
        decision = replace(decision, outcome=NOTED)
    decision = placing.owed(before, after, decision, _shown(before, after), catalogue)
    line = _line(after, decision, message, now)
    return replace(
        decision,
        state=after,
        rows={**decision.rows, **({key_of(line, shown.version): line} if line else {})},
        messages=(*decision.messages, *(charges(before, after) if after else ())),
        raised=(*decision.raised, *raised),
        records=(
            *decision.records,
            *_follows(before, after, message, now),
            *(_told(shown, line) if line else ()),
        rows={**decision.rows, **kept.rows, **_row(line, after), **promises.lines(kept, message, now)},
        messages=(*decision.messages, *charges(before, after)),
        raised=(*decision.raised, *_changed(message, before, after, now), *promises.raised(kept, now)),
            *_lists(before, after),
            *(_told(after, line) if line else ()),
            *promises.owed(before, kept, message, now),
        ),
    )


def _follows(before: Case | None, after: Case | None, message: Message[Any], now: datetime) -> tuple[Record, ...]:
    """Return the lists that show the case, and what the step adds to the supervisors' numbers."""
    if after is None:
        return ()
    return (*_lists(before, after), *measures.tally(before, after, message.id, now))
def _unchanged(case: Case, decision: Decision[Case], message: Message[Any], now: datetime) -> Decision[Case]:
    """Return what was decided without another state of the case: that it was refused, or noted."""
    if not decision.outcome and decision.refused is None:
        return decision
    line = _line(case, decision, message, now)
    return replace(
        decision,
        rows={**decision.rows, **_row(line, case)},
        records=(*decision.records, *(_told(case, line) if line else ())),
    )


def _row(line: Line | None, case: Case) -> Mapping[str, Line]:
    return {key_of(line, case.version): line} if line else {}


def _line(case: Case, decision: Decision[Case], message: Message[Any], now: datetime) -> Line | None:
    if decision.outcome == NOTED:
        return None
    body, refused = message.body, decision.refused
    said = {
        name: value for name in ("by", "text", "direction", "subject", "conversation") if (value := _of(body, name))
    }
    return Line(
        id=message.id,
        kind=_of(body, "type") if body.kind == "add_activity" else body.kind,
        at=now,
        outcome="refused" if refused else decision.outcome,
        reason=refused.reason if refused else "",
        parties=tuple(_of(body, "parties")),
        detail=dict(decision.detail),
        case=case.id,
        **said,
    )


def _of(body: Any, name: str) -> Any:
    return getattr(body, name, "")


def _told(case: Case, line: Line) -> tuple[Record, ...]:
    """Return the rows by which a line is found elsewhere: what is refused concerns only its case."""
    if line.outcome == "refused":
        return ()
    key, data = newest_first(line.at, line.id), plain(line)
    lists = [timeline_of(case.contact), *([list_of_conversation(line.conversation)] if line.conversation else [])]
    return tuple(View(name, key, 1, data) for name in lists)


def _changed(message: Message[Any], before: Case | None, case: Case, now: datetime) -> tuple[Outgoing, ...]:
    """Return what a new case, or one that was changed, is told with to the triggers that watch cases."""
    columns = tuple(name for name in WATCHED if before and getattr(case, name) != getattr(before, name))
    if before and not columns:
        return ()
    attributes: dict[str, Any] = {"case": case.id, **{name: getattr(case, name) for name in TOLD}}
    attributes |= {name: value for name in TOLD_WHERE_SET if (value := getattr(case, name)) not in (None, "")}
    attributes |= {"previous_status": before.status} if before else {}
    change = RecordChanged("cases", case.id, columns, attributes, case.contact, now)
    return (Outgoing(derived("change", "cases", case.id, message.id), change),)


def _shown(before: Case | None, case: Case) -> dict[str, Any] | None:
    """Return what lists show of a case; None where nothing of it has changed."""
    if before is not None and _listed(before) == _listed(case):
        return None
    line: dict[str, Any] = plain(_listed(case, case.version))
    return line


def _lists(before: Case | None, case: Case) -> tuple[View, ...]:
    line = _shown(before, case)
    if line is None:
        return ()
    return (
        View(OPEN_LIST, order_of(case), case.version, line if case.is_open else None),
        View(list_of_contact(case.contact), order_of(case), case.version, line),
    )


def _listed(case: Case, version: int = 0) -> Case:
    """Return what a list shows of a case."""
    return replace(
        case,
        version=version,
        changed_at=None,
        description="",
        children={},
        merging={},
        open_activities={},
        process=None,
        instances={},
    )
