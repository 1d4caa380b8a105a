"""`python -m local.host.workers.child`: a worker process; the host starts it, nobody else."""

import argparse
import asyncio
import io
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from local.host import banner
from local.host.app import App
from local.host.host import serve, url_of
from local.host.logs import configure_logs
from local.host.options import AppOptions, add_app_arguments, app_options
from local.host.running import run_app
from local.host.workers.line import Line

# For requests on connections that this worker has just accepted; others answer the next ones.
_LINGER_SECONDS = 0.5


def main() -> int:
    """Run the app on the host's socket until the line ends."""
    parser = argparse.ArgumentParser(prog="python -m local.host.workers.child")
    add_app_arguments(parser)
    parser.add_argument("--listener", type=int, required=True)
    parser.add_argument("--line", type=int, required=True)
    said = parser.parse_args()
    configure_logs()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # whole lines at a time: others print there, too
    options, line, listener = app_options(said), Line(said.line), socket.socket(fileno=said.listener)
    return run_app(options, lambda app: _run(app, options, listener, line))


async def _run(app: App, options: AppOptions, listener: socket.socket, line: Line) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def ready(start_timers: Callable[[], None]) -> None:
        line.report(banner.start_screen(app, url_of(listener), datetime.now(UTC)), start_timers, stop.set)

    await serve(app, options, listener, stop, ready, linger=_LINGER_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
