"""What handles a message: a handler decides for one aggregate; a router owns none and turns one message into many."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.runtime.decision import Decision, Refusal
from shared.runtime.envelope import Message
from shared.runtime.store import Store


@dataclass(frozen=True, slots=True)
class Key:
    """Where an aggregate lives: one partition, its head, and the row that this message leaves in it."""

    table: str
    partition: str
    head: str
    cause: str | None = None
    """None: the whole life fits the head, whose state alone tells a repeat."""


async def no_facts(_store: Store, _message: Message[Any], _state: Any) -> None:
    """Gather nothing: the message and the state are enough."""


def not_found[S, B, F](_message: Message[B], _facts: F, _now: datetime) -> Decision[S]:
    """Refuse: what shall be changed does not exist."""
    return Decision(refused=Refusal("not_found"))


@dataclass(frozen=True, slots=True)
class Handler[S, B, F]:
    """Decides for one aggregate.

    `change` is asked where the aggregate exists, `create` where it does not. A handler that `writes_first` asks
    `create` without reading, and reads only when the store refuses.
    """

    body: type[B]
    state: type[S]
    key: Callable[[Message[B]], Key]
    change: Callable[[S, Message[B], F, datetime], Decision[S]]
    create: Callable[[Message[B], F, datetime], Decision[S]] = not_found
    gather: Callable[[Store, Message[B], S | None], Awaitable[F]] = no_facts  # type: ignore[assignment]
    writes_first: bool = False


@dataclass(frozen=True, slots=True)
class Router[B]:
    """Turns one message into messages with derived ids, and may handle one of them in the same invocation."""

    body: type[B]
    route: Callable[[Message[B], datetime], Awaitable[Decision[None]]]


AnyHandler = Handler[Any, Any, Any] | Router[Any]
