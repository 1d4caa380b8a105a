"""Blocks of bytes in a file: each is there as a whole or not at all."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import BinaryIO

_HEAD = Struct(">III")
"""The size of a block's payload, the checksum of that size, the checksum of the payload."""
_CHUNK = 1024 * 1024


class DamagedError(Exception):
    """A file that is not what was written, with its path and the first byte of what is wrong."""


def encode_block(payload: bytes) -> bytes:
    """Return a block."""
    size = len(payload)
    return _HEAD.pack(size, zlib.crc32(size.to_bytes(4)), zlib.crc32(payload)) + payload


def read_blocks(file: BinaryIO, size: int, path: Path) -> Iterator[tuple[bytes, int]]:
    """Yield payloads, each with the position after it, until whole blocks end; raise `DamagedError`.

    A crash leaves a block short, or, if power failed, zeros; a checksum that fails anywhere else is damage.
    """
    position = file.tell()
    while position + _HEAD.size <= size:
        head = file.read(_HEAD.size)
        length, length_checksum, checksum = _HEAD.unpack(head)
        if zlib.crc32(length.to_bytes(4)) != length_checksum:
            if _are_zeros(head, file):
                return
            raise DamagedError(f"{path} is damaged at byte {position}")
        end = position + _HEAD.size + length
        if end > size:
            return
        payload = file.read(length)
        if zlib.crc32(payload) != checksum:
            if end == size:
                return
            raise DamagedError(f"{path} is damaged at byte {position}")
        yield payload, end
        position = end


def _are_zeros(data: bytes, file: BinaryIO) -> bool:
    """Tell whether only zeros are left."""
    while data:
        if data.count(0) < len(data):
            return False
        data = file.read(_CHUNK)
    return True
