"""The log on disk that a broker comes back from: blocks of records, each written as one."""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

from local.servicebus.blocks import DamagedError, encode_block, read_blocks
from local.servicebus.queues.records import Record, UnknownRecordError, decode_records, encode_record

_MAGIC = b"carebus-servicebus-journal-2\n"
_BLOCK_SIZE = 1024 * 1024


class JournalError(Exception):
    """A journal that cannot be used, with its path and what is wrong."""


class Journal:
    """An append-only file in a directory that belongs to one process at a time.

    A block is kept as a whole or not at all: what happens in one turn of the broker is atomic. A part of a block at
    the end is what a crash left behind and is cut off; it was never answered. Anything else that does not check is an
    error. What is written survives the process; with `sync` each block is also waited for until it is on the disk, and
    survives a failure of power.
    """

    def __init__(self, directory: Path, *, sync: bool = False, compact_step: int = 16 * 1024 * 1024) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / "journal"
        self._lock = _lock_directory(directory)
        (directory / "journal.new").unlink(missing_ok=True)  # a compaction that did not come to its end
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._pending: list[bytes] = []
        self._sync = sync
        self._size = self._records = 0
        self._compact_step = self._look_at = compact_step

    def replay(self) -> Iterator[Record]:
        """Yield the records of an earlier life, and cut off a torn end; to be read to its end before any append."""
        with self._path.open("rb") as file:
            self._size = self._start(file.read(len(_MAGIC)))
            file.seek(self._size)
            end = os.fstat(self._file).st_size
            for payload, after in _blocks(file, end, self._path):
                for record in _records(payload, self._path):
                    self._records += 1
                    yield record
                self._size = after
        if self._size < end:
            os.ftruncate(self._file, self._size)
            os.fsync(self._file)
        self._look_at = self._size + self._compact_step

    def append(self, record: Record) -> None:
        """Add a record to the block that the next commit writes."""
        self._pending.append(encode_record(record))

    def commit(self) -> None:
        """Make durable what was appended; raise OSError, after which the journal must not be used."""
        if not self._pending:
            return
        block = encode_block(b"".join(self._pending))
        self._records += len(self._pending)
        self._pending.clear()
        _write(self._file, block)
        if self._sync:
            os.fsync(self._file)
        self._size += len(block)

    def is_due_for_compaction(self, live: Callable[[], int]) -> bool:
        """Tell whether most of the records are of the past; `live` says how many are not, and is asked seldom."""
        if self._size < self._look_at:
            return False
        self._look_at = self._size + self._compact_step
        return self._records > 2 * live()

    def compact(self, records: Iterable[Record]) -> None:
        """Replace the file by one with these records only: all at once, whatever happens meanwhile."""
        fresh = self._path.with_suffix(".new")
        file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        _write(file, _MAGIC)
        self._records = 0
        for payload, count in _chunks(records):
            _write(file, encode_block(payload))
            self._records += count
        os.fsync(file)
        fresh.replace(self._path)
        _sync_directory(self._path.parent)
        os.close(self._file)
        self._file = file
        self._size = os.fstat(file).st_size
        self._look_at = self._size + self._compact_step

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
            raise JournalError(f"{self._path} is no journal of this version of the emulator")
        return len(_MAGIC)


def _blocks(file: BinaryIO, size: int, path: Path) -> Iterator[tuple[bytes, int]]:
    try:
        yield from read_blocks(file, size, path)
    except DamagedError as error:
        raise JournalError(str(error)) from error


def _records(payload: bytes, path: Path) -> Iterator[Record]:
    try:
        yield from decode_records(payload)
    except UnknownRecordError as error:
        raise JournalError(f"{path} holds a record that this version does not know: {error}") from error


def _chunks(records: Iterable[Record]) -> Iterator[tuple[bytes, int]]:
    """Yield the encoded records in pieces of a moderate size, each with how many are in it."""
    chunk, count = bytearray(), 0
    for record in records:
        chunk += encode_record(record)
        count += 1
        if len(chunk) >= _BLOCK_SIZE:
            yield bytes(chunk), count
            chunk.clear()
            count = 0
    if chunk:
        yield bytes(chunk), count


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
