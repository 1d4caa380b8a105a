"""AMQP values to bytes, in the shortest form the type has."""

from collections.abc import Callable, Iterable, Sequence
from struct import Struct
from uuid import UUID

from local.servicebus.amqp.types import (
    Array,
    Described,
    Long,
    Symbol,
    Timestamp,
    UByte,
    UInt,
    ULong,
    UShort,
    Value,
)

_pack_uint = Struct(">I").pack
_pack_ulong = Struct(">Q").pack
_pack_long = Struct(">q").pack
_pack_int = Struct(">i").pack

EMPTY_LIST = b"\x45"


def encode(value: Value) -> bytes:
    """Return the encoded value; raise TypeError where Python's type has no AMQP type."""
    try:
        encoder = _ENCODERS[type(value)]
    except KeyError:
        raise TypeError(f"{type(value).__name__} has no AMQP encoding") from None
    return encoder(value)


def encode_map(encoded_pairs: Sequence[bytes]) -> bytes:
    """Wrap keys and values that are already encoded, alternating."""
    return _compound(encoded_pairs, b"\xc1", b"\xd1")


def encode_list(encoded_items: Sequence[bytes]) -> bytes:
    """Wrap items that are already encoded."""
    return _compound(encoded_items, b"\xc0", b"\xd0") if encoded_items else EMPTY_LIST


def encode_described(code: int, fields: Iterable[Value]) -> bytes:
    """Return a list with a small numeric descriptor; fields that are None at its end are left out (part 1.4)."""
    items = list(fields)
    while items and items[-1] is None:
        items.pop()
    return b"\x00\x53" + bytes((code,)) + encode_list([encode(item) for item in items])


def _compound(items: Sequence[bytes], small: bytes, large: bytes) -> bytes:
    body, count = b"".join(items), len(items)
    if len(body) < 255 and count < 256:
        return small + bytes((len(body) + 1, count)) + body
    return large + _pack_uint(len(body) + 4) + _pack_uint(count) + body


def _variable(data: bytes, small: bytes, large: bytes) -> bytes:
    if len(data) < 256:
        return small + bytes((len(data),)) + data
    return large + _pack_uint(len(data)) + data


def _encode_binary(value: bytes) -> bytes:
    return _variable(value, b"\xa0", b"\xb0")


def _encode_string(value: str) -> bytes:
    return _variable(value.encode(), b"\xa1", b"\xb1")


def _encode_symbol(value: str) -> bytes:
    return _variable(value.encode("ascii"), b"\xa3", b"\xb3")


def encode_uint(value: int) -> bytes:
    """Return an unsigned integer of 32 bits."""
    if value == 0:
        return b"\x43"
    return b"\x52" + bytes((value,)) if value < 256 else b"\x70" + _pack_uint(value)


def encode_timestamp(value: int) -> bytes:
    """Return milliseconds since 1970."""
    return b"\x83" + _pack_long(value)


def encode_long(value: int) -> bytes:
    """Return a signed integer of 64 bits."""
    return b"\x81" + _pack_long(value)


def _encode_ulong(value: int) -> bytes:
    if value == 0:
        return b"\x44"
    return b"\x53" + bytes((value,)) if value < 256 else b"\x80" + _pack_ulong(value)


def _encode_int(value: int) -> bytes:
    return b"\x71" + _pack_int(value) if -(2**31) <= value < 2**31 else encode_long(value)


def _encode_dict(value: dict[Value, Value]) -> bytes:
    return encode_map([encode(part) for pair in value.items() for part in pair])


def _encode_list(value: Iterable[Value]) -> bytes:
    return encode_list([encode(item) for item in value])


def _encode_array(value: Array) -> bytes:
    if not value:
        return b"\xe0\x02\x00\x40"
    constructor, pack = _ELEMENTS[type(value[0])]
    body = constructor + b"".join(pack(element) for element in value)
    return b"\xf0" + _pack_uint(len(body) + 4) + _pack_uint(len(value)) + body


def _sized(data: bytes) -> bytes:
    return _pack_uint(len(data)) + data


_ENCODERS: dict[type, Callable[[Value], bytes]] = {
    type(None): lambda _: b"\x40",
    bool: lambda value: b"\x41" if value else b"\x42",
    int: _encode_int,
    float: lambda value: b"\x82" + Struct(">d").pack(value),
    bytes: _encode_binary,
    str: _encode_string,
    list: _encode_list,
    dict: _encode_dict,
    UUID: lambda value: b"\x98" + value.bytes,
    Symbol: _encode_symbol,
    UByte: lambda value: b"\x50" + bytes((value,)),
    UShort: lambda value: b"\x60" + value.to_bytes(2),
    UInt: encode_uint,
    ULong: _encode_ulong,
    Long: encode_long,
    Timestamp: encode_timestamp,
    Array: _encode_array,
    Described: lambda value: b"\x00" + encode(value.descriptor) + encode(value.value),
}
_ELEMENTS: dict[type, tuple[bytes, Callable[[Value], bytes]]] = {
    str: (b"\xb1", lambda value: _sized(value.encode())),
    Symbol: (b"\xb3", lambda value: _sized(value.encode("ascii"))),
    Long: (b"\x81", _pack_long),
    Timestamp: (b"\x83", _pack_long),
    UUID: (b"\x98", lambda value: value.bytes),
}
"""Elements of an array have one constructor for all, so always the widest form."""
