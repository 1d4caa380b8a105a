"""Where a case was sent, and how far it is on its way to an agent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """`shared/cases/placing.py` keeps it right, whatever a decision does to the case."""

    rule: str = ""
    """Of the routing, that sent it there; empty: somebody did."""
    person: str = ""
    """Whom it was routed to, where that is not a queue."""
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill to the least proficiency that its agent must have."""
    queued_at: datetime | None = None
    """Since when it is in its queue; who gives it back does not send it to the end."""
    place: str = ""
    """The key of its line in the list where it waits; empty: it does not wait."""
    slot: str = ""
    """The slot that `worked_by` has for it."""
    left_by: str = ""
    """Who has given it back: it is for others now."""
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """Why nobody had it when it last looked: reason to how many agents."""
