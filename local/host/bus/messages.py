"""Received Service Bus messages in the form in which the cloud's host hands them to a function."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpMessageBodyType

from local.host.datum import Datum, blob, document, number, numbers, strings, text, timestamp

# What .NET says for a message that never expires, DateTimeOffset.MaxValue, to the second: the worker library tries
# format after format, that one first, and each costs as much as half of our own work for a message.
_NEVER = datetime.max.replace(microsecond=0, tzinfo=UTC)
_TEXTS = (
    "ContentType",
    "CorrelationId",
    "DeadLetterSource",
    "Label",
    "MessageId",
    "PartitionKey",
    "ReplyTo",
    "SessionId",
    "Subject",
    "To",
)


def body_of(message: ServiceBusReceivedMessage) -> Datum:
    """The body's bytes, all data sections in one; ValueError for a body that is a structure of AMQP."""
    body = message.body
    match message.body_type:
        case AmqpMessageBodyType.DATA:
            return blob(b"".join(body))
        case AmqpMessageBodyType.VALUE if isinstance(body, bytes):
            return blob(body)
        case other:
            raise ValueError(f"a body of AMQP type {other.value} cannot be bound")


def metadata_of(message: ServiceBusReceivedMessage) -> dict[str, Datum]:
    """The trigger metadata; only the keys that the cloud's host sends, so that no app comes to need another.

    Not among them: ScheduledEnqueueTimeUtc, TimeToLive, LockedUntil, State.
    """
    properties = document(application_properties(message))
    metadata = {
        "DeliveryCount": number(_delivery(message)),
        "LockToken": text(str(message.lock_token)),
        "SequenceNumber": number(message.sequence_number or 0),
        "ApplicationProperties": properties,
        "UserProperties": properties,
    }
    enqueued = message.enqueued_time_utc
    if enqueued is not None:
        metadata["EnqueuedTimeUtc"] = timestamp(enqueued)
        metadata["ExpiresAtUtc"] = timestamp(_expiry(enqueued, message.time_to_live))
    return metadata | {name: text(value) for name, value in _named(message).items()}


def metadata_of_batch(messages: Sequence[ServiceBusReceivedMessage]) -> dict[str, Datum]:
    """The trigger metadata of messages that come together: an array for each key, an element for each message.

    Not so for texts: a message without one has no element, and those of later messages move up (see `strings`). What a
    function needs to know of a message in a batch belongs into its body or its application properties.

    Counts and times go as plain arrays where the cloud's host sends JSON. A function sees the same, but the worker
    library parses a JSON array anew for each message.
    """
    named = [_named(message) for message in messages]
    enqueued = [message.enqueued_time_utc or _NEVER for message in messages]
    expiries = [_expiry(at, message.time_to_live) for at, message in zip(enqueued, messages, strict=True)]
    properties = document([application_properties(message) for message in messages])
    return {
        "DeliveryCountArray": numbers([_delivery(message) for message in messages]),
        "LockTokenArray": strings([str(message.lock_token) for message in messages]),
        "SequenceNumberArray": numbers([message.sequence_number or 0 for message in messages]),
        "EnqueuedTimeUtcArray": strings([moment.isoformat() for moment in enqueued]),
        "ExpiresAtUtcArray": strings([moment.isoformat() for moment in expiries]),
        "ApplicationPropertiesArray": properties,
        "UserPropertiesArray": properties,
        **{f"{name}Array": strings([each.get(name) for each in named]) for name in _TEXTS},
    }


def application_properties(message: ServiceBusReceivedMessage) -> dict[str, object]:
    """The sender's properties; the SDK leaves names and strings as the bytes that came over the wire."""
    raw = message.raw_amqp_message.application_properties or {}
    return {str(_decoded(name)): _decoded(value) for name, value in raw.items()}


def _named(message: ServiceBusReceivedMessage) -> dict[str, str]:
    """The texts that a message may have; asking the SDK for one after the other takes 0.2 ms."""
    raw = message.raw_amqp_message
    annotations = raw.annotations or {}
    values: dict[str, object] = {
        "PartitionKey": annotations.get(b"x-opt-partition-key"),
        "DeadLetterSource": annotations.get(b"x-opt-deadletter-source"),
    }
    properties = raw.properties
    if properties is not None:
        values |= {
            "MessageId": properties.message_id,
            "ContentType": properties.content_type,
            "CorrelationId": properties.correlation_id,
            "ReplyTo": properties.reply_to,
            "To": properties.to,
            "Subject": properties.subject,
            "Label": properties.subject,
            "SessionId": properties.group_id,
        }
    return {name: str(_decoded(value)) for name, value in values.items() if value is not None}


def _delivery(message: ServiceBusReceivedMessage) -> int:
    return (message.delivery_count or 0) + 1


def _decoded(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


def _expiry(enqueued: datetime, time_to_live: timedelta | None) -> datetime:
    try:
        return enqueued + time_to_live if time_to_live is not None else _NEVER
    except OverflowError:
        return _NEVER
