"""What a decide function returns: the new state, and everything that shall happen because of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.runtime.envelope import Body, ReplyTo


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send. `id` is derived, so that a repeated decision says the same thing again."""

    id: str
    body: Body
    at: datetime | None = None
    reply_to: ReplyTo | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to whoever asked with `reply_to`; dropped where nobody did."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """A row outside the aggregate (hint, reference, list of leftovers); the last writer wins."""

    table: str
    partition: str
    key: str
    data: Mapping[str, Any]
    op: Literal["put"] = "put"


@dataclass(frozen=True, slots=True)
class Remove:
    """Take away a hint that is no longer needed."""

    table: str
    partition: str
    key: str
    op: Literal["remove"] = "remove"


@dataclass(frozen=True, slots=True)
class View:
    """A line of a read model, applied only over a lower version; `data` None leaves the list by a tombstone."""

    list: str
    key: str
    version: int
    data: Mapping[str, Any] | None
    op: Literal["view"] = "view"


@dataclass(frozen=True, slots=True)
class Tally:
    """Add to counters exactly once, however often and late it is published; see `shared/runtime/counters.py`."""

    partition: str
    group: str
    """What is counted apart, such as the version of a journey."""
    once: str
    """Names the occasion: a second tally of the same adds nothing."""
    day: str
    """When that was (ISO date): a month later the occasion may be forgotten. Empty: it never is."""
    counts: Mapping[str, int]
    lines: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    """Rows of the same partition to put, or with None to take away, in the same transaction."""
    op: Literal["tally"] = "tally"


@dataclass(frozen=True, slots=True)
class Due:
    """A message for later that a timer sends: kept as a row until then, whatever becomes of the bus.

    What is due within `reach` when it is published is sent at once: the timer may have passed its row by already.
    """

    table: str
    partition: str
    key: str
    at: datetime
    reach: timedelta
    queue: str
    kind: str
    id: str
    body: Mapping[str, Any]
    op: Literal["due"] = "due"


Record = Put | Remove | View | Tally | Due


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message is refused for good: a closed code and a field path, never a value."""

    reason: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Decision[S]:
    """Data only. The pipeline commits it, then publishes it."""

    state: S | None = None
    """The head's new state; None leaves it as it is."""
    blind: bool = False
    """Overwrite the head unseen: for a head that only remembers, and decides nothing."""
    outcome: str = ""
    """What happened, as the cause row tells it; empty: nothing worth a row."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """The facts it rests on, recorded so that a replay decides the same (I9)."""
    rows: Mapping[str, object] = field(default_factory=dict)
    """Further rows of the partition to insert with the commit: row key to dataclass."""
    hints: tuple[Put, ...] = ()
    """Written before the commit: who waits for what, whose a provider's id is."""
    messages: tuple[Outgoing, ...] = ()
    answer: Answer | None = None
    raised: tuple[Outgoing, ...] = ()
    """Triggers from inside: sent only if a journey or a wait uses them, asked after the commit."""
    records: tuple[Record, ...] = ()
    call: object | None = None
    """What a provider is asked to do; its answer is a message handled in the same invocation."""
    then: Outgoing | None = None
    """A message handled in the same invocation instead of being sent."""
    test: bool | None = None
    """Whether what follows belongs to a test; None: as the message does."""
    refused: Refusal | None = None
