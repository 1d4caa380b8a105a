"""Changes to what an app is made of: its Python files, its host.json, its settings."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from watchfiles import Change, awatch

from local.host.options import AppOptions

# Beside hidden folders: what is installed or made, and changes all the time.
_NOT_THE_APP = {"node_modules", "venv", "__pycache__"}
_PAUSE, _LONG_PAUSE = 0.1, 5.0
_log = logging.getLogger("host.changes")


class Changes:
    """What has changed since it was last asked for; collected until closed."""

    def __init__(self, options: AppOptions) -> None:
        self._app = options.app
        self._files = {options.app / "host.json", options.settings}
        self._changed: set[Path] = set()
        self._news = asyncio.Event()
        self._watch = asyncio.create_task(self._collect())
        # Who waits for changes must not wait for ever.
        self._watch.add_done_callback(lambda _: self._news.set())

    async def next(self) -> list[str]:
        """The names of what has changed, as seen from the app; waits for something to.

        Raises what kept them from being noticed.
        """
        await self._news.wait()
        if self._watch.done():
            self._watch.result()
        self._news.clear()
        changed, self._changed = self._changed, set()
        return sorted(str(path.relative_to(self._app, walk_up=True)) for path in changed)

    async def close(self) -> None:
        """Collect no more."""
        self._watch.cancel()
        await asyncio.wait([self._watch])

    async def _collect(self) -> None:
        while True:
            try:
                await self._follow(self._folders())
            except FileNotFoundError:  # a folder has just gone, and whoever put something in its place was not seen
                await asyncio.sleep(_PAUSE)
                if self._app.exists():
                    self._note({self._app})
            except OSError as error:
                _log.warning("changes are not noticed, trying again: %s", error)
                await asyncio.sleep(_LONG_PAUSE)

    async def _follow(self, folders: set[Path]) -> None:
        """Return when other folders are to be watched."""
        async for found in awatch(*folders, watch_filter=self._matters, recursive=False):
            paths = {Path(name) for _, name in found}
            self._note(paths)
            if any(path in folders or path.is_dir() for path in paths):
                return

    def _note(self, paths: set[Path]) -> None:
        self._changed |= paths
        self._news.set()

    def _folders(self) -> set[Path]:
        folders = {self._app, *[file.parent for file in self._files if file.parent.exists()]}
        for folder, names, _ in self._app.walk():
            names[:] = [name for name in names if not _is_foreign(name)]
            folders.add(folder)
        return folders

    def _matters(self, change: Change, name: str) -> bool:
        path = Path(name)
        if path in self._files:
            return True
        if path == self._app:
            return change is Change.deleted
        if self._app not in path.parents:
            return False
        return path.suffix == ".py" or (change is Change.added and path.is_dir() and not _is_foreign(path.name))


@asynccontextmanager
async def watching(options: AppOptions) -> AsyncIterator[Changes]:
    """The app's changes, collected inside the block."""
    changes = Changes(options)
    try:
        yield changes
    finally:
        await changes.close()


def _is_foreign(name: str) -> bool:
    return name.startswith(".") or name in _NOT_THE_APP
