"""Which status and status reason may follow which (DOMAIN.md 5). Every change of a case is a row of this table (I4)."""

from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, ...]] = {
    "active": ("in_progress", "on_hold", "waiting_for_details", "researching"),
    "resolved": ("problem_solved", "information_provided"),
    "cancelled": ("cancelled", "merged"),
}
"""Status to its status reasons; the first is the one a case gets when nobody says which."""

ACTIVE = REASONS["active"]
CLOSED = (*REASONS["resolved"], "cancelled")
"""From which a case may come back; what was merged lives on in another one."""

ALLOWED: Mapping[tuple[str, str], frozenset[str]] = {
    **{(held, "change_status"): frozenset(ACTIVE) for held in ACTIVE},
    **{(held, "resolve_case"): frozenset(REASONS["resolved"]) for held in ACTIVE},
    **{(held, "cancel_case"): frozenset({"cancelled"}) for held in ACTIVE},
    **{(held, "merge_into"): frozenset({"merged"}) for held in ACTIVE},
    **{(held, "reopen_case"): frozenset({"in_progress"}) for held in CLOSED},
}
"""(status reason, command) to the status reasons it may lead to. What is not here is refused."""

STATUS_OF: Mapping[str, str] = {reason: status for status, reasons in REASONS.items() for reason in reasons}


def is_allowed(status_reason: str, command: str, following: str) -> bool:
    """True where the table has the row."""
    return following in ALLOWED.get((status_reason, command), frozenset())
