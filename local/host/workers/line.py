"""The line between a worker process and the one that started it: a pair of sockets.

Downwards goes the word to run the timers; upwards, that the app runs. Its end is the word to stop: whoever holds the
other end need not be alive to say so, and no system needs to help (as Linux alone would, with a death signal).
"""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from local.host.grace import GRACE_SECONDS

TIMERS = b"timers\n"
# An app that blocks its event loop hears nothing, and must not outlive its host for ever.
_PATIENCE_SECONDS = GRACE_SECONDS + 5


class Line:
    """The worker's end."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._start_timers: Callable[[], None] = lambda: None
        self._stop: Callable[[], None] = lambda: None
        threading.Thread(target=self._follow, name="line", daemon=True).start()

    def report(self, screen: str, start_timers: Callable[[], None], stop: Callable[[], None]) -> None:
        """Say that the app runs, and what there is to show; what is said from now on calls one of these."""
        self._loop, self._start_timers, self._stop = asyncio.get_running_loop(), start_timers, stop
        with suppress(ConnectionError):  # told to stop meanwhile: see below
            self._socket.sendall(screen.encode())
            self._socket.shutdown(socket.SHUT_WR)

    def _follow(self) -> None:
        """A thread's work: the event loop may be busy."""
        with self._socket.makefile("rb") as lines:
            for line in lines:
                if line == TIMERS and self._loop is not None:
                    self._loop.call_soon_threadsafe(self._start_timers)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop)
            time.sleep(_PATIENCE_SECONDS)
        os._exit(1)
