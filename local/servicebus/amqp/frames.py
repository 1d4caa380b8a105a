"""The frames of a connection's byte stream (part 2.3): an 8-byte head, a performative, a payload."""

from struct import Struct, error

from local.servicebus.amqp.types import MalformedError

AMQP_HEADER = b"AMQP\x00\x01\x00\x00"
SASL_HEADER = b"AMQP\x03\x01\x00\x00"
HEADER_SIZE = 8

AMQP_FRAME = 0
SASL_FRAME = 1
EMPTY_FRAME = b"\x00\x00\x00\x08\x02\x00\x00\x00"

_HEAD = Struct(">IBBH")


class Frames:
    """Cuts a byte stream into frames, and refuses one that says it is larger than agreed before buffering it."""

    def __init__(self, max_frame_size: int) -> None:
        self._max_frame_size = max_frame_size
        self._buffer = bytearray()
        self._position = 0

    def feed(self, data: bytes) -> None:
        """Add what arrived, and forget what was already cut off."""
        del self._buffer[: self._position]
        self._position = 0
        self._buffer += data

    def next_header(self) -> bytes | None:
        """Return a protocol header, or None until all of it is here."""
        return self._cut(HEADER_SIZE)

    def next_frame(self) -> bytes | None:
        """Return a whole frame, its head included, or None until all of it is here."""
        try:
            size = _HEAD.unpack_from(self._buffer, self._position)[0]
        except error:
            return None
        if not HEADER_SIZE <= size <= self._max_frame_size:
            raise MalformedError(f"a frame of {size} bytes, {self._max_frame_size} at most were agreed")
        return self._cut(size)

    def _cut(self, size: int) -> bytes | None:
        end = self._position + size
        if end > len(self._buffer):
            return None
        piece = bytes(self._buffer[self._position : end])
        self._position = end
        return piece


def frame_head(frame: bytes) -> tuple[int, int, int]:
    """Return a frame's kind, channel and the position of its body."""
    size, offset, kind, channel = _HEAD.unpack_from(frame)
    body = offset * 4
    if not HEADER_SIZE <= body <= size:
        raise MalformedError(f"a frame of {size} bytes whose body starts at {body}")
    return kind, channel, body


def build_frame(channel: int, body: bytes, kind: int = AMQP_FRAME) -> bytes:
    """Return a frame around a body."""
    return _HEAD.pack(len(body) + HEADER_SIZE, 2, kind, channel) + body
