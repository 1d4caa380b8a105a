"""Who works on a case, and where it waits until then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from shared.cases.queue import QUEUE


@dataclass(frozen=True, slots=True)
class RouteCase:
    """Send an active case where the rules lead it; one that is worked on there already stays."""

    kind: ClassVar[str] = "route_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str = ""
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class MoveToQueue:
    """Put an active case into a queue, away from whoever works on it."""

    kind: ClassVar[str] = "move_to_queue"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    queue_name: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseCase:
    """Give a case back to its queue, for others."""

    kind: ClassVar[str] = "release_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    text: str = ""
    if_version: int | None = None
    own: bool = False
    """Only where whoever gives it back is who works on it."""


@dataclass(frozen=True, slots=True)
class PickCase:
    """Take an active case that nobody works on. It begins at the agent, who must have a slot for it."""

    kind: ClassVar[str] = "pick_case"
    queue: ClassVar[str] = QUEUE

    case: str
    agent: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class AssignCase:
    """Give an active case to an agent, who must have a slot for it; whoever works on it loses it."""

    kind: ClassVar[str] = "assign_case"
    queue: ClassVar[str] = QUEUE

    case: str
    agent: str
    by: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class GiveCase:
    """An agent has taken a slot for the case. Handled where it was taken, never sent."""

    kind: ClassVar[str] = "give_case"
    queue: ClassVar[str] = QUEUE

    case: str
    agent: str
    slot: str
    queue_name: str | None
    """The queue that the agent may take it from; None: whichever it is in."""
    place: str = ""
    """Where it waits; it is refused elsewhere. Empty: it is taken by hand, wherever it waits."""
    takes_away: bool = False
    """From whoever works on it; else that refuses it."""
    by: str = ""
    text: str = ""
    if_version: int | None = None
    why: Mapping[str, Any] = field(default_factory=dict)
    """Why this agent."""


@dataclass(frozen=True, slots=True)
class SeekAgent:
    """Look for the agent best suited for a waiting case. Handled where it begins to wait, once that is to be seen."""

    kind: ClassVar[str] = "seek_agent"
    queue: ClassVar[str] = QUEUE

    case: str
    place: str


@dataclass(frozen=True, slots=True)
class KeepWaiting:
    """All who were asked for a waiting case are full by now. Handled where the last of them was asked, never sent."""

    kind: ClassVar[str] = "keep_waiting"
    queue: ClassVar[str] = QUEUE

    case: str
    place: str
    passed_over: Mapping[str, int]
    """Reason to how many agents it held of."""
    looked_at: int
