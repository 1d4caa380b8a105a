"""A received Service Bus message in the form in which the cloud's host hands it to a function."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from azure.servicebus import ServiceBusReceivedMessage

from local.host.datum import Datum, blob, document, text, timestamp

# What .NET says for a message that never expires, DateTimeOffset.MaxValue; Python's year also ends at 9999.
_NEVER = datetime.max.replace(tzinfo=UTC)


def body_of(message: ServiceBusReceivedMessage) -> Datum:
    """The body's bytes, all data sections in one."""
    return blob(b"".join(message.body))


def metadata_of(message: ServiceBusReceivedMessage) -> dict[str, Datum]:
    """The trigger metadata; only the keys that the cloud's host sends, so that no app comes to need another.

    Not among them: ScheduledEnqueueTimeUtc, TimeToLive, LockedUntil, State.
    """
    properties = document(application_properties(message.application_properties or {}))
    metadata = {
        "DeliveryCount": document((message.delivery_count or 0) + 1),
        "LockToken": text(str(message.lock_token)),
        "SequenceNumber": document(message.sequence_number),
        "ApplicationProperties": properties,
        "UserProperties": properties,
    }
    enqueued = message.enqueued_time_utc
    if enqueued is not None:
        metadata["EnqueuedTimeUtc"] = timestamp(enqueued)
        metadata["ExpiresAtUtc"] = timestamp(_expiry(enqueued, message.time_to_live))
    optional = {
        "MessageId": message.message_id,
        "ContentType": message.content_type,
        "CorrelationId": message.correlation_id,
        "ReplyTo": message.reply_to,
        "To": message.to,
        "Subject": message.subject,
        "Label": message.subject,
        "SessionId": message.session_id,
        "PartitionKey": message.partition_key,
        "DeadLetterSource": message.dead_letter_source,
    }
    return metadata | {name: text(value) for name, value in optional.items() if value is not None}


def application_properties(raw: Mapping[str | bytes, object]) -> dict[str, object]:
    """The sender's properties; the SDK leaves names and strings as the bytes that came over the wire."""
    return {_decoded(name): _decoded(value) for name, value in raw.items()}  # type: ignore[misc]


def _decoded(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


def _expiry(enqueued: datetime, time_to_live: timedelta | None) -> datetime:
    try:
        return enqueued + time_to_live if time_to_live is not None else _NEVER
    except OverflowError:
        return _NEVER
