"""What was appended is there again, whole lines only."""

import asyncio
from pathlib import Path

from local.sink.journal import Journal


async def test_lines_are_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "new" / "journal"
    journal = Journal(path)
    await asyncio.gather(*(journal.append(f"line {n}".encode()) for n in range(50)))
    reopened = Journal(path)
    assert list(reopened.lines()) == [f"line {n}".encode() for n in range(50)]
    journal.close()
    reopened.close()


async def test_half_a_line_is_cut_off_and_the_next_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"one\ntw")
    journal = Journal(path)
    await journal.append(b"two")
    assert list(journal.lines()) == [b"one", b"two"]
    journal.close()


async def test_without_a_path_nothing_is_kept() -> None:
    journal = Journal(None)
    await journal.append(b"one")
    assert list(journal.lines()) == []
    journal.close()
