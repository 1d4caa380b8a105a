"""Whether an agent is there, and what may follow what."""

from collections.abc import Mapping

AVAILABLE, BUSY, AWAY, OFFLINE = "available", "busy", "away", "offline"

NEXT: Mapping[str, frozenset[str]] = {
    AVAILABLE: frozenset({BUSY, AWAY, OFFLINE}),
    BUSY: frozenset({AVAILABLE, AWAY, OFFLINE}),
    AWAY: frozenset({AVAILABLE, BUSY, OFFLINE}),
    OFFLINE: frozenset({AVAILABLE, AWAY}),
}
"""Presence to what it may become. Who comes in is available or away: nobody is busy before they are there."""
PRESENCES = tuple(NEXT)


def is_allowed(held: str, wanted: str) -> bool:
    """True where the table has the row."""
    return wanted in NEXT[held]
