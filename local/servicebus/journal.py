"""The log on disk that a broker comes back from: blocks of records, each written and synced as one."""

import fcntl
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from struct import Struct
from typing import Self

from local.servicebus.amqp.types import MalformedError
from local.servicebus.records import Record, decode_record, encode_record

_MAGIC = b"carebus-servicebus-journal-1\n"
_HEAD = Struct(">III")
"""The size of a block's payload, the checksum of that size, the checksum of the payload."""

_BLOCK_SIZE = 1024 * 1024


class JournalError(Exception):
    """A journal that cannot be used, with its path and what is wrong."""


class Journal:
    """An append-only file in a directory that belongs to one process at a time.

    A block is durable as a whole or not at all: what happens in one turn of the broker is atomic. A part of a block at
    the end is what a crash left behind and is cut off; it was never answered. Anything else that does not check is an
    error.
    """

    def __init__(self, directory: Path, compact_from: int = 16 * 1024 * 1024) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / "journal"
        self._lock = _lock_directory(directory)
        (directory / "journal.new").unlink(missing_ok=True)  # a compaction that did not come to its end
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._pending: list[bytes] = []
        self._size = 0
        self._compact_from = self._compact_at = compact_from

    def replay(self) -> Iterator[Record]:
        """Yield the records of an earlier life, and cut off a torn end; to be read to its end before any append."""
        data = self._path.read_bytes()
        position = self._start(data)
        while (block := _next_block(data, position, self._path)) is not None:
            payload, position = block
            yield from _records(payload, self._path)
        if position < len(data):
            os.ftruncate(self._file, position)
            os.fsync(self._file)
        self._size = position
        self._compact_at = max(self._compact_from, 2 * position)

    def append(self, record: Record) -> None:
        """Add a record to the block that the next commit writes."""
        self._pending.append(encode_record(record))

    def commit(self) -> None:
        """Make durable what was appended; raise OSError, after which the journal must not be used."""
        if not self._pending:
            return
        block = _block(b"".join(self._pending))
        self._pending.clear()
        _write(self._file, block)
        os.fsync(self._file)
        self._size += len(block)

    @property
    def is_due_for_compaction(self) -> bool:
        """Tell whether the file has doubled since it was last rewritten."""
        return self._size > self._compact_at

    def compact(self, records: Iterable[Record]) -> None:
        """Replace the file by one with these records only: all at once, whatever happens meanwhile."""
        fresh = self._path.with_suffix(".new")
        file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        _write(file, _MAGIC)
        for payload in _chunks(map(encode_record, records)):
            _write(file, _block(payload))
        os.fsync(file)
        fresh.replace(self._path)
        _sync_directory(self._path.parent)
        os.close(self._file)
        self._file = file
        self._size = os.fstat(file).st_size
        self._compact_at = max(self._compact_from, 2 * self._size)

    def close(self) -> None:
        """Give the directory free; what was not committed was not answered, and is not written."""
        os.close(self._file)
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, data: bytes) -> int:
        """Return where the first block is; a file too short for its first line is new, or died being made."""
        if len(data) < len(_MAGIC) and _MAGIC.startswith(data):
            os.ftruncate(self._file, 0)
            _write(self._file, _MAGIC)
            os.fsync(self._file)
            _sync_directory(self._path.parent)
        elif not data.startswith(_MAGIC):
            raise JournalError(f"{self._path} is no journal of this emulator")
        return len(_MAGIC)


def _block(payload: bytes) -> bytes:
    size = len(payload).to_bytes(4)
    return size + zlib.crc32(size).to_bytes(4) + zlib.crc32(payload).to_bytes(4) + payload


def _next_block(data: bytes, position: int, path: Path) -> tuple[bytes, int] | None:
    """Return a payload and the position after it, or None where whole blocks end.

    A crash leaves a block short, or, if power failed, zeros; a checksum that fails anywhere else is damage.
    """
    start = position + _HEAD.size
    if start > len(data):
        return None
    size, size_checksum, checksum = _HEAD.unpack_from(data, position)
    if zlib.crc32(size.to_bytes(4)) != size_checksum:
        if data.count(0, position) == len(data) - position:
            return None
        raise JournalError(f"{path} is damaged at byte {position}")
    end = start + size
    if end > len(data):
        return None
    payload = data[start:end]
    if zlib.crc32(payload) == checksum:
        return payload, end
    if end == len(data):
        return None
    raise JournalError(f"{path} is damaged at byte {position}")


def _records(payload: bytes, path: Path) -> Iterator[Record]:
    position = 0
    while position < len(payload):
        try:
            record, position = decode_record(payload, position)
        except (MalformedError, KeyError, TypeError) as error:
            raise JournalError(f"{path} holds a record that this version does not know: {error}") from error
        yield record


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    chunk = bytearray()
    for piece in pieces:
        chunk += piece
        if len(chunk) >= _BLOCK_SIZE:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock_directory(directory: Path) -> int:
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise JournalError(f"{directory} is in use by another process") from error
    return lock
