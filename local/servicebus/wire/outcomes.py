"""Delivery states on the wire (part 3.4), and what they mean to Service Bus."""

from uuid import UUID

from local.servicebus.amqp.encoder import encode, encode_list, encode_uint
from local.servicebus.amqp.types import Described, MalformedError, Symbol, ULong, Value
from local.servicebus.errors import NOT_IMPLEMENTED, RefusedError
from local.servicebus.queues.queue import Properties, Queue

_ERROR = ULong(0x1D)
_RECEIVED, _ACCEPTED, _REJECTED, _RELEASED, _MODIFIED = range(0x23, 0x28)

ACCEPTED = Described(ULong(_ACCEPTED), [])
_ENCODED_ACCEPTED = encode(ACCEPTED)
_BOOLEANS = {value: encode(value) for value in (True, False)}
_DISPOSITION = b"\x00\x53\x15"


def encode_settlement(role: bool, delivery_id: int, outcome: Described) -> bytes:
    """Return the disposition that settles one delivery: what `Disposition` would give, but in the hot path."""
    number = encode_uint(delivery_id)
    state = _ENCODED_ACCEPTED if outcome == ACCEPTED else encode(outcome)
    return _DISPOSITION + encode_list((_BOOLEANS[role], number, number, _BOOLEANS[True], state))


def error(refused: RefusedError) -> Described:
    """Return an error with all of its three fields: the Python SDK hangs without."""
    return Described(_ERROR, [Symbol(refused.condition), refused.description, {}])


def rejected(refused: RefusedError) -> Described:
    """Return the outcome of a message, or of a settlement, that was refused."""
    return Described(ULong(_REJECTED), [error(refused)])


def is_outcome(state: Described | None) -> bool:
    """Tell whether a state settles a message; "received" only reports progress."""
    return state is not None and state.descriptor != _RECEIVED


def settle(queue: Queue, token: UUID, outcome: Described) -> Described:
    """Do what a receiver decided about a message, and return the outcome that confirms it."""
    fields = outcome.value if isinstance(outcome.value, list) else []
    match outcome.descriptor:
        case 0x24:
            queue.complete(token)
        case 0x25:
            queue.dead_letter(token, *_dead_letter_reason(fields))
        case 0x26:
            queue.release(token)
        case 0x27:
            _, is_undeliverable_here, properties = (fields + [None] * 3)[:3]
            back = queue.defer if is_undeliverable_here else queue.abandon
            back(token, checked_properties(properties))
        case unknown:
            raise RefusedError(NOT_IMPLEMENTED, f"There is no outcome {unknown!r}.")
    return Described(ULong(outcome.descriptor), [])


def checked_properties(properties: Value) -> Properties:
    """Return the properties that a receiver sets; raise `MalformedError`."""
    if not isinstance(properties, dict | None) or not all(isinstance(name, str) for name in properties or ()):
        raise MalformedError("properties to modify that are none")
    return {str(name): value for name, value in (properties or {}).items()}


def _dead_letter_reason(fields: list[Value]) -> tuple[str | None, str | None, Properties]:
    """Reason and description travel in the info map of a `com.microsoft:dead-letter` error, with other properties."""
    if not fields or fields[0] is None:
        return None, None, {}
    if not isinstance(fields[0], Described) or not isinstance(fields[0].value, list):
        raise MalformedError("a rejected outcome whose error is none")
    _, description, info = (fields[0].value + [None] * 3)[:3]
    properties = dict(checked_properties(info))
    reason, why = properties.pop("DeadLetterReason", None), properties.pop("DeadLetterErrorDescription", None)
    return reason, why or description, properties
