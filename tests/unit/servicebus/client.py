"""What a client says on the wire, frame by frame."""

from azure.servicebus._pyamqp.utils import generate_sas_token

from local.servicebus.amqp.encoder import encode_described
from local.servicebus.amqp.frames import AMQP_HEADER, SASL_FRAME, SASL_HEADER, build_frame
from local.servicebus.amqp.performatives import (
    Attach,
    Begin,
    Close,
    Detach,
    Disposition,
    End,
    Flow,
    Open,
    Performative,
    SaslInit,
    Transfer,
    encode_performative,
)
from local.servicebus.amqp.sections import APPLICATION_PROPERTIES, PROPERTIES, VALUE
from local.servicebus.amqp.types import Described, Long, Symbol, UInt, ULong, Value
from local.servicebus.wire.connection import MAX_FRAME_SIZE
from local.servicebus.wire.sas import AccessKey
from tests.unit.servicebus.builders import Clock, message_bytes, section

CLOCK = Clock()
KEY = AccessKey("RootManageSharedAccessKey", "SAS_KEY_VALUE")
SENDER, RECEIVER, CBS_SENDER, CBS_RECEIVER = range(4)


def frame(performative: Performative, payload: bytes = b"", kind: int = 0) -> bytes:
    """Return a client's frame."""
    return build_frame(0, encode_performative(performative) + payload, kind)


def attach(handle: int, address: str, *, receives: bool) -> bytes:
    """Return the attach of a link."""
    source = Described(ULong(0x28), [address if receives else "here"])
    target = Described(ULong(0x29), ["here" if receives else address])
    return frame(Attach(f"link-{handle}", UInt(handle), receives, source=source, target=target))


def put_token(audience: str = "sb://host/") -> bytes:
    """Return the request with a token for all queues; the audience is what the client says it is for."""
    token = generate_sas_token("sb://host/", KEY.name, KEY.key, CLOCK.now // 1000 + 60)  # type: ignore[no-untyped-call]
    properties: dict[str, Value] = {"operation": "put-token", "type": "jwt", "name": audience}
    return b"".join(
        (
            encode_described(PROPERTIES, ["request-1", None, None, None, "here"]),
            section(APPLICATION_PROPERTIES, properties),
            section(VALUE, token),
        )
    )


def peek_request() -> bytes:
    """Return the request to see the first message of a queue."""
    return b"".join(
        (
            encode_described(PROPERTIES, ["request-1", None, None, None, "here"]),
            section(APPLICATION_PROPERTIES, {"operation": "com.microsoft:peek-message"}),
            section(VALUE, {"from-sequence-number": Long(0), "message-count": 1}),
        )
    )


def transfer(handle: int, delivery_id: int, payload: bytes, *, more: bool = False) -> bytes:
    """Return the transfer of a message."""
    return frame(Transfer(UInt(handle), UInt(delivery_id), b"t", UInt(0), False, more), payload)


LOGIN = [SASL_HEADER, frame(SaslInit(Symbol("ANONYMOUS")), kind=SASL_FRAME)]
OPENING = [
    AMQP_HEADER,
    frame(Open("client", max_frame_size=UInt(MAX_FRAME_SIZE))),
    frame(Begin(None, UInt(0), UInt(5000), UInt(5000))),
]
AUTHORISING = [
    attach(CBS_SENDER, "$cbs", receives=False),
    attach(CBS_RECEIVER, "$cbs", receives=True),
    frame(Flow(UInt(0), UInt(5000), UInt(0), UInt(5000), UInt(CBS_RECEIVER), UInt(0), UInt(10))),
    transfer(CBS_SENDER, 0, put_token()),
]
SENDING = [attach(SENDER, "orders", receives=False), transfer(SENDER, 1, message_bytes("a"))]
RECEIVING = [
    attach(RECEIVER, "amqps://host/Orders", receives=True),
    frame(Flow(UInt(0), UInt(5000), UInt(0), UInt(5000), UInt(RECEIVER), UInt(0), UInt(10))),
    frame(Disposition(True, UInt(1), UInt(1), False, Described(ULong(0x24), []))),
]
ENDING = [frame(Detach(UInt(SENDER), True)), frame(End()), frame(Close())]
READY = [*LOGIN, *OPENING, *AUTHORISING]
CONVERSATION = [*READY, *SENDING, *RECEIVING, *ENDING]
