"""What the timer says: look at an SLA now."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import AwareDatetime


@dataclass(frozen=True, slots=True)
class CheckSla:
    """A deadline of a case may have passed. It decides nothing itself: every decision applies what has passed."""

    kind: ClassVar[str] = "check_sla"
    queue: ClassVar[str] = "sla-checks"

    case: str
    kpi: str
    instance: str
    due: AwareDatetime


@dataclass(frozen=True, slots=True)
class SlaTick:
    """Schedule the checks that are due soon. Handled in the timer's invocation, never sent."""

    kind: ClassVar[str] = "sla_tick"
    queue: ClassVar[str] = "sla-checks"

    until: int
    """The last minute to look at, counted from 1970."""
    bucket: int | None = None
    """Where to go on; None: where the last tick ended."""
    shard: int = 0
    after: str = ""
    forgotten: int = 0
    """The last minute whose rows were taken away."""
