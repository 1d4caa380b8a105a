"""Requests to the nodes `$cbs` and `$management`, and their answers (AMQP Management working draft)."""

from typing import NamedTuple
from uuid import UUID

from local.servicebus.amqp.decoder import decode
from local.servicebus.amqp.encoder import encode, encode_described
from local.servicebus.amqp.sections import APPLICATION_PROPERTIES, PROPERTIES, VALUE, list_at, sections
from local.servicebus.amqp.types import MalformedError, Value

_MESSAGE_ID, _REPLY_TO = 0, 4


class Request(NamedTuple):
    """What is asked of a node."""

    message_id: Value
    reply_to: str | None
    properties: dict[Value, Value]
    body: Value

    @property
    def operation(self) -> str:
        """What to do, without the vendor's prefix."""
        return str(self.properties.get("operation", "")).removeprefix("com.microsoft:")


def parse_request(data: bytes) -> Request:
    """Read a request; raise `MalformedError`."""
    fields: list[Value] = []
    properties = body = None
    for code, _, value, _ in sections(data):
        if code == PROPERTIES:
            fields = list_at(data, value)
        elif code == APPLICATION_PROPERTIES:
            properties, _ = decode(data, value)
        elif code == VALUE:
            body, _ = decode(data, value)
    if not isinstance(properties, dict):
        raise MalformedError("a request without application properties")
    fields += [None] * (_REPLY_TO + 1)
    if not isinstance(fields[_MESSAGE_ID], str | bytes | int | UUID | None):
        raise MalformedError("a request whose message id is none")
    return Request(fields[_MESSAGE_ID], fields[_REPLY_TO], properties, body)


def encode_answer(request: Request, properties: dict[str, Value], body: Value) -> bytes:
    """Return the encoded answer; its correlation id is the request's message id, in the type it came in."""
    return (
        encode_described(PROPERTIES, [None, None, None, None, None, request.message_id])
        + b"\x00\x53\x74"
        + encode(properties)
        + b"\x00\x53\x77"
        + encode(body)
    )
