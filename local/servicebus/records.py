"""What a queue writes down, so that a restart finds it as it was."""

from collections.abc import Callable
from typing import NamedTuple

from local.servicebus.amqp.decoder import decode
from local.servicebus.amqp.encoder import encode_described
from local.servicebus.amqp.types import Value
from local.servicebus.message import Message, parse


class Put(NamedTuple):
    """A message lies in a queue, under a sequence number; times are milliseconds since 1970."""

    queue: str
    number: int
    first_number: int
    state: int
    enqueued_at: int
    expires_at: int | None
    delivery_count: int
    message: Message


class Update(NamedTuple):
    """A message that lies in a queue was given back or deferred."""

    queue: str
    number: int
    state: int
    delivery_count: int


class Drop(NamedTuple):
    """A message is gone from a queue."""

    queue: str
    number: int


class Remember(NamedTuple):
    """A message id was seen, for duplicate detection."""

    queue: str
    message_id: Value
    seen_at: int


class LastNumber(NamedTuple):
    """The sequence number that a queue gave last."""

    queue: str
    number: int


class SessionState(NamedTuple):
    """What a receiver keeps with a session; None where it keeps nothing any more."""

    queue: str
    session_id: str
    state: bytes | None
    updated_at: int


type Record = Put | Update | Drop | Remember | LastNumber | SessionState


def encode_record(record: Record) -> bytes:
    """Return a record as an AMQP described list."""
    fields: list[Value] = list(record)
    if isinstance(record, Put):
        fields[-1] = record.message.encoded()
    return encode_described(_CODES[type(record)], fields)


def decode_record(data: bytes, position: int) -> tuple[Record, int]:
    """Return the record at a position and the position after it; raise `MalformedError`."""
    described, end = decode(data, position)
    kind = _KINDS[described.descriptor]
    fields = described.value
    if kind is Put:
        fields[-1] = parse(fields[-1])
    return kind(*fields), end


_KINDS: dict[int, Callable[..., Record]] = {1: Put, 2: Update, 3: Drop, 4: Remember, 5: LastNumber, 6: SessionState}
_CODES = {kind: code for code, kind in _KINDS.items()}
