"""Messages are written here byte by byte (AMQP 1.0 parts 1.6 and 3.2): no codec of ours is its own witness."""

import json
import struct
from datetime import datetime, timedelta

import pytest
from azure.functions.servicebus import ServiceBusMessage, ServiceBusMessageInConverter
from azure.servicebus import ServiceBusReceivedMessage

from local.host.bus.messages import body_of, metadata_of, metadata_of_batch
from local.host.datum import blobs

ENQUEUED = datetime.fromisoformat("2026-11-21T10:00:00.250000+00:00")
HEADER, ANNOTATIONS, PROPERTIES, APPLICATION, DATA, SEQUENCE, VALUE = 0x70, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77


def section(code: int, value: bytes) -> bytes:
    return bytes([0x00, 0x53, code]) + value


def short(code: int, content: bytes) -> bytes:
    return bytes([code, len(content)]) + content


def symbol(text: str) -> bytes:
    return short(0xA3, text.encode())


def string(text: str) -> bytes:
    return short(0xA1, text.encode())


def binary(content: bytes) -> bytes:
    return short(0xA0, content)


def mapping(*items: bytes) -> bytes:
    return short(0xC1, bytes([len(items)]) + b"".join(items))


def fields(*items: bytes) -> bytes:
    return short(0xC0, bytes([len(items)]) + b"".join(items))


def message(*sections: bytes) -> ServiceBusReceivedMessage:
    enqueued = b"\x83" + struct.pack(">q", int(ENQUEUED.timestamp() * 1000))
    sequence = b"\x81" + struct.pack(">q", 7)
    annotations = mapping(
        *(symbol("x-opt-enqueued-time"), enqueued),
        *(symbol("x-opt-sequence-number"), sequence),
        *(symbol("x-opt-partition-key"), string("key")),
    )
    return ServiceBusReceivedMessage.from_bytes(section(ANNOTATIONS, annotations) + b"".join(sections))


def as_function_sees(received: ServiceBusReceivedMessage) -> ServiceBusMessage:
    decoded = ServiceBusMessageInConverter.decode(body_of(received), trigger_metadata=metadata_of(received))
    assert isinstance(decoded, ServiceBusMessage)
    return decoded


def test_the_body_is_all_its_data_sections() -> None:
    received = message(section(DATA, binary(b"one ")), section(DATA, binary(b"message")))
    assert as_function_sees(received).get_body() == b"one message"


def test_a_body_of_one_text_value_is_that_text() -> None:
    assert as_function_sees(message(section(VALUE, string("text")))).get_body() == b"text"


def test_a_body_of_amqp_structures_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be bound"):
        body_of(message(section(SEQUENCE, fields(string("a")))))


def test_what_the_sender_said_reaches_the_function_as_text() -> None:
    null = b"\x40"
    said = fields(string("m-1"), null, string("to"), string("subject"), string("reply"), string("c-1"), symbol("a/b"))
    seen = as_function_sees(message(section(PROPERTIES, said), section(DATA, binary(b"x"))))
    assert (seen.message_id, seen.to, seen.subject, seen.label) == ("m-1", "to", "subject", "subject")
    assert (seen.reply_to, seen.correlation_id, seen.content_type) == ("reply", "c-1", "a/b")
    assert seen.partition_key == "key"


def test_application_properties_keep_their_types() -> None:
    properties = mapping(string("count"), b"\x54\x05", string("name"), string("x"), string("flag"), b"\x41")
    seen = as_function_sees(message(section(APPLICATION, properties), section(DATA, binary(b"x"))))
    assert seen.application_properties == {"count": 5, "name": "x", "flag": True}
    assert seen.user_properties == seen.application_properties


def test_the_first_delivery_is_number_one() -> None:
    null, zero, two = b"\x40", b"\x43", b"\x52\x02"
    first = message(section(HEADER, fields(null, null, null, null, zero)), section(DATA, binary(b"x")))
    third = message(section(HEADER, fields(null, null, null, null, two)), section(DATA, binary(b"x")))
    assert [as_function_sees(each).delivery_count for each in (first, third)] == [1, 3]


def test_a_message_without_a_time_to_live_never_expires() -> None:
    seen = as_function_sees(message(section(DATA, binary(b"x"))))
    assert (seen.enqueued_time_utc, seen.sequence_number) == (ENQUEUED, 7)
    assert seen.expires_at_utc is not None
    assert seen.expires_at_utc.year == 9999


@pytest.mark.parametrize(("milliseconds", "expires"), [(60_000, ENQUEUED + timedelta(minutes=1)), (0xFFFFFFFF, None)])
def test_a_time_to_live_ends_the_message(milliseconds: int, expires: datetime | None) -> None:
    null, time_to_live = b"\x40", b"\x70" + struct.pack(">I", milliseconds)
    seen = as_function_sees(message(section(HEADER, fields(null, null, time_to_live)), section(DATA, binary(b"x"))))
    assert seen.expires_at_utc == (expires or ENQUEUED + timedelta(milliseconds=milliseconds))


def test_messages_of_a_batch_keep_their_own_bodies_counts_and_properties() -> None:
    null, one = b"\x40", b"\x52\x01"
    counts = [fields(null, null, null, null, count) for count in (b"\x43", one)]
    properties = [mapping(string("n"), string(name)) for name in "ab"]
    received = [
        message(section(HEADER, count), section(APPLICATION, said), section(DATA, binary(body)))
        for count, said, body in zip(counts, properties, [b"", b"x"], strict=True)
    ]
    bodies = blobs([body_of(each).value for each in received])
    seen = ServiceBusMessageInConverter.decode(bodies, trigger_metadata=metadata_of_batch(received))
    assert isinstance(seen, list)
    assert [each.get_body() for each in seen] == [b"", b"x"]
    assert [each.delivery_count for each in seen] == [1, 2]
    assert [each.application_properties for each in seen] == [{"n": "a"}, {"n": "b"}]
    assert [each.enqueued_time_utc for each in seen] == [ENQUEUED, ENQUEUED]
    assert [each.expires_at_utc and each.expires_at_utc.year for each in seen] == [9999, 9999]


def test_a_text_that_a_message_of_a_batch_has_not_got_is_taken_from_the_next_as_in_azure() -> None:
    null = b"\x40"
    second = message(section(PROPERTIES, fields(null, null, null, string("subject"))), section(DATA, binary(b"x")))
    metadata = metadata_of_batch([message(section(DATA, binary(b"x"))), second])
    assert metadata["SubjectArray"].python_value == ["subject"]


def test_only_keys_that_the_cloud_sends_are_there() -> None:
    metadata = metadata_of(message(section(DATA, binary(b"x"))))
    assert not {"ScheduledEnqueueTimeUtc", "TimeToLive", "LockedUntil", "State"} & metadata.keys()
    assert json.loads(metadata["UserProperties"].value) == {}
