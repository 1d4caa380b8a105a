"""A client's connection: the handshake, then frames for its sessions (parts 2.4 and 5.3)."""

import asyncio
import logging

from local.servicebus.amqp.frames import (
    AMQP_FRAME,
    AMQP_HEADER,
    EMPTY_FRAME,
    SASL_FRAME,
    SASL_HEADER,
    Frames,
    build_frame,
    frame_head,
)
from local.servicebus.amqp.performatives import (
    Begin,
    Close,
    End,
    Open,
    Performative,
    SaslInit,
    SaslMechanisms,
    SaslOutcome,
    decode_performative,
    encode_performative,
)
from local.servicebus.amqp.types import Array, MalformedError, Symbol, UByte, UInt, UShort
from local.servicebus.errors import (
    CONNECTION_FORCED,
    DETACH_FORCED,
    FRAMING_ERROR,
    RESOURCE_LIMIT_EXCEEDED,
    RefusedError,
)
from local.servicebus.turn import Turn
from local.servicebus.wire.opener import LinkOpener
from local.servicebus.wire.outcomes import error
from local.servicebus.wire.patience import Patience
from local.servicebus.wire.session import Session

_log = logging.getLogger(__name__)

MAX_FRAME_SIZE = 64 * 1024
_LARGEST_TURN = 1024 * 1024
"""Bytes to one client."""
_CHANNEL_MAX = 255
_MIN_FRAME_SIZE = 512
_TRANSFER_HEAD_ROOM = 64
_MECHANISMS = Array([Symbol("ANONYMOUS"), Symbol("MSSBCBS"), Symbol("EXTERNAL")])


