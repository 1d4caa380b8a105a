"""A file of JSON lines that survives a kill: appended to, or begun anew."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path


class DamagedJournal(Exception):
    """A journal cannot be read."""


class Journal:
    """Appends lines durably, one fsync for all who wait at the time; without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        """Open the file, or nothing; a half-written last line was never acknowledged and is cut off."""
        self._file: int | None = None
        self._path = path
        self._written = self._synced = 0
        self._torn = False
        self._syncing = asyncio.Lock()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            _cut_off_half_line(path)

    def lines(self) -> Iterator[bytes]:
        """Every line so far."""
        if self._path is not None:
            yield from self._path.read_bytes().splitlines()

    def write(self, line: bytes) -> None:
        """Append without waiting for the disk: for what may be lost and is then done again.

        Raises OSError if not all of it could be written. Half a line may be at the end then, and is cut off before
        anything else is written: the next line must not be glued to it.
        """
        if self._file is None or self._path is None:
            return
        if self._torn:
            _cut_off_half_line(self._path)
        self._torn = True
        _write(self._file, line)
        self._torn = False
        self._written += 1

    async def append(self, line: bytes) -> None:
        """Append, and return once the line is on disk."""
        self.write(line)
        await self._sync(self._written)

    async def begin_anew(self, line: bytes) -> None:
        """Forget all lines so far for this one; a kill meanwhile leaves the old file or the new one, whole."""
        if self._file is None or self._path is None:
            return
        # At once, so that no line is written to the old file after this; whoever waits for the disk keeps the turn.
        old, self._file = self._file, _exchanged(self._path, line)
        self._torn = False
        self._written += 1
        try:
            await self._sync(self._written)
        finally:
            os.close(old)

    async def _sync(self, mine: int) -> None:
        async with self._syncing:
            if self._file is None or self._synced >= mine:
                return
            covered = self._written
            await asyncio.to_thread(os.fsync, self._file)
            self._synced = covered

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)


def _cut_off_half_line(path: Path) -> None:
    os.truncate(path, path.read_bytes().rfind(b"\n") + 1)


def _write(file: int, line: bytes) -> None:
    """Unbuffered: what could not be written must not come later, before the next line."""
    rest = memoryview(line + b"\n")
    while rest:
        rest = rest[os.write(file, rest) :]


def _exchanged(path: Path, line: bytes) -> int:
    new = path.with_name(f"{path.name}.new")
    file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o666)
    try:
        _write(file, line)
        new.replace(path)
    except OSError:
        os.close(file)
        raise
    return file
