"""A file of JSON lines that survives a kill: appended to, or begun anew."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO


class DamagedJournal(Exception):
    """A journal cannot be read."""


class Journal:
    """Appends lines durably, one fsync for all who wait at the time; without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        """Open the file, or nothing; a half-written last line was never acknowledged and is cut off."""
        self._file: IO[bytes] | None = None
        self._path = path
        self._written = self._synced = 0
        self._syncing = asyncio.Lock()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab+")
            self._cut_off_half_line(self._file)

    @staticmethod
    def _cut_off_half_line(file: IO[bytes]) -> None:
        file.seek(0)
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)

    def lines(self) -> Iterator[bytes]:
        """Every line so far."""
        if self._path is not None:
            yield from self._path.read_bytes().splitlines()

    def write(self, line: bytes) -> None:
        """Append without waiting for the disk: for what may be lost and is then done again."""
        if self._file is not None:
            self._file.write(line + b"\n")
            self._file.flush()
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
        old, self._file = self._file, self._exchanged(self._path, line)
        self._written += 1
        with old:
            await self._sync(self._written)

    @staticmethod
    def _exchanged(path: Path, line: bytes) -> IO[bytes]:
        new = path.with_name(f"{path.name}.new")
        file = new.open("wb")
        file.write(line + b"\n")
        file.flush()
        new.replace(path)
        return file

    async def _sync(self, mine: int) -> None:
        async with self._syncing:
            if self._file is None or self._synced >= mine:
                return
            covered = self._written
            await asyncio.to_thread(os.fsync, self._file.fileno())
            self._synced = covered

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
