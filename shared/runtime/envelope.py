"""The envelope that every queue message travels in, and the typed message a handler sees."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol

from pydantic import AwareDatetime, ValidationError

from shared.runtime import codec
from shared.runtime.errors import Undecodable

VERSION = 1
MAX_DEPTH = 20
"""How many events may cause one another before a run stops (DOMAIN.md 3, Chaining)."""


class Body(Protocol):
    """What a message says: a frozen dataclass that knows its kind and the queue it belongs on."""

    kind: ClassVar[str]
    queue: ClassVar[str]


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where an answer goes: the queue and kind of the message that carries it, and its address there."""

    queue: str
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message as it travels. `id` is the logical identity; `attempt` only changes the bus message id."""

    id: str
    kind: str
    time: AwareDatetime
    """When it was said; for a scheduled message, when it is due (UTC)."""
    body: Mapping[str, Any]
    cause: tuple[str, ...] = ()
    """Ids of the events that led here, oldest first."""
    reply_to: ReplyTo | None = None
    test: bool = False
    attempt: int = 0
    v: int = VERSION

    def encode(self) -> bytes:
        return codec.text(codec.plain(self)).encode()


def decode(raw: bytes) -> Envelope:
    """Read an envelope; raises Undecodable with a closed reason and the field's path."""
    try:
        data = json.loads(raw)
        if b"\\u" in raw:
            json.dumps(data, ensure_ascii=False).encode()  # a lone surrogate is JSON, and text to nobody else
    except (ValueError, RecursionError):
        raise Undecodable("malformed_json") from None
    if not isinstance(data, dict) or data.get("v") != VERSION:
        raise Undecodable("unknown_version", "v")
    try:
        return codec.typed(Envelope, data)
    except ValidationError as error:
        raise Undecodable("invalid_envelope", codec.field_of(error)) from None


@dataclass(frozen=True, slots=True)
class Message[B]:
    """An envelope with its body decoded: what a decide function is given."""

    id: str
    time: datetime
    body: B
    cause: tuple[str, ...] = ()
    reply_to: ReplyTo | None = None
    test: bool = False
    attempt: int = field(default=0, compare=False)


def opened[B](envelope: Envelope, body_type: type[B]) -> Message[B]:
    """Decode the body; raises Undecodable."""
    try:
        body = codec.typed(body_type, envelope.body)
    except ValidationError as error:
        raise Undecodable("invalid_body", f"body.{codec.field_of(error)}") from None
    return replace(unopened(envelope), body=body)


def unopened(envelope: Envelope) -> Message[Any]:
    """Return the message with its body as it came: enough to answer whoever sent it."""
    return Message(
        envelope.id,
        envelope.time,
        envelope.body,
        envelope.cause,
        envelope.reply_to,
        envelope.test,
        envelope.attempt,
    )


def restored(kind: str, message: Message[Any]) -> Envelope:
    """Return the envelope that a message came in."""
    return Envelope(
        message.id,
        kind,
        message.time,
        codec.plain(message.body),
        message.cause,
        message.reply_to,
        message.test,
        message.attempt,
    )
