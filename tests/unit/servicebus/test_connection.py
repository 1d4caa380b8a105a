"""A connection does what AMQP says for right bytes, and ends quietly for wrong ones."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.servicebus.amqp.frames import AMQP_HEADER, Frames, frame_head
from local.servicebus.amqp.performatives import (
    Attach,
    Close,
    Detach,
    Disposition,
    End,
    Performative,
    decode_performative,
)
from local.servicebus.amqp.types import Described, ULong
from local.servicebus.broker import Broker, QueueReport
from local.servicebus.queues.records import Record
from local.servicebus.settings import QueueSettings
from local.servicebus.turn import Turn
from local.servicebus.wire.connection import MAX_FRAME_SIZE, Connection
from local.servicebus.wire.opener import LinkOpener
from local.servicebus.wire.patience import Patience
from tests.unit.servicebus.builders import message_bytes
from tests.unit.servicebus.client import (
    AUTHORISING,
    CBS_SENDER,
    CLOCK,
    CONVERSATION,
    KEY,
    LOGIN,
    OPENING,
    READY,
    SENDER,
    SENDING,
    attach,
    put_token,
    transfer,
)


class Socket(asyncio.Transport):
    """The other end of a connection: keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.is_closed = False

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        """Keep it."""
        self.written += data

    def close(self) -> None:
        """Remember that it ended."""
        self.is_closed = True

    def is_closing(self) -> bool:
        """Tell whether it ended."""
        return self.is_closed


@dataclass
class Conversation:
    """What came of a client's bytes."""

    socket: Socket
    report: QueueReport
    failures: list[Exception] = field(default_factory=list)

    def frames(self) -> list[Performative]:
        """Return the frames that were answered, the handshake left out."""
        data = bytes(self.socket.written)
        frames = Frames(MAX_FRAME_SIZE)
        frames.feed(data[data.rindex(AMQP_HEADER) + len(AMQP_HEADER) :])
        answers = []
        while (frame := frames.next_frame()) is not None:
            answers.append(decode_performative(frame, frame_head(frame)[2])[0])
        return answers


def talk(*chunks: bytes) -> Conversation:
    """Send bytes to a broker with the queue "orders", one turn of the loop per chunk."""

    async def converse() -> Conversation:
        failures: list[Exception] = []
        records: list[Record] = []
        turn = Turn(lambda: None, failures.append)
        broker = Broker([QueueSettings("orders")], CLOCK, turn, records.append)
        connection, socket = Connection(LinkOpener(broker, KEY, CLOCK), turn, Patience()), Socket()
        connection.connection_made(socket)
        for chunk in chunks:
            if not socket.is_closed:
                connection.data_received(chunk)
            await asyncio.sleep(0)
        connection.connection_lost(None)
        return Conversation(socket, broker.reports()["orders"], failures)

    return asyncio.run(converse())


def error_of(performative: Performative) -> str:
    """Return the condition that a detach or close names."""
    assert isinstance(performative, Detach | Close)
    assert performative.error is not None
    return str(performative.error.value[0])


def test_a_message_is_sent_received_and_completed() -> None:
    conversation = talk(*CONVERSATION)
    assert (conversation.report.sent, conversation.report.completed) == (1, 1)
    kinds = [type(each) for each in conversation.frames()]
    assert kinds[-4:] == [Disposition, Detach, End, Close]
    assert conversation.socket.is_closed


@settings(max_examples=30)
@given(st.integers(1, 40))
def test_frames_may_be_cut_anywhere_on_their_way(size: int) -> None:
    data = b"".join(CONVERSATION)
    conversation = talk(*(data[start : start + size] for start in range(0, len(data), size)))
    assert (conversation.report.sent, conversation.report.completed) == (1, 1)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_wrong_bytes_end_the_connection_at_most(data: st.DataObject) -> None:
    stream = bytearray().join(CONVERSATION)
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(stream) - 1))
        stream[position] = data.draw(st.integers(0, 255))
    assert talk(bytes(stream)).failures == []


