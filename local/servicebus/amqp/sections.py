"""The sections of an encoded message (part 3.2): found without decoding what is in them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from local.servicebus.amqp.decoder import decode, map_items, skip
from local.servicebus.amqp.encoder import encode, encode_described, encode_map
from local.servicebus.amqp.types import MalformedError, Value

HEADER = 0x70
DELIVERY_ANNOTATIONS = 0x71
MESSAGE_ANNOTATIONS = 0x72
PROPERTIES = 0x73
APPLICATION_PROPERTIES = 0x74
DATA = 0x75
VALUE = 0x77


class Section(NamedTuple):
    """Where a section lies, and where the value in it starts."""

    code: int
    start: int
    value: int
    end: int


def sections(data: bytes) -> Iterator[Section]:
    """Yield the sections of an encoded message."""
    start = 0
    while start < len(data):
        if data[start : start + 2] == b"\x00\x53" and start + 2 < len(data):
            code, value = data[start + 2], start + 3
        else:
            code, value = _long_descriptor(data, start)
        end = skip(data, value)
        yield Section(code, start, value, end)
        start = end


def _long_descriptor(data: bytes, start: int) -> tuple[int, int]:
    if data[start] != 0:
        raise MalformedError(f"no section at byte {start}")
    descriptor, value = decode(data, start + 1)
    return (descriptor if isinstance(descriptor, int) else -1), value


def list_at(data: bytes, position: int) -> list[Value]:
    """Return the list in a section."""
    value, _ = decode(data, position)
    if not isinstance(value, list):
        raise MalformedError(f"no list at byte {position}")
    return value


def with_first_property(bare: bytes, value: Value) -> bytes:
    """Return a bare message whose first property, the message id, is set."""
    for code, start, position, end in sections(bare):
        if code == PROPERTIES:
            fields = [value, *list_at(bare, position)[1:]]
            return bare[:start] + encode_described(PROPERTIES, fields) + bare[end:]
    return encode_described(PROPERTIES, [value]) + bare


def with_application_properties(bare: bytes, extra: Mapping[str, Value]) -> bytes:
    """Return a bare message with application properties set; the others stay as they are encoded."""
    insert_at, after, pairs = 0, 0, list[bytes]()
    for code, start, value, end in sections(bare):
        if code == PROPERTIES:
            insert_at = after = end
        elif code == APPLICATION_PROPERTIES:
            insert_at, after = start, end
            pairs = [part for key, kept in map_items(bare, value) if key not in extra for part in (encode(key), kept)]
    pairs += [encode(part) for pair in extra.items() for part in pair]
    return bare[:insert_at] + b"\x00\x53\x74" + encode_map(pairs) + bare[after:]
