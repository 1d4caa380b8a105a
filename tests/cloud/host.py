"""The real local Functions host for tests: started as a process, ready when it says so."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
_READY = "Host ready on "


class HostError(Exception):
    """The host did not start; carries its exit code and what it printed."""

    def __init__(self, code: int, output: str) -> None:
        super().__init__(f"the host ended with {code}:\n{output}")
        self.code, self.output = code, output


@dataclass
class Host:
    """A running host; `log` is the file with everything it and the app print."""

    app: Path
    settings: Path
    log: Path
    options: tuple[str, ...] = ()
    url: str = field(default="", init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        """The process."""
        return self._running().pid

    @property
    def output(self) -> str:
        """What was printed so far."""
        return self.log.read_text(encoding="utf-8")

    def start(self) -> None:
        """Start, and return when the host is ready; HostError where it ends instead."""
        command = [sys.executable, "-m", "local.host", "--app", str(self.app), "--settings", str(self.settings)]
        read_end, write_end = os.pipe()
        ready = ["--ready-file", f"/dev/fd/{write_end}"]
        with self.log.open("ab") as log, os.fdopen(read_end) as announcement:
            self._process = subprocess.Popen(
                [*command, "--port", "0", *ready, *self.options],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[write_end],
            )
            os.close(write_end)
            # The pipe ends when the host does, so that nobody waits for one that failed.
            self.url = announcement.readline().strip()
        if not self.url:
            code, self._process = self._process.wait(), None
            raise HostError(code, self.output)

    def terminate(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to stop, without waiting."""
        self._running().send_signal(number)

    def wait(self) -> int:
        """Wait until it has ended, and return the exit code."""
        process, self._process = self._running(), None
        return process.wait()

    def stop(self) -> int:
        """Stop as an operator would, and return the exit code."""
        self.terminate()
        return self.wait()

    def kill(self) -> None:
        """Stop as a crash would."""
        self.terminate(signal.SIGKILL)
        self.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the host is not running")
        return self._process


@contextmanager
def running_host(
    app: Path = ROOT,
    values: Mapping[str, str] | None = None,
    keys: Mapping[str, str] | None = None,
    options: tuple[str, ...] = (),
) -> Iterator[Host]:
    """Run an app on a free port, its settings from `values` and `keys`; stop it at the end.

    What the environment of the tests says wins over `values`, as it does for developers.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "local.settings.json")
        content = {"IsEncrypted": False, "Values": dict(values or {}), "Keys": dict(keys or {})}
        settings.write_text(json.dumps(content), encoding="utf-8")
        host = Host(app, settings, Path(folder, "host.log"), options)
        host.start()
        try:
            yield host
        finally:
            if host._process is not None:  # noqa: SLF001
                host.stop()
