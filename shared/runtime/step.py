"""A step on record: what one message did to one aggregate, and what goes out because of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from shared.runtime import codec
from shared.runtime.bus import MAX_MESSAGE_BYTES
from shared.runtime.decision import Decision, Outgoing, Record
from shared.runtime.envelope import Body, Message, ReplyTo
from shared.runtime.errors import TooLarge
from shared.runtime.ids import derived

ENVELOPE_BYTES = 4096
"""Room for what the envelope adds around a body."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """An outgoing message with its body encoded."""

    queue: str
    kind: str
    id: str
    body: Mapping[str, Any]
    at: datetime | None = None
    reply_to: ReplyTo | None = None

    @classmethod
    def of(cls, outgoing: Outgoing) -> Self:
        """Encode; raises TooLarge, so that a commit never promises what the bus will refuse."""
        body: Body = outgoing.body
        content = codec.plain(body)
        if len(codec.text(content)) > MAX_MESSAGE_BYTES - ENVELOPE_BYTES:
            raise TooLarge(f"A message of kind {body.kind} is larger than the bus takes.")
        return cls(body.queue, body.kind, outgoing.id, content, outgoing.at, outgoing.reply_to)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Everything a step still owes the world; publishing it twice does no harm."""

    at: datetime
    """When it was decided: the time of every message in it that is not scheduled."""
    messages: tuple[Parcel, ...] = ()
    raised: tuple[Parcel, ...] = ()
    records: tuple[Record, ...] = ()
    then: Parcel | None = None
    test: bool | None = None
    """Whether it belongs to a test; None: as its cause does."""

    @classmethod
    def of(cls, decision: Decision[Any], message: Message[Any], at: datetime) -> Self:
        messages = [Parcel.of(outgoing) for outgoing in decision.messages]
        if message.reply_to is not None and (answer := _values(decision)) is not None:
            messages.append(_answer(message.id, message.reply_to, answer))
        return cls(
            at,
            tuple(messages),
            tuple(Parcel.of(outgoing) for outgoing in decision.raised),
            decision.records,
            Parcel.of(decision.then) if decision.then else None,
            decision.test,
        )


def _values(decision: Decision[Any]) -> Mapping[str, Any] | None:
    if decision.refused is not None:
        return {"outcome": "refused", "reason": decision.refused.reason}
    return decision.answer.values if decision.answer else None


def _answer(asked: str, reply_to: ReplyTo, values: Mapping[str, Any]) -> Parcel:
    body = {**reply_to.body, "answer": dict(values)}
    return Parcel(reply_to.queue, reply_to.kind, derived("answer", asked), body)


@dataclass(frozen=True, slots=True)
class Step:
    """The cause row: that this message was applied, with what outcome, and its outbox."""

    cause: str
    kind: str
    at: datetime
    n: int
    """Its place in the aggregate's life, from 0."""
    body: Mapping[str, Any]
    time: datetime
    outcome: str
    outbox: Outbox
    detail: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    chain: tuple[str, ...] = ()
    """The message's causation chain."""


@dataclass(frozen=True, slots=True)
class Head[S]:
    """An aggregate's first row: its state, when it last changed, and how many steps it has taken."""

    state: S
    last: datetime
    n: int
