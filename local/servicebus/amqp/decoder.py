"""Bytes to AMQP values (part 1.6 of the specification lists the constructors)."""

from collections.abc import Callable, Iterator
from struct import Struct, error
from uuid import UUID

from local.servicebus.amqp.encoder import EMPTY_LIST
from local.servicebus.amqp.types import (
    Array,
    Described,
    Long,
    MalformedError,
    Symbol,
    Timestamp,
    UByte,
    UInt,
    ULong,
    UShort,
    Value,
)

type Reader = Callable[[bytes, int], tuple[Value, int]]
"""Reads the value behind a constructor; answers it with the position after it."""

DESCRIBED = 0x00
_DECODING_ERRORS = (IndexError, error, UnicodeDecodeError, RecursionError, TypeError)

_uint32 = Struct(">I").unpack_from


def decode(data: bytes, position: int = 0) -> tuple[Value, int]:
    """Return the value at a position and the position after it; raise `MalformedError` for anything else."""
    try:
        value, end = _READERS[data[position]](data, position + 1)
    except _DECODING_ERRORS as problem:
        raise MalformedError(f"no AMQP value at byte {position}: {problem}") from problem
    if end > len(data):
        raise MalformedError(f"the AMQP value at byte {position} is cut off")
    return value, end


def skip(data: bytes, position: int) -> int:
    """Return the position after a value without decoding it: the constructor's high digit is its width."""
    try:
        constructor = data[position]
        if constructor == DESCRIBED:
            return skip(data, skip(data, position + 1))
        end = position + 1 + _width(data, position + 1, constructor >> 4)
    except _DECODING_ERRORS as problem:
        raise MalformedError(f"no AMQP value at byte {position}: {problem}") from problem
    if end > len(data):
        raise MalformedError(f"the AMQP value at byte {position} is cut off")
    return end


