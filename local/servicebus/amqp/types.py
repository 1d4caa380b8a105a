"""The AMQP types that Python has no type of its own for, so that a decoded value encodes as what it was."""

from typing import Any, NamedTuple

type Value = Any
"""A decoded AMQP value: the wire is dynamically typed, whoever reads a value checks what it got."""


class MalformedError(Exception):
    """The bytes are not AMQP."""


class Symbol(str):
    """A name out of a known set, ASCII only."""

    __slots__ = ()


class UByte(int):
    """An unsigned integer of 8 bits."""

    __slots__ = ()


class UShort(int):
    """An unsigned integer of 16 bits."""

    __slots__ = ()


class UInt(int):
    """An unsigned integer of 32 bits."""

    __slots__ = ()


class ULong(int):
    """An unsigned integer of 64 bits."""

    __slots__ = ()


class Long(int):
    """A signed integer of 64 bits; a plain int is one of 32 bits as long as it fits."""

    __slots__ = ()


class Timestamp(int):
    """Milliseconds since 1970, UTC."""

    __slots__ = ()


class Array(list[Value]):
    """A list whose elements share one type."""

    __slots__ = ()


class Described(NamedTuple):
    """A value with a descriptor that says how to read it."""

    descriptor: Value
    value: Value
