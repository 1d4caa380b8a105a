"""A real Service Bus emulator for tests: started as a process, ready when its port accepts."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "infra" / "servicebus.config.json"
KEY = "SAS_KEY_VALUE"


class EmulatorError(Exception):
    """The emulator did not start, or is not running."""


@dataclass
class Emulator:
    """A running emulator; it keeps its ports over a restart, so that clients come back."""

    config: Path
    data: Path | None
    options: tuple[str, ...] = ()
    port: int = 0
    admin_port: int = 0
    log: Path | None = None
    """Where its warnings go; stderr without it."""
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    @property
    def connection_string(self) -> str:
        """What SDK clients connect with."""
        return (
            f"Endpoint=sb://127.0.0.1:{self.port};SharedAccessKeyName=RootManageSharedAccessKey;"
            f"SharedAccessKey={KEY};UseDevelopmentEmulator=true;"
        )

    @property
    def admin_url(self) -> str:
        """Where `/health` and `/queues` are."""
        return f"http://127.0.0.1:{self.admin_port}"

    @property
    def pid(self) -> int:
        """The process."""
        return self._running().pid

    def counts(self, queue: str) -> dict[str, int]:
        """Return what `/queues` says about a queue."""
        with urlopen(f"{self.admin_url}/queues") as answer:  # noqa: S310
            counts: dict[str, int] = json.load(answer)["queues"][queue]
        return counts

    def start(self) -> None:
        """Start, and return when the port accepts."""
        with self.log.open("ab") if self.log else nullcontext() as errors:
            process = subprocess.Popen(self._command(), cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        self._process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            raise EmulatorError(f"the emulator ended with {process.wait()}; its reason is on stderr")
        self.port, self.admin_port = (int(word.rstrip(")").rpartition(":")[2]) for word in line.split()[2::2])

    def stop(self) -> int:
        """Stop as an operator would, and return the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop as a crash would."""
        self._end(signal.SIGKILL)

    def wait(self) -> int:
        """Wait for the end of a process that was told to, and return its exit code."""
        process, self._process = self._running(), None
        process.communicate()
        return process.returncode

    def restart(self) -> None:
        """Start again on the same ports; what runs is killed first."""
        if self._process is not None:
            self.kill()
        self.start()

    def _end(self, number: signal.Signals) -> int:
        self._running().send_signal(number)
        return self.wait()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise EmulatorError("the emulator is not running")
        return self._process

    def _command(self) -> list[str]:
        command: list[Any] = [sys.executable, "-m", "local.servicebus", "--config", self.config]
        command += ["--port", self.port, "--admin-port", self.admin_port, *self.options]
        if self.data is not None:
            command += ["--data", self.data]
        return [os.fspath(part) if isinstance(part, Path) else str(part) for part in command]


@contextmanager
def running_emulator(
    data: Path | None = None, config: Path | None = None, options: tuple[str, ...] = (), log: Path | None = None
) -> Iterator[Emulator]:
    """Run an emulator on free ports; stop it at the end, whatever happened to it meanwhile.

    Without a configuration it is the project's own, with the 14 days to live of the cloud.
    """
    emulator = Emulator(config or CONFIG, data, options if config else ("--ttl", "P14D", *options), log=log)
    emulator.start()
    try:
        yield emulator
    finally:
        if emulator._process is not None:  # noqa: SLF001
            emulator.stop()
