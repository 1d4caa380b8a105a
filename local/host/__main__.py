"""`python -m local.host`: run a function app on this machine."""

import asyncio
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from local.host import banner
from local.host.app import App
from local.host.console import announce, stop_on_signals
from local.host.host import listen, serve, url_of
from local.host.logs import configure_logs
from local.host.options import HostOptions, host_options
from local.host.running import run_app
from local.host.workers.crew import CrewError
from local.host.workers.supervisor import supervise


def main() -> int:
    """Run until told to stop; 0 then, 1 where the app cannot start or something was left unfinished."""
    options = host_options()
    configure_logs()
    try:
        listener = listen(options.port)
        if options.workers == 1 and not options.reload:
            return run_app(options.app, lambda app: _run(app, options, listener))
        asyncio.run(supervise(options, listener))
    except (CrewError, OSError) as error:
        print(f"The host ended: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(app: App, options: HostOptions, listener: socket.socket) -> None:
    stop = stop_on_signals()

    def ready(start_timers: Callable[[], None]) -> None:
        url = url_of(listener)
        print(banner.start_screen(app, url, datetime.now(UTC)))
        announce(url, options.ready_file)
        start_timers()

    await serve(app, options.app, listener, stop, ready)


if __name__ == "__main__":
    sys.exit(main())
