"""A folder's lock: two runs on the same data would damage it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from local.cloud.errors import CloudError


@contextmanager
def locked(folder: Path) -> Iterator[IO[str]]:
    """Keep others off the folder; raises CloudError where one is there. The system lifts the lock however we end.

    A process that inherits the file holds the lock, too.
    """
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CloudError(f"It is running already, in {folder}: stop it there first (Ctrl-C).") from None
        yield lock
