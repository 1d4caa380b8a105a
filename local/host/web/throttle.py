"""host.json's limits on HTTP requests: how many run at once, and how many may be there at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from local.host.hostjson import UNBOUNDED, HttpOptions


class TooBusyError(Exception):
    """There are as many requests as the app wants to have."""


class Throttle:
    """Counts requests, whatever function they are for."""

    def __init__(self, options: HttpOptions) -> None:
        self._most = options.max_outstanding
        self._outstanding = 0
        self._slots = (
            nullcontext() if options.max_concurrent == UNBOUNDED else asyncio.Semaphore(options.max_concurrent)
        )

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place for one request, as soon as one is free; TooBusyError where too many wait already."""
        if self._outstanding == self._most:
            raise TooBusyError
        self._outstanding += 1
        try:
            async with self._slots:
                yield
        finally:
            self._outstanding -= 1
