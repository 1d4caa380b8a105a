"""A worker process, as the host sees it."""

import asyncio
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from contextlib import ExitStack
from typing import Self

from local.host.grace import GRACE_SECONDS
from local.host.options import AppOptions
from local.host.workers.line import TIMERS

# A worker ends itself a little after its time of grace.
_PATIENCE_SECONDS = GRACE_SECONDS + 7


class Member:
    """One of the processes that run the app.

    It has a session of its own, so that Ctrl-C reaches only the host, which then stops all in good order.
    """

    def __init__(self, number: int, process: Process, reader: asyncio.StreamReader, line: asyncio.StreamWriter) -> None:
        self.number = number
        self._process = process
        self._reader = reader
        self._line = line
        self._started = time.monotonic()
        self.is_ready = False

    @classmethod
    async def start(cls, number: int, options: AppOptions, listener: socket.socket) -> Self:
        """Start a process that answers on the socket."""
        ours, theirs = socket.socketpair()
        with ExitStack() as failing, theirs:
            failing.enter_context(ours)
            descriptors = ["--listener", str(listener.fileno()), "--line", str(theirs.fileno())]
            process = await asyncio.create_subprocess_exec(
                *[sys.executable, "-m", "local.host.workers.child", *options.arguments(), *descriptors],
                stdin=DEVNULL,
                pass_fds=[listener.fileno(), theirs.fileno()],
                start_new_session=True,
            )
            failing.pop_all()
        return cls(number, process, *await asyncio.open_connection(sock=ours))

    def __str__(self) -> str:
        return f"worker {self.number} (pid {self._process.pid})"

    @property
    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self._started

    async def ready(self) -> str | None:
        """What it has to show once the app runs; None where it ends before."""
        screen = await self._reader.read()
        self.is_ready = bool(screen)
        return screen.decode() or None

    async def ended(self) -> str:
        """How it ended, once it has."""
        code = await self._process.wait()
        return f"by {signal.Signals(-code).name}" if code < 0 else f"with {code}"

    def run_timers(self) -> None:
        """Have it run the app's timers, which only one process may do."""
        self._line.write(TIMERS)

    async def stop(self) -> bool:
        """End it; whether it finished what it had in hand."""
        self._line.close()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                code = await self._process.wait()
        except TimeoutError:
            self._process.kill()
            code = await self._process.wait()
        return code == 0 or not self.is_ready
