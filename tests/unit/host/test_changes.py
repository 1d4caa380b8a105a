import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from local.host.options import AppOptions
from local.host.workers.changes import Changes, watching


class Shrinking(Path):
    """A folder that loses another one each time that it is looked through."""

    def walk(self, *arguments: Any, **options: Any) -> Iterator[tuple["Shrinking", list[str], list[str]]]:
        yield from super().walk(*arguments, **options)
        if doomed := next(self.glob("doomed*"), None):
            doomed.rmdir()


class Failing(Path):
    """A folder that cannot be looked through, for no reason that anybody has thought of."""

    def walk(self, *arguments: Any, **options: Any) -> Iterator[tuple["Failing", list[str], list[str]]]:
        raise RuntimeError("no such luck")


def options(app: Path) -> AppOptions:
    return AppOptions(app, app / "local.settings.json", 0, None)


async def touched(changes: Changes, file: Path) -> None:
    """Return when a write to the file has been noticed; it may come before the folder is watched."""
    async with asyncio.timeout(20):
        noticed: list[str] = []
        while file.name not in noticed:
            await asyncio.to_thread(file.write_text, "")
            with suppress(TimeoutError):
                noticed = await asyncio.wait_for(changes.next(), 0.2)


async def test_a_folder_that_goes_as_it_is_about_to_be_watched_ends_nothing(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"doomed_{number}").mkdir()
    async with watching(options(Shrinking(tmp_path))) as changes:
        await touched(changes, tmp_path / "function_app.py")


async def test_an_app_that_goes_and_comes_back_is_watched_again(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    async with watching(options(app)) as changes:
        await touched(changes, app / "function_app.py")
        app.rename(tmp_path / "elsewhere")
        app.mkdir()
        await touched(changes, app / "function_app.py")


async def test_who_waits_for_changes_hears_that_there_will_be_none(tmp_path: Path) -> None:
    async with watching(options(Failing(tmp_path))) as changes:
        with pytest.raises(RuntimeError, match="no such luck"):
            await asyncio.wait_for(changes.next(), 30)
