"""What is said to an agent's partition: who they are, whether they are there, and which cases they have slots for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

QUEUE = "case-commands"


@dataclass(frozen=True, slots=True)
class PutAgent:
    """Create or change an agent, as a whole; presence and slots stay."""

    kind: ClassVar[str] = "put_agent"
    queue: ClassVar[str] = QUEUE

    agent: str
    """The id that they sign in with."""
    name: str
    by: str
    capacity: int
    """How many cases they work on at the same time."""
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill to proficiency, 1 to 5."""
    queues: tuple[str, ...] = ()
    """The queues that they are a member of."""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class SetPresence:
    """Say whether an agent is there; only one who is available is given cases."""

    kind: ClassVar[str] = "set_presence"
    queue: ClassVar[str] = QUEUE

    agent: str
    presence: str
    """available, busy, away or offline."""
    by: str
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What a waiting case asks of its agent."""

    queue: str = ""
    """They must be a member of it; empty: the case was routed to a person."""
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill to the least proficiency."""
    not_to: str = ""
    """Who has given it back: it is for others now."""


@dataclass(frozen=True, slots=True)
class TakeSlot:
    """Take a slot for a waiting case, and the case with it; an agent who cannot hands on to the next candidate."""

    kind: ClassVar[str] = "take_slot"
    queue: ClassVar[str] = QUEUE

    agent: str
    case: str
    place: str
    """Where the case waits; it is given to nobody who found it elsewhere."""
    need: Need
    found_by: str
    """`case`, which looked for an agent, or `agent`, who looked for a case."""
    others: tuple[str, ...] = ()
    """Further candidates, best first."""
    looked_at: int = 1
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """Reason to how many agents it held of."""


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """Give a slot back: its case was closed, given back or given to another, or was never had."""

    kind: ClassVar[str] = "free_slot"
    queue: ClassVar[str] = QUEUE

    agent: str
    case: str
    slot: str


@dataclass(frozen=True, slots=True)
class SeekCases:
    """Look for waiting cases that an agent with free slots could take. Handled where a slot becomes free."""

    kind: ClassVar[str] = "seek_cases"
    queue: ClassVar[str] = QUEUE

    agent: str