@given(st.binary(max_size=300), st.integers(0, len(READY)))
def test_noise_at_any_point_ends_the_connection_at_most(noise: bytes, after: int) -> None:
    assert talk(*READY[:after], noise).failures == []


@pytest.mark.parametrize("size", [0, 7, MAX_FRAME_SIZE + 1, 2**31])
def test_a_frame_of_a_size_that_was_not_agreed_cuts_the_client_off(size: int) -> None:
    conversation = talk(*LOGIN, *OPENING, size.to_bytes(4) + bytes((2, 0, 0, 0)))
    assert error_of(conversation.frames()[-1]) == "amqp:connection:framing-error"
    assert conversation.socket.is_closed


def test_another_protocol_is_cut_off() -> None:
    conversation = talk(b"GET / HTTP/1.1\r\n\r\n")
    assert conversation.socket.is_closed
    assert conversation.socket.written == b""


def test_a_link_without_a_token_is_refused() -> None:
    _, _, answer, detach = talk(*LOGIN, *OPENING, attach(SENDER, "orders", receives=False)).frames()
    assert isinstance(answer, Attach)
    assert answer.target is None
    assert error_of(detach) == "amqp:unauthorized-access"


@pytest.mark.parametrize("receives", [True, False])
def test_a_link_to_a_queue_that_is_not_there_is_refused(receives: bool) -> None:
    assert error_of(talk(*READY, attach(SENDER, "bills", receives=receives)).frames()[-1]) == "amqp:not-found"


def test_a_token_for_a_queue_that_is_not_there_is_refused() -> None:
    request = transfer(CBS_SENDER, 0, put_token("sb://host/bills"))
    conversation = talk(*LOGIN, *OPENING, *AUTHORISING[:3], request)
    assert b"The messaging entity 'bills' could not be found" in conversation.socket.written


def test_who_asks_on_and_on_and_takes_no_answer_loses_the_link() -> None:
    """Without credit for answers they would pile up without end."""
    conversation = talk(*LOGIN, *OPENING, *AUTHORISING[:2], *(transfer(CBS_SENDER, 0, put_token()) for _ in range(200)))
    assert "amqp:resource-limit-exceeded" in [
        error_of(each) for each in conversation.frames() if isinstance(each, Detach)
    ]


def test_nobody_sends_to_a_dead_letter_queue() -> None:
    refused = talk(*READY, attach(SENDER, "orders/$DeadLetterQueue", receives=False)).frames()[-1]
    assert error_of(refused) == "amqp:not-allowed"


def test_a_message_in_several_frames_is_one_message() -> None:
    data = message_bytes(body=b"x" * 1000)
    parts = [transfer(SENDER, 1, data[:500], more=True), transfer(SENDER, 1, data[500:])]
    assert talk(*READY, SENDING[0], *parts).report.sent == 1


def test_a_message_that_is_too_large_is_refused_and_the_link_goes_on() -> None:
    part = b"x" * 60_000
    parts = [transfer(SENDER, 1, part, more=True)] * 5
    conversation = talk(*READY, SENDING[0], *parts, transfer(SENDER, 1, part), transfer(SENDER, 2, message_bytes()))
    refused, accepted = (each for each in conversation.frames()[-3:] if isinstance(each, Disposition))
    assert refused.state is not None
    assert refused.state.value[0].value[0] == "amqp:link:message-size-exceeded"
    assert accepted.state == Described(ULong(0x24), [])
    assert conversation.report.sent == 1


def test_bytes_that_are_no_message_are_refused_and_the_link_goes_on() -> None:
    conversation = talk(*READY, SENDING[0], transfer(SENDER, 1, b"hello"), transfer(SENDER, 2, message_bytes()))
    refused = conversation.frames()[-2]
    assert isinstance(refused, Disposition)
    assert refused.state is not None
    assert refused.state.value[0].value[0] == "amqp:decode-error"
    assert conversation.report.sent == 1
