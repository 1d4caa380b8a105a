"""Azurite's tables as a process of their own, for tests that want the real thing."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAM = Path(__file__).parents[2] / "node_modules" / ".bin" / "azurite-table"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's well-known key (https://learn.microsoft.com/azure/storage/common/storage-connect-azurite)."""
START_SECONDS = 30


class AzuriteError(Exception):
    """Azurite did not start, or is not installed."""


@dataclass
class Azurite:
    """Tables on disk; they keep their port and their rows over a restart."""

    data: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """The account's endpoint."""
        return f"http://127.0.0.1:{self.port}/{ACCOUNT}"

    @property
    def connection_string(self) -> str:
        """What the setting TablesConnection should be."""
        return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};TableEndpoint={self.url};"

    @property
    def pid(self) -> int:
        """The process."""
        if self._process is None:
            raise AzuriteError("Azurite is not running")
        return self._process.pid

    def start(self) -> None:
        """Start, and return when the port accepts."""
        self._process = subprocess.Popen(self._command(), stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not self._accepts():
            if self._process.poll() is not None:
                raise AzuriteError(f"Azurite ended with {self._process.returncode}; its reason is on stderr")
            if time.monotonic() > deadline:
                raise AzuriteError(f"Azurite does not accept on port {self.port}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop by SIGINT: any other way to stop it loses what was written last."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        self._process.wait()
        self._process = None

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _command(self) -> list[str]:
        where = ["--tableHost", "127.0.0.1", "--tablePort", str(self.port), "--location", os.fspath(self.data)]
        return [os.fspath(PROGRAM), *where, "--disableTelemetry", "--silent"]


@contextmanager
def running_azurite(data: Path | None = None, port: int = 0) -> Iterator[Azurite]:
    """Run Azurite on a free port; with `data` its tables outlive it."""
    if not PROGRAM.exists() or shutil.which("node") is None:
        raise AzuriteError("Azurite is missing: install Node.js 20 or newer, then run 'npm ci'")
    with TemporaryDirectory(prefix="azurite-") as directory:
        azurite = Azurite(data or Path(directory), port or free_port())
        try:
            azurite.start()
            yield azurite
        finally:
            azurite.stop()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
