"""A client of raw AMQP frames, encoded before the clock starts: what is left to measure is the other side.

The SDK opens the link (handshake, token, attach); then its socket is taken over. With the SDK in between, the SDK would
be measured: it takes two to three times as long for a message as the emulator. Hence its private names in this module.
"""
# ruff: noqa: SLF001

from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass
from typing import Any, Self

from azure.servicebus.aio import ServiceBusReceiver, ServiceBusSender

from local.servicebus.amqp.encoder import encode, encode_described
from local.servicebus.amqp.frames import Frames, build_frame, frame_head
from local.servicebus.amqp.performatives import (
    Disposition,
    Flow,
    Transfer,
    decode_performative,
    encode_performative,
)
from local.servicebus.amqp.sections import DATA, PROPERTIES
from local.servicebus.amqp.types import UInt
from local.servicebus.wire.outcomes import ACCEPTED
from shared.runtime.ids import made

TRANSFER, DISPOSITION = 0x14, 0x15
BODY = b"x" * 700
"""As large as a message of the story."""
UNANSWERED = 64
"""Frames on their way at a time; the broker takes more on credit."""
WINDOW = 1 << 16
READ_BYTES = 1 << 16
LARGEST_FRAME = 1 << 20


@dataclass
class Wire:
    """One link's socket."""

    reader: StreamReader
    writer: StreamWriter
    channel: int = 0
    handle: int = 0
    first_delivery: int = 0

    @classmethod
    async def of(cls, link: ServiceBusSender | ServiceBusReceiver) -> Self:
        """Take over what the SDK has opened."""
        anything: Any = link
        await anything._open_with_retry()
        opened = anything._handler._link
        session, transport = opened._session, anything._handler._connection._transport
        return cls(transport.reader, transport.writer, session.channel, opened.handle, session.next_outgoing_id)

    def sends(self, number: int, first: int) -> list[bytes]:
        """Return the frames of so many messages."""
        return [self._send(first + each) for each in range(number)]

    def _send(self, number: int) -> bytes:
        delivery = UInt(self.first_delivery + number)
        head = Transfer(UInt(self.handle), delivery, number.to_bytes(4, "big"), UInt(0), settled=False)
        data = b"\x00\x53" + bytes((DATA,)) + encode(BODY)
        return build_frame(self.channel, encode_performative(head) + encode_described(PROPERTIES, [made()]) + data)

    def completions(self, number: int, first: int) -> list[bytes]:
        """Return the frames that complete so many deliveries, from the first one on."""
        dispositions = (Disposition(True, UInt(first + each), None, False, ACCEPTED) for each in range(number))
        return [build_frame(self.channel, encode_performative(each)) for each in dispositions]

    def credit(self, taken: int, number: int) -> bytes:
        """Return the frame that asks for so many more messages."""
        flow = Flow(UInt(taken), UInt(WINDOW), UInt(0), UInt(WINDOW), UInt(self.handle), UInt(taken), UInt(number))
        return build_frame(self.channel, encode_performative(flow))

    async def exchange(self, frames: list[bytes], kind: int = DISPOSITION) -> list[bytes]:
        """Send frames, a window of them ahead of the answers of a kind; return the answers once all are here."""
        answers: list[bytes] = []
        cut, sent = Frames(LARGEST_FRAME), 0
        while len(answers) < len(frames):
            ahead = min(len(frames), len(answers) + UNANSWERED)
            if ahead > sent:
                self.writer.write(b"".join(frames[sent:ahead]))
                sent = ahead
            answers += await self._read(cut, kind)
        return answers

    async def taken(self, number: int, ask: bytes) -> list[bytes]:
        """Ask for messages, and return their frames once so many are here."""
        self.writer.write(ask)
        found: list[bytes] = []
        cut = Frames(LARGEST_FRAME)
        while len(found) < number:
            found += await self._read(cut, TRANSFER)
        return found

    async def _read(self, cut: Frames, kind: int) -> list[bytes]:
        data = await self.reader.read(READ_BYTES)
        if not data:
            raise ConnectionError("the other side has closed")
        cut.feed(data)
        found: list[bytes] = []
        while (frame := cut.next_frame()) is not None:
            # Descriptor of the performative: 0x00 0x53 and a byte. Heartbeats have none.
            if frame[10:11] and frame[10] == kind:
                found.append(frame)
        return found


def delivery_of(frame: bytes) -> int:
    """Return the delivery id of a transfer."""
    performative, _ = decode_performative(frame, frame_head(frame)[2])
    assert isinstance(performative, Transfer)
    assert performative.delivery_id is not None
    return int(performative.delivery_id)
