"""What was appended is there again, whole lines only."""

import asyncio
import resource
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.sink.journal import Journal


def files(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """As on a full disk: what of a write fits into the file goes there, the rest fails."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


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


async def test_after_a_full_disk_the_next_line_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    await journal.append(b"one")
    with room_for(6):
        for _ in range(2):
            with pytest.raises(OSError, match="large"):
                await journal.append(b"refused")
    assert path.read_bytes() == b"one\nre"
    await journal.append(b"two")
    assert path.read_bytes() == b"one\ntwo\n"
    journal.close()


async def test_a_full_disk_leaves_a_journal_that_can_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    await journal.append(b"one")
    with room_for(6), pytest.raises(OSError, match="large"):
        await journal.append(b"refused")
    reopened = Journal(path)
    assert list(reopened.lines()) == [b"one"]
    journal.close()
    reopened.close()


async def test_on_a_full_disk_a_new_beginning_is_refused_and_the_old_file_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    await journal.append(b"one")
    with room_for(2), pytest.raises(OSError, match="large"):
        await journal.begin_anew(b"lost")
    await journal.append(b"two")
    assert list(journal.lines()) == [b"one", b"two"]
    journal.close()


async def test_a_new_beginning_leaves_half_a_line_behind(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    with room_for(2), pytest.raises(OSError, match="large"):
        await journal.append(b"refused")
    await journal.begin_anew(b"new")
    await journal.append(b"newer")
    assert path.read_bytes() == b"new\nnewer\n"
    journal.close()


async def test_a_new_beginning_is_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    await journal.append(b"old")
    await journal.begin_anew(b"new")
    await journal.append(b"newer")
    assert path.read_bytes() == b"new\nnewer\n"
    assert files(tmp_path) == ["journal"]
    journal.close()


async def test_what_is_written_around_a_new_beginning_ends_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    ended: list[str] = []

    async def end(name: str, writing: Coroutine[None, None, None]) -> None:
        await writing
        ended.append(name)

    names = [f"before {n}" for n in range(3)] + ["anew"] + [f"after {n}" for n in range(3)]
    write = {name: journal.begin_anew if name == "anew" else journal.append for name in names}
    await asyncio.gather(*(end(name, write[name](name.encode())) for name in names))
    assert ended == names
    assert path.read_bytes().decode().splitlines() == names[3:]
    journal.close()


async def test_a_new_file_that_was_not_finished_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"one\n")
    (tmp_path / "journal.new").write_bytes(b"half")
    journal = Journal(path)
    assert list(journal.lines()) == [b"one"]
    await journal.begin_anew(b"two")
    assert list(journal.lines()) == [b"two"]
    journal.close()


async def test_without_a_new_file_the_old_one_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.with_name("journal.new").mkdir()
    journal = Journal(path)
    await journal.append(b"one")
    with pytest.raises(OSError, match="directory"):
        await journal.begin_anew(b"lost")
    await journal.append(b"two")
    assert list(journal.lines()) == [b"one", b"two"]
    journal.close()


async def test_without_a_path_nothing_is_kept() -> None:
    journal = Journal(None)
    await journal.append(b"one")
    await journal.begin_anew(b"two")
    assert list(journal.lines()) == []
    journal.close()
