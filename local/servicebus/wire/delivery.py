"""A message as it goes out: the sender's content under the broker's header and annotations."""

from local.servicebus.amqp.encoder import encode, encode_list, encode_long, encode_map, encode_timestamp, encode_uint
from local.servicebus.amqp.types import Symbol, UByte
from local.servicebus.queues.entry import Entry, State

_NUMBER = encode(Symbol("x-opt-sequence-number"))
_FIRST_NUMBER = encode(Symbol("x-opt-enqueue-sequence-number"))
_ENQUEUED_TIME = encode(Symbol("x-opt-enqueued-time"))
_STATE = encode(Symbol("x-opt-message-state"))
_LOCKED_UNTIL = encode(Symbol("x-opt-locked-until"))
_LOCK_TOKEN = encode(Symbol("x-opt-lock-token"))
_HEADER = b"\x00\x53\x70"
_NULL = encode(None)
_UINT_MAX = 2**32 - 1
_DELIVERY_ANNOTATIONS = b"\x00\x53\x71"
_MESSAGE_ANNOTATIONS = b"\x00\x53\x72"


def render(entry: Entry) -> bytes:
    """Return the encoded message for a receiver; a delivery that is not locked names no lock."""
    message, number = entry.message, entry.number
    annotations = [_NUMBER, encode_long(number), _ENQUEUED_TIME, encode_timestamp(entry.enqueued_at)]
    if entry.first_number != number:
        annotations += (_FIRST_NUMBER, encode_long(entry.first_number))
    if entry.state is not State.ACTIVE:
        annotations += (_STATE, encode(int(entry.state)))
    delivery_annotations = message.delivery_annotations
    if entry.token is not None:
        annotations += (_LOCKED_UNTIL, encode_timestamp(entry.locked_until))
        delivery_annotations = (*delivery_annotations, _LOCK_TOKEN, encode(entry.token))
    annotations += message.annotations
    return b"".join(
        (
            _header(entry),
            _DELIVERY_ANNOTATIONS,
            encode_map(delivery_annotations),
            _MESSAGE_ANNOTATIONS,
            encode_map(annotations),
            message.bare,
        )
    )


def render_unlocked(entry: Entry) -> bytes:
    """Return the encoded message for somebody who only looks."""
    token, entry.token = entry.token, None
    try:
        return render(entry)
    finally:
        entry.token = token


def _header(entry: Entry) -> bytes:
    """Header: durable, priority, time to live, first-acquirer, delivery count (part 3.2.1)."""
    message = entry.message
    time_to_live = message.time_to_live
    if entry.expires_at is not None:
        time_to_live = min(entry.expires_at - entry.enqueued_at, _UINT_MAX)
    return _HEADER + encode_list(
        (
            encode(message.durable),
            encode(None if message.priority is None else UByte(message.priority)),
            encode_uint(time_to_live) if time_to_live is not None else _NULL,
            _NULL,
            encode_uint(entry.delivery_count),
        )
    )