def map_items(data: bytes, position: int) -> Iterator[tuple[Value, bytes]]:
    """Yield the keys of the map at a position with their values still encoded: so they pass through unchanged."""
    count, position = _compound_head(data, position, 0xC1, 0xD1)
    if count % 2:
        raise MalformedError(f"a map at byte {position} with a key and no value")
    for _ in range(count // 2):
        key, start = decode(data, position)
        if not isinstance(key, str | int):
            raise MalformedError(f"a map with a key at byte {position} that is no name")
        position = skip(data, start)
        yield key, data[start:position]


def check_map(data: bytes, position: int) -> None:
    """Raise `MalformedError` unless there is a map at a position that `map_items` can read."""
    for _ in map_items(data, position):
        pass


def list_item(data: bytes, position: int, index: int) -> Value:
    """Return one item of the list at a position, None where the list is shorter; those before it are not decoded."""
    if data[position : position + 1] == EMPTY_LIST:
        return None
    count, position = _compound_head(data, position, 0xC0, 0xD0)
    if index >= count:
        return None
    for _ in range(index):
        position = skip(data, position)
    return decode(data, position)[0]


def _compound_head(data: bytes, position: int, small: int, large: int) -> tuple[int, int]:
    try:
        constructor = data[position]
        if constructor == small:
            return data[position + 2], position + 3
        if constructor == large:
            return _uint32(data, position + 5)[0], position + 9
    except (IndexError, error) as problem:
        raise MalformedError(f"the AMQP value at byte {position} is cut off") from problem
    raise MalformedError(f"constructor 0x{constructor:02x} at byte {position} where 0x{large:02x} belongs")


def _width(data: bytes, position: int, category: int) -> int:
    if category <= 9:
        return _FIXED_WIDTHS[category]
    if category in (0xA, 0xC, 0xE):
        return 1 + data[position]
    return 4 + int(_uint32(data, position)[0])


_WIDTHLESS = 4
_NEVER = 1 << 40  # wider than any message: ends as "cut off"
_FIXED_WIDTHS = [_NEVER, _NEVER, _NEVER, _NEVER, 0, 1, 2, 4, 8, 16]


def _unknown(data: bytes, position: int) -> tuple[Value, int]:
    raise TypeError(f"unknown constructor 0x{data[position - 1]:02x}")


def _described(data: bytes, position: int) -> tuple[Value, int]:
    descriptor, position = _READERS[data[position]](data, position + 1)
    value, position = _READERS[data[position]](data, position + 1)
    return Described(descriptor, value), position


def _constant(value: Value) -> Reader:
    return lambda _, position: (value, position)


def _number(layout: str, kind: Callable[[Value], Value] | None = None) -> Reader:
    packed = Struct(layout)
    unpack, width = packed.unpack_from, packed.size
    if kind is None:
        return lambda data, position: (unpack(data, position)[0], position + width)
    return lambda data, position: (kind(unpack(data, position)[0]), position + width)


def _uuid(data: bytes, position: int) -> tuple[Value, int]:
    if position + 16 > len(data):
        raise IndexError("the value is cut off")
    return UUID(bytes=data[position : position + 16]), position + 16


def _text(convert: Callable[[bytes], Value], large: bool) -> Reader:
    def small_text(data: bytes, position: int) -> tuple[Value, int]:
        end = position + 1 + data[position]
        return convert(data[position + 1 : end]), end

    def large_text(data: bytes, position: int) -> tuple[Value, int]:
        end = position + 4 + _uint32(data, position)[0]
        return convert(data[position + 4 : end]), end

    return large_text if large else small_text


def _symbol(data: bytes) -> Symbol:
    return Symbol(data.decode("ascii"))


def _items(data: bytes, position: int, count: int) -> tuple[list[Value], int]:
    items = []
    for _ in range(count):
        value, position = _READERS[data[position]](data, position + 1)
        items.append(value)
    return items, position


def _list8(data: bytes, position: int) -> tuple[Value, int]:
    return _items(data, position + 2, data[position + 1])


def _list32(data: bytes, position: int) -> tuple[Value, int]:
    return _items(data, position + 8, _uint32(data, position + 4)[0])


def _pairs(items: list[Value]) -> dict[Value, Value]:
    if len(items) % 2:
        raise TypeError("a map with a key and no value")
    return dict(zip(items[::2], items[1::2], strict=True))


def _map8(data: bytes, position: int) -> tuple[Value, int]:
    items, end = _list8(data, position)
    return _pairs(items), end


def _map32(data: bytes, position: int) -> tuple[Value, int]:
    items, end = _list32(data, position)
    return _pairs(items), end


def _array(data: bytes, position: int, count: int) -> tuple[Value, int]:
    constructor, position = data[position], position + 1
    if constructor == DESCRIBED:
        raise TypeError("an array of described values")
    if count and constructor >> 4 == _WIDTHLESS:  # a few bytes would stand for as many elements as they like
        raise TypeError("an array of elements that take no room")
    read, items = _READERS[constructor], Array()
    for _ in range(count):
        value, position = read(data, position)
        items.append(value)
    return items, position


def _array8(data: bytes, position: int) -> tuple[Value, int]:
    return _array(data, position + 2, data[position + 1])


def _array32(data: bytes, position: int) -> tuple[Value, int]:
    return _array(data, position + 8, _uint32(data, position + 4)[0])


_BY_CONSTRUCTOR: dict[int, Reader] = {
    DESCRIBED: _described,
    0x40: _constant(None),
    0x41: _constant(True),
    0x42: _constant(False),
    0x43: _constant(UInt(0)),
    0x44: _constant(ULong(0)),
    0x45: lambda _, position: ([], position),
    0x50: _number(">B", UByte),
    0x51: _number(">b"),
    0x52: _number(">B", UInt),
    0x53: _number(">B", ULong),
    0x54: _number(">b"),
    0x55: _number(">b", Long),
    0x56: _number(">?"),
    0x60: _number(">H", UShort),
    0x61: _number(">h"),
    0x70: _number(">I", UInt),
    0x71: _number(">i"),
    0x72: _number(">f"),
    0x80: _number(">Q", ULong),
    0x81: _number(">q", Long),
    0x82: _number(">d"),
    0x83: _number(">q", Timestamp),
    0x98: _uuid,
    0xA0: _text(bytes, large=False),
    0xA1: _text(bytes.decode, large=False),
    0xA3: _text(_symbol, large=False),
    0xB0: _text(bytes, large=True),
    0xB1: _text(bytes.decode, large=True),
    0xB3: _text(_symbol, large=True),
    0xC0: _list8,
    0xC1: _map8,
    0xD0: _list32,
    0xD1: _map32,
    0xE0: _array8,
    0xF0: _array32,
}
_READERS: list[Reader] = [_BY_CONSTRUCTOR.get(constructor, _unknown) for constructor in range(256)]