class Connection(asyncio.Protocol):
    """Reads frames and hands them to sessions; collects what is sent until the broker's turn is durable."""

    def __init__(self, opener: LinkOpener, turn: Turn, patience: Patience) -> None:
        self._opener = opener
        self._turn = turn
        self._patience = patience
        self._frames = Frames(MAX_FRAME_SIZE)
        self._expects_header = True
        self._is_open = self._is_closing = False
        self._sessions: dict[int, Session] = {}
        self._outgoing: list[bytes] = []
        self._outgoing_size = 0
        self._is_held_up = False
        self._heartbeat: asyncio.TimerHandle | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._heard_at = 0.0
        self._transport: asyncio.Transport
        self._does_client_read = True
        self.payload_room = _MIN_FRAME_SIZE - _TRANSFER_HEAD_ROOM

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._heard_at = asyncio.get_running_loop().time()
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """End everything that hangs on this connection."""
        self._is_closing = True
        for timer in (self._heartbeat, self._watch):
            if timer is not None:
                timer.cancel()
        for session in self._sessions.values():
            session.end()
        self._sessions.clear()

    @property
    def is_writable(self) -> bool:
        """Tell whether more may be handed out: the client reads, and what this turn sends is not too much yet."""
        return self._does_client_read and self._outgoing_size < _LARGEST_TURN and not self._is_closing

    def pause_writing(self) -> None:
        """Hand out no more messages to a client that does not read, and take no more requests from it."""
        self._does_client_read = False
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on handing out."""
        self._does_client_read = True
        self._transport.resume_reading()
        self._go_on()

    def data_received(self, data: bytes) -> None:
        """Read what came; a client that does not speak AMQP is dropped."""
        self._heard_at = asyncio.get_running_loop().time()
        self._frames.feed(data)
        self._read_frames()

    def _read_frames(self) -> None:
        """Read until answers are too much for one turn; the rest waits until they are on their way."""
        self._is_held_up = False
        try:
            while not self._is_closing and self._read():
                if not self.is_writable:
                    self._is_held_up = True
                    return
        except MalformedError as malformed:
            _log.info("connection_dropped reason=%s", malformed)
            self._close(RefusedError(FRAMING_ERROR, str(malformed)))

    def send_frame(self, channel: int, body: bytes, kind: int = AMQP_FRAME) -> None:
        """Send a frame when the turn ends."""
        self._send_bytes(build_frame(channel, body, kind))

    def flush(self) -> None:
        """Write what was collected."""
        if not self._transport.is_closing():
            self._transport.write(b"".join(self._outgoing))
            if self._is_closing:
                self._transport.close()
        was_full = self._outgoing_size >= _LARGEST_TURN
        self._outgoing.clear()
        self._outgoing_size = 0
        if was_full and self._does_client_read:
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        """Take up what was held up: requests of the client, and messages for it."""
        for session in self._sessions.values():
            session.resume()
        if self._is_held_up:
            self._read_frames()

    def shut_down(self) -> None:
        """Close because the broker stops."""
        self._close(RefusedError(CONNECTION_FORCED, "The broker is stopping."))

    def _send_bytes(self, data: bytes) -> None:
        self._outgoing.append(data)
        self._outgoing_size += len(data)
        self._turn.answer(self)

    def _send(self, performative: Performative, kind: int = AMQP_FRAME) -> None:
        self.send_frame(0, encode_performative(performative), kind)

    def _read(self) -> bool:
        """Read one header or frame; tell whether there was one."""
        piece = self._frames.next_header() if self._expects_header else self._frames.next_frame()
        if piece is None:
            return False
        if self._expects_header:
            self._take_header(piece)
        else:
            self._take_frame(piece)
        return True

    def _take_header(self, header: bytes) -> None:
        if header not in (AMQP_HEADER, SASL_HEADER):
            raise MalformedError(f"protocol header {header!r}")
        self._expects_header = False
        self._send_bytes(header)
        if header == SASL_HEADER:
            self._send(SaslMechanisms(_MECHANISMS), SASL_FRAME)

    def _take_frame(self, frame: bytes) -> None:
        kind, channel, body = frame_head(frame)
        if body == len(frame):  # an empty frame only keeps the connection alive
            return
        performative, payload = decode_performative(frame, body)
        match performative:
            case SaslInit() if kind == SASL_FRAME:
                self._send(SaslOutcome(UByte(0)), SASL_FRAME)  # who the client is, its tokens tell
                self._expects_header = True
            case Open() if not self._is_open:
                self._take_open(performative)
            case Close():
                self._close(None)
            case Begin() if self._is_open:
                self._take_begin(channel, performative)
            case End() if self._is_open:
                self._take_end(channel)
            case _ if self._is_open:
                session = self._sessions.get(channel)
                if session is not None:  # else it has ended, and this was under way
                    session.take(performative, frame[payload:])
            case _:
                raise MalformedError(f"a frame of kind {type(performative).__name__} before the connection is open")

    def _take_open(self, opened: Open) -> None:
        self._is_open = True
        frame_size = min(opened.max_frame_size or MAX_FRAME_SIZE, MAX_FRAME_SIZE)
        if frame_size < _MIN_FRAME_SIZE:
            raise MalformedError(f"a largest frame of {frame_size} bytes")
        self.payload_room = frame_size - _TRANSFER_HEAD_ROOM
        limits = (UInt(MAX_FRAME_SIZE), UShort(_CHANNEL_MAX), UInt(round(self._patience.connection * 1000)))
        self._send(Open("carebus-servicebus", None, *limits))
        if opened.idle_time_out:
            self._beat(opened.idle_time_out / 2000)

    def _take_begin(self, channel: int, begin: Begin) -> None:
        if channel in self._sessions or channel > _CHANNEL_MAX:
            raise MalformedError(f"a session on channel {channel}, which is in use or out of range")
        self._sessions[channel] = Session(self, self._opener, channel, begin)

    def _take_end(self, channel: int) -> None:
        session = self._sessions.pop(channel, None)
        if session is not None:
            session.end()
            self.send_frame(channel, encode_performative(End()))

    def _close(self, reason: RefusedError | None) -> None:
        if self._is_closing:
            return
        self._is_closing = True
        if self._is_open:
            self._send(Close(error(reason) if reason else None))
        else:
            self._turn.answer(self)

    def _beat(self, seconds: float) -> None:
        """Keep the connection alive for a client that wants to hear something (part 2.4.5)."""
        self._send_bytes(EMPTY_FRAME)
        self._heartbeat = asyncio.get_running_loop().call_later(seconds, self._beat, seconds)

    def _look_again(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(self._patience.looks_every, self._look)

    def _look(self) -> None:
        """End what has been idle for too long: links, or all of it, and soon, whether the client reads it or not."""
        now = asyncio.get_running_loop().time()
        silence = 2 * self._patience.connection
        if self._heard_at < now - silence:
            self._close(RefusedError(RESOURCE_LIMIT_EXCEEDED, f"The client was silent for more than {silence:g} s."))
            self._watch = asyncio.get_running_loop().call_later(self._patience.looks_every, self._transport.abort)
            return
        reason = RefusedError(DETACH_FORCED, f"The link was idle for more than {self._patience.link:g} s.")
        for session in self._sessions.values():
            session.detach_idle(now - self._patience.link, reason)
        self._look_again()
