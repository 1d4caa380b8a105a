"""AMQP values survive the wire, and bytes that are no AMQP are refused."""

import struct
from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.servicebus.amqp.decoder import decode, list_item, map_items, skip
from local.servicebus.amqp.encoder import encode, encode_described
from local.servicebus.amqp.performatives import Disposition, Transfer, decode_performative, encode_performative
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

INT64 = st.integers(-(2**63), 2**63 - 1)
ASCII = st.text(st.characters(codec="ascii"), max_size=300)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**31), 2**31 - 1),
    st.floats(allow_nan=False),
    st.binary(max_size=300),
    st.text(max_size=300),
    st.uuids(),
    ASCII.map(Symbol),
    INT64.map(Long),
    INT64.map(Timestamp),
    st.integers(0, 2**8 - 1).map(UByte),
    st.integers(0, 2**16 - 1).map(UShort),
    st.integers(0, 2**32 - 1).map(UInt),
    st.integers(0, 2**64 - 1).map(ULong),
)
KEYS = st.one_of(ASCII.map(Symbol), st.text(max_size=20), st.integers(0, 2**64 - 1).map(ULong))
ELEMENTS: list[st.SearchStrategy[Value]] = [
    st.text(),
    ASCII.map(Symbol),
    INT64.map(Long),
    INT64.map(Timestamp),
    st.uuids(),
]
ARRAYS = st.one_of([st.lists(element).map(Array) for element in ELEMENTS])
VALUES = st.recursive(
    SCALARS | ARRAYS,
    lambda children: (
        st.lists(children)
        | st.dictionaries(KEYS, children)
        | st.builds(Described, st.integers(0, 2**64 - 1).map(ULong), children)
    ),
)


def with_types(value: Value) -> Value:
    """Spell out a value's types, which equality of numbers and strings does not see."""
    match value:
        case Described():
            return Described, with_types(value.descriptor), with_types(value.value)
        case dict():
            return [(with_types(key), with_types(item)) for key, item in value.items()]
        case list():
            return type(value), [with_types(item) for item in value]
    return type(value), value


@given(VALUES)
def test_a_value_comes_back_as_what_it_was(value: Value) -> None:
    encoded = encode(value)
    decoded, end = decode(encoded)
    assert end == len(encoded)
    assert with_types(decoded) == with_types(value)


@given(VALUES, st.binary(max_size=20))
def test_a_value_is_skipped_without_decoding_it(value: Value, rest: bytes) -> None:
    encoded = encode(value)
    assert skip(encoded + rest, 0) == len(encoded)


@given(VALUES, st.data())
def test_a_value_that_is_cut_off_is_refused(value: Value, data: st.DataObject) -> None:
    encoded = encode(value)
    cut = encoded[: data.draw(st.integers(0, len(encoded) - 1))]
    with pytest.raises(MalformedError):
        decode(cut)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_malformed(data: bytes) -> None:
    for read in (decode, skip, _third_item, lambda data, position: list(map_items(data, position))):
        with suppress(MalformedError):
            read(data, 0)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_a_map_is_read_with_its_values_still_encoded(value: dict[Value, Value]) -> None:
    assert [(key, encode(item)) for key, item in value.items()] == list(map_items(encode(value), 0))


def _third_item(data: bytes, position: int) -> Value:
    return list_item(data, position, 2)


@given(st.lists(SCALARS), st.integers(0, 12))
def test_an_item_of_a_list_is_read_alone(items: list[Value], index: int) -> None:
    assert list_item(encode(items), 0, index) == (items[index] if index < len(items) else None)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            b"\xf0" + bytes((0, 0, 0, 5)) + bytes((0, 0, 234, 96)) + b"\x43" * 70_000, id="an array of nothing"
        ),
        pytest.param(b"\x00" * 100_000, id="values nested without end"),
        pytest.param(b"\xf0" + struct.pack(">II", 5, 2**31) + b"\x40", id="an array of elements that take no room"),
        pytest.param(b"\xc1\x03\x03\x40\x40\x40", id="a map with a key and no value"),
        pytest.param(b"\xc1\x03\x02\x45\x40", id="a map with a list as a key"),
        pytest.param(b"\xa1\x02\xff\xff", id="a string that is not UTF-8"),
        pytest.param(b"\x3f", id="an unknown constructor"),
    ],
)
def test_hostile_bytes_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode(data)


def test_the_encodings_are_those_of_the_specification() -> None:
    assert encode(UUID(int=1)) == b"\x98" + bytes(15) + b"\x01"
    assert encode(Symbol("amqp:accepted:list")) == b"\xa3\x12amqp:accepted:list"
    assert encode([UInt(0), ULong(5), True]) == b"\xc0\x05\x03\x43\x53\x05\x41"
    assert encode_described(0x24, ()) == b"\x00\x53\x24\x45"


def test_a_performative_comes_back_without_the_fields_at_its_end_that_are_not_set() -> None:
    disposition = Disposition(True, UInt(1), UInt(1), True, Described(ULong(0x24), []))
    assert decode_performative(encode_performative(disposition), 0)[0] == disposition
    assert decode_performative(encode_performative(Transfer(UInt(3))), 0)[0] == Transfer(UInt(3))


@pytest.mark.parametrize(
    ("code", "fields", "complaint"),
    [
        (0x14, ["nought"], "Transfer.handle is 'nought'"),
        (0x14, [None, UInt(1)], "Transfer.handle is None"),
        (0x14, [ULong(2**32)], "Transfer.handle is 4294967296"),
        (0x15, [True], "an incomplete Disposition"),
        (0x77, [], "unknown kind 119"),
    ],
)
def test_a_performative_with_a_wrong_field_is_malformed(code: int, fields: list[Value], complaint: str) -> None:
    with pytest.raises(MalformedError, match=complaint):
        decode_performative(encode_described(code, fields), 0)
