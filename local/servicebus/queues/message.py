"""What a sender sent: a message as Service Bus sees it, its bare part kept byte for byte."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID, uuid4

from local.servicebus.amqp.decoder import check_map, decode, list_item, map_items
from local.servicebus.amqp.encoder import encode
from local.servicebus.amqp.sections import (
    APPLICATION_PROPERTIES,
    DATA,
    DELIVERY_ANNOTATIONS,
    HEADER,
    MESSAGE_ANNOTATIONS,
    PROPERTIES,
    list_at,
    sections,
    with_application_properties,
    with_first_property,
)
from local.servicebus.amqp.types import MalformedError, Symbol, Value
from local.servicebus.errors import ARGUMENT_ERROR, SIZE_EXCEEDED, RefusedError

BATCH_FORMAT = 0x80013700
"""The message format of a batch: each data section is one encoded message."""

MAX_MESSAGE_SIZE = 256 * 1024
"""Bytes on the Standard tier (Service Bus quotas)."""
MAX_ID_LENGTH = 128
"""Characters of a message id, and of a session id."""
MAX_PROPERTIES_SIZE = 64 * 1024
"""Bytes of all properties together."""

_MESSAGE_ID, _GROUP_ID = 0, 10
_SCHEDULED_ENQUEUE_TIME = "x-opt-scheduled-enqueue-time"
_UBYTE_MAX, _UINT_MAX = 2**8 - 1, 2**32 - 1
_SET_BY_THE_BROKER = {
    "x-opt-sequence-number",
    "x-opt-enqueued-time",
    "x-opt-enqueue-sequence-number",
    "x-opt-locked-until",
    "x-opt-lock-token",
    "x-opt-message-state",
}


class Message(NamedTuple):
    """A message's content, which never changes; what happens to it in a queue is an `Entry`.

    Times are milliseconds; annotations are the sender's, encoded, keys and values in turn; `bare` is properties,
    application properties, body and footer as they came.
    """

    message_id: Value
    bare: bytes
    annotations: tuple[bytes, ...] = ()
    delivery_annotations: tuple[bytes, ...] = ()
    durable: bool | None = None
    priority: int | None = None
    time_to_live: int | None = None
    scheduled_for: int | None = None

    @property
    def session_id(self) -> str | None:
        """Return the group id of the properties: read only where it matters, for that is seldom."""
        for code, _, value, _ in sections(self.bare):
            if code == PROPERTIES:
                found = list_item(self.bare, value, _GROUP_ID)
                return found if isinstance(found, str) else None
        return None

    def annotated(self, name: str, value: Value) -> "Message":
        """Return the message with an annotation, in place of one of that name."""
        key = encode(Symbol(name))
        pairs = zip(self.annotations[::2], self.annotations[1::2], strict=True)
        kept = [part for pair in pairs if pair[0] != key for part in pair]
        return self._replace(annotations=(*kept, key, encode(value)))

    def altered(self, properties: Mapping[str, Value]) -> "Message":
        """Return the message with application properties set, as its receiver wants; raise `RefusedError`."""
        altered = self._replace(bare=with_application_properties(self.bare, properties))
        _check_properties(altered)
        return altered

    def dead_lettered(self, reason: str | None, description: str | None) -> "Message":
        """Return the message as it lies in a dead-letter queue: it says why."""
        properties = {"DeadLetterReason": reason, "DeadLetterErrorDescription": description}
        named = {key: value for key, value in properties.items() if isinstance(value, str)}
        return self._replace(bare=with_application_properties(self.bare, named)) if named else self


def parse(data: bytes) -> Message:
    """Read a message; raise `MalformedError`, or `RefusedError` where Service Bus allows no such message."""
    header: list[Value] = []
    annotations: tuple[bytes, ...] = ()
    delivery_annotations: tuple[bytes, ...] = ()
    scheduled_for = message_id = None
    bare, bare_start = b"", 0
    for code, start, value, end in sections(data):
        if code == PROPERTIES:
            message_id = (list_at(data, value) or [None])[_MESSAGE_ID]
        elif code == APPLICATION_PROPERTIES:
            check_map(data, value)
        elif code in (HEADER, DELIVERY_ANNOTATIONS, MESSAGE_ANNOTATIONS):
            bare, bare_start = bare + data[bare_start:start], end  # the Python SDK puts one of them behind the body
            if code == HEADER:
                header = list_at(data, value)
            elif code == MESSAGE_ANNOTATIONS:
                annotations, scheduled_for = _read_annotations(data, value)
            else:
                delivery_annotations, _ = _read_annotations(data, value)
    bare += data[bare_start:]
    if message_id is None:  # the service names such a message, and lock renewal in some SDKs needs the name
        message_id = uuid4().hex
        bare = with_first_property(bare, message_id)
    if not isinstance(message_id, str | bytes | int | UUID):
        raise MalformedError("a message id that is none")
    durable, priority, time_to_live = (header + [None] * 3)[:3]
    for field, most in ((durable, True), (priority, _UBYTE_MAX), (time_to_live, _UINT_MAX)):
        if field is not None and not (isinstance(field, int) and 0 <= field <= most):
            raise MalformedError("a header that is none")
    if not isinstance(scheduled_for, int | None):
        raise MalformedError("a scheduled time that is none")
    return Message(message_id, bare, annotations, delivery_annotations, durable, priority, time_to_live, scheduled_for)


def accept(data: bytes) -> Message:
    """Read a message that a sender wants stored; raise `RefusedError` where it is beyond a limit of the service."""
    if len(data) > MAX_MESSAGE_SIZE:
        raise TooLargeError(len(data))
    message = parse(data)
    check_id("MessageId", message.message_id)
    _check_properties(message)
    return message


def _check_properties(message: Message) -> None:
    if (size := _properties_size(message)) > MAX_PROPERTIES_SIZE:
        raise RefusedError(
            ARGUMENT_ERROR, f"The properties have {size} bytes; at most {MAX_PROPERTIES_SIZE} are allowed."
        )


def check_id(what: str, value: Value) -> None:
    """Raise `RefusedError` where an id is longer than the service allows."""
    if isinstance(value, str | bytes) and len(value) > MAX_ID_LENGTH:
        raise RefusedError(
            ARGUMENT_ERROR, f"The {what} has {len(value)} characters; at most {MAX_ID_LENGTH} are allowed."
        )


class TooLargeError(RefusedError):
    """A message beyond the size limit."""

    def __init__(self, size: int) -> None:
        super().__init__(
            SIZE_EXCEEDED,
            f"The received message (size:{size} bytes) exceeds the limit ({MAX_MESSAGE_SIZE} bytes) "
            "currently allowed on the link.",
        )


def split_batch(data: bytes) -> list[bytes]:
    """Return the encoded messages of a batch."""
    messages = [decode(data, value)[0] for code, _, value, _ in sections(data) if code == DATA]
    if not all(isinstance(message, bytes) for message in messages):
        raise MalformedError("a batch with something else than messages in it")
    return messages


def _properties_size(message: Message) -> int:
    if len(message.bare) <= MAX_PROPERTIES_SIZE:
        return 0  # seldom is a closer look needed
    return sum(
        end - start for code, start, _, end in sections(message.bare) if code in (PROPERTIES, APPLICATION_PROPERTIES)
    )


def _read_annotations(data: bytes, position: int) -> tuple[tuple[bytes, ...], int | None]:
    kept: list[bytes] = []
    scheduled_for = None
    for key, encoded in map_items(data, position):
        if key == _SCHEDULED_ENQUEUE_TIME:
            scheduled_for, _ = decode(encoded)
        if key not in _SET_BY_THE_BROKER:
            kept += (encode(key), encoded)
    return tuple(kept), scheduled_for
