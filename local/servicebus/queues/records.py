"""What a queue writes down, so that a restart finds it as it was."""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import UUID

import msgpack

from local.servicebus.amqp.types import Value
from local.servicebus.queues.message import Message


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


class UnknownRecordError(Exception):
    """Bytes that are no records of this version."""


def encode_record(record: Record) -> bytes:
    """Return a record as bytes."""
    packed: bytes = msgpack.packb((_CODES[type(record)], *record), default=_pack_uuid)
    return packed


def decode_records(data: bytes) -> Iterator[Record]:
    """Yield the records that bytes are made of; raise `UnknownRecordError`. Their block tells whether all are there."""
    unpacker = msgpack.Unpacker(use_list=False, ext_hook=_unpack_uuid, max_buffer_size=0)
    unpacker.feed(data)
    try:
        for code, *fields in unpacker:
            yield _KINDS[code](*fields)
    except (ValueError, KeyError, TypeError, msgpack.UnpackException) as error:
        raise UnknownRecordError(str(error)) from error


def _put(*fields: Value) -> Put:
    put = Put(*fields)
    return put._replace(message=Message(*put.message))


def _pack_uuid(value: object) -> msgpack.ExtType:
    """A message id may be one; everything else in a record is of a type that has a form."""
    if not isinstance(value, UUID):
        raise TypeError(f"{type(value).__name__} in a record")
    return msgpack.ExtType(_UUID, value.bytes)


def _unpack_uuid(code: int, data: bytes) -> UUID:
    if code != _UUID:
        raise ValueError(f"a value of the unknown type {code}")
    return UUID(bytes=data)


_UUID = 1
_KINDS: dict[int, Callable[..., Record]] = {1: _put, 2: Update, 3: Drop, 4: Remember, 5: LastNumber, 6: SessionState}
_CODES = {Put: 1, Update: 2, Drop: 3, Remember: 4, LastNumber: 5, SessionState: 6}
