"""What is answered while no worker runs the app: connections that nobody accepts would wait for ever."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

_REASON = "The app does not run: see the host's output.\n"
_PATIENCE_SECONDS = 1.0


@asynccontextmanager
async def excused(listener: socket.socket) -> AsyncIterator[None]:
    """Answer every request on the socket with 503 inside the block."""
    runner = web.ServerRunner(web.Server(_excuse, access_log=None), shutdown_timeout=_PATIENCE_SECONDS)
    await runner.setup()
    try:
        # A descriptor of its own: it is closed at the end, the host's is not.
        await web.SockSite(runner, listener.dup()).start()
        yield
    finally:
        await runner.cleanup()


async def _excuse(_: web.BaseRequest) -> web.Response:
    response = web.Response(status=503, text=_REASON)
    response.force_close()  # the next request is for whoever accepts its connection
    return response
