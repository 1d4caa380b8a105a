"""`python -m local.host`: run a function app on this machine."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from local.host import banner
from local.host.app import App
from local.host.host import listen, serve, url_of
from local.host.logs import configure_logs
from local.host.options import HostOptions, host_options
from local.host.running import run_app


def main() -> int:
    """Run until told to stop; 0 then, 1 where the app cannot start or something was left unfinished."""
    options = host_options()
    configure_logs()
    try:
        listener = listen(options.port)
    except OSError as error:
        print(f"The host ended: {error}", file=sys.stderr)
        return 1
    return run_app(options.app, lambda app: _run(app, options, listener))


async def _run(app: App, options: HostOptions, listener: socket.socket) -> None:
    stop = stop_on_signals()

    def ready(start_timers: Callable[[], None]) -> None:
        announce(banner.start_screen(app, url_of(listener), datetime.now(UTC)), url_of(listener), options.ready_file)
        start_timers()

    await serve(app, options.app, listener, stop, ready)


def stop_on_signals() -> asyncio.Event:
    """An event that is set when somebody ends the host."""
    stop = asyncio.Event()

    def stopping() -> None:
        print("Stopping: finishing what is in hand.", flush=True)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping)
    return stop


def announce(screen: str, url: str, ready_file: Path | None) -> None:
    """Tell people and programs that the host is there."""
    print(screen)
    print(f"Host ready on {url}", flush=True)
    if ready_file is not None:
        ready_file.write_text(url + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
