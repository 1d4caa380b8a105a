"""Which status and status reason may follow which (DOMAIN.md 5). Every change of a case is a row of this table (I4)."""

from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, ...]] = {
    "active": ("in_progress", "on_hold", "waiting_for_details", "researching"),
    "resolved": ("problem_solved", "information_provided"),
    "cancelled": ("cancelled", "merged"),
}
"""Status to its status reasons; the first is the one a case gets when nobody says which."""

ALLOWED: Mapping[tuple[str, str], frozenset[str]] = {
    ("active", "change_status"): frozenset(REASONS["active"]),
    ("active", "resolve_case"): frozenset(REASONS["resolved"]),
    ("active", "cancel_case"): frozenset({"cancelled"}),
    ("resolved", "reopen_case"): frozenset({"in_progress"}),
    ("cancelled", "reopen_case"): frozenset({"in_progress"}),
}
"""(status, command) to the status reasons it may lead to. What is not here is refused."""

STATUS_OF: Mapping[str, str] = {reason: status for status, reasons in REASONS.items() for reason in reasons}


def is_allowed(status: str, command: str, status_reason: str) -> bool:
    """True where the table has the row."""
    return status_reason in ALLOWED.get((status, command), frozenset())


def commands_for(status: str) -> tuple[str, ...]:
    """Name the commands that a case in this status takes: what a refusal tells its sender."""
    return tuple(sorted(command for held, command in ALLOWED if held == status))
