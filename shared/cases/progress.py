"""How far a case has come in a business process flow."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """Stages that it has left are rows `stage:<n>` beside the case, with the time that it spent in each."""

    process: str
    stage: str
    entered_at: datetime
    n: int = 1
    """The place of this stage in the way taken, over all processes that the case has gone through."""
    done: tuple[str, ...] = ()
    """Steps of this stage that were ticked."""
    state: str = "active"
    """active | finished | abandoned"""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stage that the case has left."""

    process: str
    stage: str
    entered_at: datetime
    left_at: datetime
    to: str
    """The next stage, or why there is none: finished, abandoned, switched."""
    done: tuple[str, ...] = ()
