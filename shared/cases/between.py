"""What cases tell one another on the way of a command that concerns several of them; nobody else sends these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from shared.cases.case import MOST_ACTIVITIES, OpenActivity
from shared.cases.queue import QUEUE
from shared.cases.timeline import Line


@dataclass(frozen=True, slots=True)
class AdoptChild:
    """Count a case below this one, and then tell it."""

    kind: ClassVar[str] = "adopt_child"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    child: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class AttachCase:
    """The place below another case that this one has been given; None: it stands alone again."""

    kind: ClassVar[str] = "attach_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    parent: str | None
    text: str = ""
    instead_of: str | None = None
    """A case that was merged: whatever is still below that one moves, closed cases too."""


@dataclass(frozen=True, slots=True)
class NoteChild:
    """How a case stands, told to one that it is below, or was, or was to be."""

    kind: ClassVar[str] = "note_child"
    queue: ClassVar[str] = QUEUE

    case: str
    child: str
    is_open: bool
    version: int
    """Of the child: what is older than what is known changes nothing."""
    is_below: bool = True
    answers: str = ""
    """The adoption that this is the answer to."""


@dataclass(frozen=True, slots=True)
class MergeInto:
    """Close this case as merged into another one of the same customer."""

    kind: ClassVar[str] = "merge_into"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    target: str
    contact: str
    text: str = ""
    parent: str | None = None
    """The case above the target."""
    room: int = MOST_ACTIVITIES
    """How many open activities the target takes over from this one."""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What is still to be done for a merged case, and the cases below it, belong to this one."""

    kind: ClassVar[str] = "take_over"
    queue: ClassVar[str] = QUEUE

    case: str
    source: str
    by: str
    activities: Mapping[str, OpenActivity] = field(default_factory=dict)
    children: tuple[str, ...] = ()
    lines: str = ""
    """From where on its timeline is copied next; empty: it is not."""


@dataclass(frozen=True, slots=True)
class MoveLines:
    """Copy a page of this case's timeline to the one it was merged into, and then the next."""

    kind: ClassVar[str] = "move_lines"
    queue: ClassVar[str] = QUEUE

    case: str
    target: str
    after: str
    moved: int = 0


@dataclass(frozen=True, slots=True)
class TakeLines:
    """A page of a merged case's timeline; the last one completes the merge."""

    kind: ClassVar[str] = "take_lines"
    queue: ClassVar[str] = QUEUE

    case: str
    source: str
    lines: Mapping[str, Line]
    """By row key."""
    moved: int
    """Lines up to here."""
    after: str = ""
    """Where the next page begins; empty: this was the last one."""


@dataclass(frozen=True, slots=True)
class NoteMerge:
    """A case tells the one that it was to go into why it does not."""

    kind: ClassVar[str] = "note_merge"
    queue: ClassVar[str] = QUEUE

    case: str
    source: str
    reason: str
