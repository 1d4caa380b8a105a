"""Who hears of what happened to a case: its timeline, its contact's, the conversation, and triggers that watch it."""

from datetime import datetime
from typing import Any

from shared.cases import promises
from shared.cases.case import Case
from shared.cases.timeline import Line, key_of, list_of_contact, list_of_conversation, newest_first
from shared.definitions.tables import TABLES
from shared.events.messages import RecordChanged
from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Outgoing, View
from shared.runtime.envelope import Message
from shared.runtime.ids import derived

NOTED = "noted"
"""The outcome of what nobody needs to read about."""
WATCHED = tuple(TABLES["cases"].columns)
"""Columns whose change is told to triggers."""
ALWAYS = ("number", "contact", "status", "status_reason", "priority", "type", "escalated")
WHERE_SET = ("device", "error_code", "product", "queue", "owner")
SAID = ("by", "text", "direction", "subject", "conversation")
"""What a line takes from the message that it comes of."""


def line_of(case: Case, decision: Decision[Case], message: Message[Any], now: datetime) -> Line | None:
    """Return the line that a decision leaves, refused or not; None where nobody needs to read of it."""
    if decision.outcome == NOTED:
        return None
    body, refused = message.body, decision.refused
    return Line(
        id=message.id,
        kind=body.type if body.kind == "add_activity" else body.kind,
        at=now,
        outcome="refused" if refused else decision.outcome,
        reason=refused.reason if refused else "",
        parties=tuple(getattr(body, "parties", ())),
        detail=dict(decision.detail),
        case=case.id,
        **{name: value for name in SAID if (value := getattr(body, name, ""))},
    )


def row_of(line: Line | None, case: Case) -> dict[str, Line]:
    """Return the row of the case that holds the line."""
    return {key_of(line, case.version): line} if line else {}


def found_by(line: Line | None, case: Case) -> tuple[View, ...]:
    """Return the rows by which the line is found elsewhere: what was refused, or an SLA did, concerns only its case."""
    if line is None or line.outcome == "refused" or line.by == promises.BY:
        return ()
    key, data = newest_first(line.at, line.id, line.case), plain(line)
    lists = [list_of_contact(case.contact), *([list_of_conversation(line.conversation)] if line.conversation else [])]
    return tuple(View(name, key, 1, data) for name in lists)


def changed(message: Message[Any], before: Case | None, case: Case, now: datetime) -> tuple[Outgoing, ...]:
    """Return what a new case, or one that was changed, is told with to the triggers that watch cases."""
    columns = tuple(name for name in WATCHED if before and getattr(case, name) != getattr(before, name))
    if before and not columns:
        return ()
    attributes: dict[str, Any] = {"case": case.id, **{name: getattr(case, name) for name in ALWAYS}}
    attributes |= {name: value for name in WHERE_SET if (value := getattr(case, name)) not in (None, "")}
    attributes |= {"previous_status": before.status} if before else {}
    change = RecordChanged("cases", case.id, columns, attributes, case.contact, now)
    return (Outgoing(derived("change", "cases", case.id, message.id), change),)
