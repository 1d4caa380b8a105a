"""Stops the services when the process that started them is killed and cannot do it itself.

It reads pids, one a line, and `-pid` for one that has ended. When its input ends, it stops those that are left, the
last one started first. A pipe works on every system; Linux's death signal would stop all at once, out of order.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PATIENCE_SECONDS = 40
LOOK_AGAIN = 0.05


class Guard:
    """Our end of the pipe."""

    def __init__(self, pipe: IO[bytes]) -> None:
        """Take the guard's input."""
        self._pipe = pipe

    def watch(self, pid: int) -> None:
        """Have this process stopped if we are killed."""
        self._say(f"{pid}\n")

    def forget(self, pid: int) -> None:
        """The process has ended: its pid may soon be another's."""
        self._say(f"-{pid}\n")

    def _say(self, line: str) -> None:
        self._pipe.write(line.encode())
        self._pipe.flush()


@contextmanager
def guarding(root: Path, lock: IO[str]) -> Iterator[Guard]:
    """Run a guard; it holds the lock, too, so that nobody starts on the same data before all have stopped."""
    command = [sys.executable, "-m", "local.cloud.guard"]
    process = subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, start_new_session=True, pass_fds=[lock.fileno()]
    )
    with process as running:
        assert running.stdin is not None
        yield Guard(running.stdin)


def watched(lines: Iterable[str]) -> list[int]:
    """Return the pids still watched when the lines end, the last one started first."""
    pids: dict[int, None] = {}
    for line in lines:
        number = int(line)
        if number > 0:
            pids[number] = None
        else:
            pids.pop(-number, None)
    return list(reversed(pids))


def stop(pid: int) -> None:
    """Ask it to stop, wait until it has, and lose patience in the end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        os.kill(pid, signal.SIGINT)
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(LOOK_AGAIN)
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    for each in watched(sys.stdin):
        stop(each)
