"""Which lists show a case, and what they show of it."""

from dataclasses import replace
from typing import Any

from shared.cases.case import OPEN_LIST, Case, list_of_contact, order_of
from shared.runtime.codec import plain
from shared.runtime.decision import View


def shown(before: Case | None, case: Case) -> dict[str, Any] | None:
    """Return what lists show of a case; None where nothing of it has changed."""
    if before is not None and _listed(before) == _listed(case):
        return None
    line: dict[str, Any] = plain(_listed(case, case.version))
    return line


def lists(before: Case | None, case: Case) -> tuple[View, ...]:
    """Return its rows in the lists of open cases and of its contact's, where they have changed."""
    line = shown(before, case)
    if line is None:
        return ()
    return (
        View(OPEN_LIST, order_of(case), case.version, line if case.is_open else None),
        View(list_of_contact(case.contact), order_of(case), case.version, line),
    )


def _listed(case: Case, version: int = 0) -> Case:
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
