"""Which command an entitlement takes in which state, and where it leads. Every change is a row of this table (I4).

Waiting, active and expired follow from its dates: nobody has to see to it.
"""

from collections.abc import Mapping

STATES = ("draft", "waiting", "active", "expired", "cancelled")

ALLOWED: Mapping[tuple[str, str], frozenset[str]] = {
    ("draft", "put_entitlement"): frozenset({"draft"}),
    ("draft", "activate_entitlement"): frozenset({"waiting", "active"}),
    ("draft", "cancel_entitlement"): frozenset({"cancelled"}),
    ("waiting", "cancel_entitlement"): frozenset({"cancelled"}),
    ("active", "cancel_entitlement"): frozenset({"cancelled"}),
    ("active", "renew_entitlement"): frozenset({"active"}),
    ("expired", "renew_entitlement"): frozenset({"expired"}),
    ("cancelled", "renew_entitlement"): frozenset({"cancelled"}),
}
"""(state, command) to the states it may lead to. What is not here is refused."""


def is_allowed(state: str, command: str, following: str) -> bool:
    """True where the table has the row."""
    return following in ALLOWED.get((state, command), frozenset())


def commands_for(state: str) -> tuple[str, ...]:
    """Name the commands that are taken in this state: what a refusal tells its sender."""
    return tuple(sorted(command for held, command in ALLOWED if held == state))
