"""One service as a child process, with its output in a file."""

import asyncio
import os
import re
import signal
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.cloud.errors import CloudError, ServiceEnded

START_SECONDS = 60
STOP_SECONDS = 40
"""The Functions host takes up to 30 to finish what is in hand."""
LOOK_AGAIN = 0.02
TAIL_LINES = 20


@dataclass(frozen=True, slots=True)
class Service:
    """How to start a service, and the line it prints once it is ready."""

    name: str
    command: Sequence[str]
    ready: str
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


class Child:
    """A running service.

    It has a session of its own, so that Ctrl-C reaches only us and we stop it in its turn, and it prints into a file,
    so that it can go on to a proper end when we are gone.
    """

    def __init__(self, service: Service, process: Process, log: Path, offset: int) -> None:
        """Take what `start` has made; `offset` is where its output begins in the log."""
        self.name = service.name
        self.pid = process.pid
        self._ready = re.compile(service.ready.encode())
        self._process = process
        self._log = log
        self._offset = offset

    @classmethod
    async def start(cls, service: Service, folder: Path, logs: Path) -> "Child":
        """Start the service in a folder; it is ready once `until_ready` returns."""
        log = logs / f"{service.name}.log"
        with log.open("ab") as output:
            offset = output.tell()
            process = await asyncio.create_subprocess_exec(
                *service.command,
                cwd=folder,
                env=service.environment,
                stdin=DEVNULL,
                stdout=output,
                stderr=STDOUT,
                start_new_session=True,
            )
        return cls(service, process, log, offset)

    async def until_ready(self) -> re.Match[bytes]:
        """Return what the ready line says; raises ServiceEnded, or CloudError where it says nothing for a minute."""
        try:
            async with asyncio.timeout(START_SECONDS):
                while not (found := self._ready.search(self._output())):
                    self._check()
                    await asyncio.sleep(LOOK_AGAIN)
                return found
        except TimeoutError:
            raise CloudError(f"{self.name} is not ready after {START_SECONDS} seconds; see {self._log}") from None

    async def ended(self) -> None:
        """Raise ServiceEnded as soon as the service is no more."""
        await self._process.wait()
        self._check()

    async def stop(self) -> None:
        """Stop it by SIGINT: Azurite loses what was written last when it is stopped in any other way."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise CloudError(f"{self.name} had to be killed: it did not stop; see {self._log}") from None

    def tail(self) -> str:
        """Return the last lines of its log."""
        lines = self._output().decode(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join(f"    {line}" for line in lines)

    def _check(self) -> None:
        if self._process.returncode is not None:
            raise ServiceEnded(self.name, self._process.returncode, self.tail())

    def _output(self) -> bytes:
        with self._log.open("rb") as log:
            log.seek(self._offset)
            return log.read()
