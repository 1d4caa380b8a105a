"""A message keeps what its sender put in, and says what the broker needs to know."""

from uuid import UUID

import pytest

from local.servicebus.amqp.decoder import decode
from local.servicebus.amqp.encoder import encode, encode_described
from local.servicebus.amqp.sections import (
    APPLICATION_PROPERTIES,
    DATA,
    DELIVERY_ANNOTATIONS,
    PROPERTIES,
    list_at,
    sections,
)
from local.servicebus.amqp.types import Long, MalformedError, Symbol, ULong, Value
from local.servicebus.errors import RefusedError
from local.servicebus.queues.message import MAX_MESSAGE_SIZE, accept, parse, split_batch
from tests.unit.servicebus.builders import message_bytes, section


def application_properties(bare: bytes) -> Value:
    """Decode the application properties of a bare message."""
    return next(decode(bare, value)[0] for code, _, value, _ in sections(bare) if code == APPLICATION_PROPERTIES)


def test_a_message_is_parsed_into_what_the_broker_needs() -> None:
    message = parse(message_bytes("order-1", scheduled_for=1_800_000_000_000, time_to_live=5000))
    assert (message.message_id, message.scheduled_for, message.time_to_live) == ("order-1", 1_800_000_000_000, 5000)


def test_a_message_without_an_id_gets_one_and_keeps_its_other_properties() -> None:
    data = encode_described(PROPERTIES, [None, None, "orders"]) + section(DATA, b"hello")
    message = parse(data)
    properties = list_at(message.bare, next(sections(message.bare)).value)
    assert properties == [message.message_id, None, "orders"]
    assert UUID(hex=message.message_id)
    assert message.bare.endswith(section(DATA, b"hello"))


def test_a_message_without_properties_gets_an_id_too() -> None:
    message = parse(section(DATA, b"hello"))
    assert list_at(message.bare, next(sections(message.bare)).value) == [message.message_id]


def test_delivery_annotations_behind_the_body_do_not_hide_it() -> None:
    """The Python SDK puts them there when a received message is sent again."""
    lock = {Symbol("x-opt-lock-token"): UUID(int=7), Symbol("mine"): 3}
    message = parse(message_bytes("order-1") + section(DELIVERY_ANNOTATIONS, lock))
    assert message.bare == parse(message_bytes("order-1")).bare
    assert message.delivery_annotations == (encode(Symbol("mine")), encode(3))


def test_an_annotation_takes_the_place_of_one_of_its_name() -> None:
    message = parse(message_bytes()).annotated("from", "a").annotated("other", 1).annotated("from", "b")
    assert message.annotations == (encode(Symbol("other")), encode(1), encode(Symbol("from")), encode("b"))


def test_a_footer_stays() -> None:
    footer = section(0x78, {Symbol("checksum"): 7})
    assert parse(message_bytes() + footer).bare.endswith(footer)


def test_properties_larger_than_the_service_takes_are_refused() -> None:
    assert accept(message_bytes(properties={"text": "x" * 65_000}))
    with pytest.raises(RefusedError, match="argument-error: The properties have 66"):
        accept(message_bytes(properties={"text": "x" * 66_000}))


def test_a_message_may_be_of_a_session() -> None:
    assert parse(message_bytes(session_id="s-1")).session_id == "s-1"
    assert parse(message_bytes()).session_id is None
    assert parse(section(DATA, b"hello")).session_id is None


def test_a_dead_letter_says_why_and_keeps_its_properties() -> None:
    message = parse(message_bytes(properties={"number": 7, "DeadLetterReason": "earlier"}))
    bare = message.dead_lettered("Bad", "very bad").bare
    assert application_properties(bare) == {
        "number": 7,
        "DeadLetterReason": "Bad",
        "DeadLetterErrorDescription": "very bad",
    }
    assert bare.endswith(section(DATA, b"hello"))


def test_a_dead_letter_without_properties_gets_them() -> None:
    bare = parse(message_bytes()).dead_lettered("Bad", None).bare
    assert application_properties(bare) == {"DeadLetterReason": "Bad"}
    assert [each.code for each in sections(bare)] == [PROPERTIES, APPLICATION_PROPERTIES, DATA]


def test_a_batch_is_split_into_its_messages() -> None:
    messages = [message_bytes("a"), message_bytes("b")]
    assert split_batch(b"".join(section(DATA, each) for each in messages)) == messages


def test_a_message_larger_than_the_service_takes_is_refused() -> None:
    fits = message_bytes(body=b"x" * (MAX_MESSAGE_SIZE - 100))
    assert accept(fits).message_id == "m-1"
    with pytest.raises(RefusedError, match="amqp:link:message-size-exceeded"):
        accept(message_bytes(body=b"x" * MAX_MESSAGE_SIZE))


def test_a_message_id_longer_than_the_service_takes_is_refused() -> None:
    assert accept(message_bytes("x" * 128)).message_id == "x" * 128
    with pytest.raises(RefusedError, match="129 characters"):
        accept(message_bytes("x" * 129))


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        message_bytes()[:-1],
        section(PROPERTIES, {"message-id": "a"}),
        encode_described(PROPERTIES, [[]]),
        encode_described(0x70, (True, None, "never")) + section(DATA, b""),
        encode_described(0x70, (True, 256)) + section(DATA, b""),
        encode_described(0x70, (7,)) + section(DATA, b""),
        encode_described(0x70, (True, None, Long(-1))) + section(DATA, b""),
        section(APPLICATION_PROPERTIES, []) + section(DATA, b""),
        b"\x00\x53\x74\xc1\x03\x01\xa1\x00" + section(DATA, b""),
        b"\x00\x53\x73\xc0\x06\x02\x40\xa1\x02\xff\xfe" + section(DATA, b""),
        encode_described(0x70, (True, None, ULong(2**40))) + section(DATA, b""),
    ],
)
def test_what_is_no_message_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(data)
