"""What every decision about a case has in common: its line on the timeline, who is told, and which lists show it.

A decide function says what becomes of the case and no more. It is wrapped by `turned` (or `begun`, where there is no
case yet), which the composition root does for all of them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.cases import measures, placing
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

type Decide = Callable[[Case, Message[Any], Catalogue, datetime], Decision[Case]]
type Create = Callable[[Message[Any], Catalogue, datetime], Decision[Case]]

NOTED = "noted"
"""The outcome of what nobody needs to read about."""
WATCHED = tuple(TABLES["cases"].columns)
"""Columns whose change is told to triggers."""
TOLD = ("number", "contact", "status", "status_reason", "priority", "type", "escalated")
TOLD_WHERE_SET = ("device", "error_code", "product", "queue", "owner")


def turned(decide: Decide) -> Decide:
    """Return the decide function with all that follows from what it changes."""

    def change(case: Case, message: Message[Any], catalogue: Catalogue, now: datetime) -> Decision[Case]:
        return _finished(case, decide(case, message, catalogue, now), message, catalogue, now)

    return change


def begun(create: Create) -> Create:
    """Return the function that creates a case, with all that follows."""

    def begin(message: Message[Any], catalogue: Catalogue, now: datetime) -> Decision[Case]:
        return _finished(None, create(message, catalogue, now), message, catalogue, now)

    return begin


def _finished(
    before: Case | None, decision: Decision[Case], message: Message[Any], catalogue: Catalogue, now: datetime
) -> Decision[Case]:
    after = decision.state
    if after is not None:
        after = replace(after, version=before.version + 1 if before else 1, changed_at=now)
        sent = arrived(before, after, catalogue, now)
        if sent is not after:
            decision = replace(decision, detail={**decision.detail, **told_where(sent)})
        after = placing.placed(before, sent, now)
        decision = placing.owed(before, after, decision, _shown(before, after), catalogue)
    shown = after or before
    if shown is None or (after is None and not decision.outcome and decision.refused is None):
        return decision
    line = _line(shown, decision, message, now)
    raised = _changed(message, before, after, now) if after else ()
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
        ),
    )


def _follows(before: Case | None, after: Case | None, message: Message[Any], now: datetime) -> tuple[Record, ...]:
    """Return the lists that show the case, and what the step adds to the supervisors' numbers."""
    if after is None:
        return ()
    return (*_lists(before, after), *measures.tally(before, after, message.id, now))


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
    )
