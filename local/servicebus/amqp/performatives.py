"""The bodies of frames (parts 2.7 and 5.3 of the specification), with the fields that matter here."""

from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from local.servicebus.amqp.decoder import decode
from local.servicebus.amqp.encoder import encode_described
from local.servicebus.amqp.types import Array, Described, MalformedError, Symbol, UByte, UInt, ULong, UShort, Value


class Open(NamedTuple):
    """Begins a connection."""

    container_id: str
    hostname: str | None = None
    max_frame_size: UInt | None = None
    channel_max: UShort | None = None
    idle_time_out: UInt | None = None


class Begin(NamedTuple):
    """Begins a session on a channel."""

    remote_channel: UShort | None
    next_outgoing_id: UInt
    incoming_window: UInt
    outgoing_window: UInt
    handle_max: UInt | None = None


class Attach(NamedTuple):
    """Begins a link; the role is the sender of this frame's own: True for a receiver."""

    name: str
    handle: UInt
    role: bool
    snd_settle_mode: UByte | None = None
    rcv_settle_mode: UByte | None = None
    source: Described | None = None
    target: Described | None = None
    unsettled: Value = None
    incomplete_unsettled: Value = None
    initial_delivery_count: UInt | None = None
    max_message_size: ULong | None = None
    offered_capabilities: Value = None
    desired_capabilities: Value = None
    properties: dict[Value, Value] | None = None


class Flow(NamedTuple):
    """States the windows of a session and, with a handle, the credit of a link."""

    next_incoming_id: UInt | None
    incoming_window: UInt
    next_outgoing_id: UInt
    outgoing_window: UInt
    handle: UInt | None = None
    delivery_count: UInt | None = None
    link_credit: UInt | None = None
    available: UInt | None = None
    drain: bool | None = None
    echo: bool | None = None


class Transfer(NamedTuple):
    """Carries a message, or a part of one."""

    handle: UInt
    delivery_id: UInt | None = None
    delivery_tag: bytes | None = None
    message_format: UInt | None = None
    settled: bool | None = None
    more: bool | None = None
    rcv_settle_mode: UByte | None = None
    state: Described | None = None
    resume: bool | None = None
    aborted: bool | None = None


class Disposition(NamedTuple):
    """Tells what became of deliveries; the role is that of the end that sends this frame."""

    role: bool
    first: UInt
    last: UInt | None = None
    settled: bool | None = None
    state: Described | None = None


class Detach(NamedTuple):
    """Ends a link."""

    handle: UInt
    closed: bool | None = None
    error: Described | None = None


class End(NamedTuple):
    """Ends a session."""

    error: Described | None = None


class Close(NamedTuple):
    """Ends a connection."""

    error: Described | None = None


class SaslMechanisms(NamedTuple):
    """Offers ways to log in."""

    mechanisms: Array


class SaslInit(NamedTuple):
    """Chooses one."""

    mechanism: Symbol


class SaslOutcome(NamedTuple):
    """Answers the choice; 0 is in."""

    code: UByte


type Performative = (
    Open
    | Begin
    | Attach
    | Flow
    | Transfer
    | Disposition
    | Detach
    | End
    | Close
    | SaslMechanisms
    | SaslInit
    | SaslOutcome
)

_KINDS: dict[int, Any] = {
    0x10: Open,
    0x11: Begin,
    0x12: Attach,
    0x13: Flow,
    0x14: Transfer,
    0x15: Disposition,
    0x16: Detach,
    0x17: End,
    0x18: Close,
    0x40: SaslMechanisms,
    0x41: SaslInit,
    0x44: SaslOutcome,
}
_CODES = {kind: code for code, kind in _KINDS.items()}


class _Field(NamedTuple):
    """What a field may be; an integer may come in any width, but not larger than the field's own."""

    name: str
    types: tuple[type, ...]
    maximum: int
    certain: frozenset[type]
    """Types that need no closer look."""

    def allows(self, value: Value) -> bool:
        return isinstance(value, self.types) and (not isinstance(value, int) or 0 <= value <= self.maximum)


def _fields(kind: Any) -> list[_Field]:
    hints = get_type_hints(kind)
    options = [(name, get_args(hints[name]) or (hints[name],)) for name in kind._fields]
    return [_field(name, types) for name, types in options]


def _field(name: str, hints: tuple[Any, ...]) -> _Field:
    maximum = _MAXIMA.get(hints[0], 1)
    certain = {hint for hint in hints if isinstance(hint, type)}
    certain |= {kind for kind, limit in _MAXIMA.items() if hints[0] in _MAXIMA and limit <= maximum}
    return _Field(name, tuple(map(_base, hints)), maximum, frozenset(certain))


def _base(hint: Any) -> type:
    if not isinstance(hint, type):
        return dict if get_origin(hint) is dict else object
    return next((base for base in (int, str, list) if issubclass(hint, base)), hint)


_MAXIMA: dict[type, int] = {UByte: 2**8 - 1, UShort: 2**16 - 1, UInt: 2**32 - 1, ULong: 2**64 - 1}
_FIELDS = {code: _fields(kind) for code, kind in _KINDS.items()}


def encode_performative(performative: Performative) -> bytes:
    """Return the body of a frame."""
    return encode_described(_CODES[type(performative)], performative)


def decode_performative(data: bytes, position: int) -> tuple[Performative, int]:
    """Return the performative at a position and the position of the payload after it."""
    described, end = decode(data, position)
    if not isinstance(described, Described) or not isinstance(described.value, list):
        raise MalformedError(f"no performative at byte {position}")
    code, values = described
    kind = _KINDS.get(code) if isinstance(code, int) else None
    if kind is None:
        raise MalformedError(f"a performative of the unknown kind {code!r}")
    fields = _FIELDS[code]
    for field, value in zip(fields, values, strict=False):
        if type(value) not in field.certain and not field.allows(value):
            raise MalformedError(f"{kind.__name__}.{field.name} is {value!r:.40}")
    try:
        return kind(*values[: len(fields)]), end
    except TypeError as error:
        raise MalformedError(f"an incomplete {kind.__name__}") from error
