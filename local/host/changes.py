"""Changes to what an app is made of: its Python files, its host.json, its settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from watchfiles import Change, awatch

from local.host.options import AppOptions

# Beside hidden folders: what is installed or made, and changes all the time.
_NOT_THE_APP = {"node_modules", "venv", "__pycache__"}


class Changes:
    """What has changed since it was last asked for."""

    def __init__(self, options: AppOptions) -> None:
        self._app = options.app
        self._files = {options.app / "host.json", options.settings}
        self._changed: set[Path] = set()
        self._news = asyncio.Event()

    async def next(self) -> list[str]:
        """The names of what has changed, as seen from the app; waits for something to."""
        await self._news.wait()
        self._news.clear()
        changed, self._changed = self._changed, set()
        return sorted(str(path.relative_to(self._app, walk_up=True)) for path in changed)

    async def watch(self) -> None:
        """Collect changes until cancelled."""
        while True:
            async for found in awatch(*self._folders(), watch_filter=self._matters, recursive=False):
                paths = {Path(name) for _, name in found}
                self._changed |= paths
                self._news.set()
                if any(path.is_dir() for path in paths):
                    break  # to watch the new folder, too

    def _folders(self) -> set[Path]:
        folders = {file.parent for file in self._files if file.parent.exists()}
        for folder, names, _ in self._app.walk():
            names[:] = [name for name in names if not _is_foreign(name)]
            folders.add(folder)
        return folders

    def _matters(self, change: Change, name: str) -> bool:
        path = Path(name)
        if path in self._files:
            return True
        if self._app not in path.parents:
            return False
        return path.suffix == ".py" or (change is Change.added and path.is_dir() and not _is_foreign(path.name))


@asynccontextmanager
async def watching(options: AppOptions) -> AsyncIterator[Changes]:
    """The app's changes, collected inside the block."""
    changes = Changes(options)
    task = asyncio.create_task(changes.watch())
    try:
        yield changes
    finally:
        task.cancel()
        await asyncio.wait([task])


def _is_foreign(name: str) -> bool:
    return name.startswith(".") or name in _NOT_THE_APP
