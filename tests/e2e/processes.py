"""Programs under test with everything they start, told apart from all others by a mark in their environment."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).parents[2]
MARK = "CAREBUS_TEST_MARK"
PATIENCE_SECONDS = 120
LOOK_AGAIN = 0.05


@dataclass
class Program:
    """`python -m MODULE ...`, its output in a file, and its descendants."""

    output: Path
    mark: str = field(default_factory=lambda: uuid4().hex, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, *arguments: str) -> None:
        """Start it, in a process group of its own as a shell does."""
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env={**os.environ, MARK: self.mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def text(self) -> str:
        """What it printed so far."""
        return self.output.read_text(encoding="utf-8")

    def until_printed(self, words: str) -> str:
        """Wait for words in its output, and return all of it; fail where it ends before."""
        process = self._running()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self.text():
            assert process.poll() is None, f"it ended with {process.returncode}:\n{self.text()}"
            assert time.monotonic() < deadline, f"it never said {words!r}:\n{self.text()}"
            time.sleep(LOOK_AGAIN)
        return self.text()

    def send(self, number: signal.Signals) -> None:
        """Signal it alone, not what it started."""
        self._running().send_signal(number)

    def interrupt(self) -> None:
        """Press Ctrl-C: the terminal signals the whole process group."""
        os.killpg(self._running().pid, signal.SIGINT)

    def wait(self) -> int:
        """Wait for its end, and return the exit code."""
        return self._running().wait(PATIENCE_SECONDS)

    def until_nothing_is_left(self) -> None:
        """Wait until neither it nor anything it started is running."""
        self.wait()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while left := self.alive():
            assert time.monotonic() < deadline, f"still running: {left}"
            time.sleep(LOOK_AGAIN)

    def alive(self) -> dict[int, str]:
        """The processes that carry the mark: pid to command line. Those that have ended show no environment."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return found

    def end(self) -> None:
        """See to it that nothing is left, whatever the test has come to."""
        if self._process is not None:
            self._process.terminate()
            self.until_nothing_is_left()

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was not started"
        return self._process
