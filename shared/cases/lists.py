"""Which lists show a case, and what they show of it."""

from dataclasses import fields, replace
from typing import Any

from shared.cases.case import OPEN_LIST, Case, list_of_contact, order_of
from shared.runtime.codec import plain
from shared.runtime.decision import View

HIDDEN: dict[str, Any] = {
    "changed_at": None,
    "description": "",
    "children": {},
    "merging": {},
    "open_activities": {},
    "process": None,
    "instances": {},
}
"""What lists leave out, with what stands in its place."""
SHOWN = tuple(field.name for field in fields(Case) if field.name not in (*HIDDEN, "version"))


def shown(before: Case | None, case: Case) -> dict[str, Any] | None:
    """Return what lists show of a case; None where nothing of it has changed."""
    if before is not None and all(getattr(before, name) == getattr(case, name) for name in SHOWN):
        return None
    line: dict[str, Any] = plain(replace(case, **HIDDEN))
    return line


def lists(line: dict[str, Any] | None, case: Case) -> tuple[View, ...]:
    """Return the rows of a case in the lists of open cases and of its contact's, where its line has changed."""
    if line is None:
        return ()
    return (
        View(OPEN_LIST, order_of(case), case.version, line if case.is_open else None),
        View(list_of_contact(case.contact), order_of(case), case.version, line),
    )
