"""`python -m local.sink --port 0 --access-key BASE64KEY`."""

import argparse
import asyncio
import logging
import signal
import sys
from datetime import timedelta
from pathlib import Path

from local.sink.journal import DamagedJournal
from local.sink.server import Options, serving
from shared.channels.signing import decode_key


def options_from(arguments: list[str]) -> Options:
    """The options on the command line; exit with a usage message if they are wrong."""
    parser = argparse.ArgumentParser(prog="python -m local.sink", description="A local channel sink.")
    parser.add_argument("--port", type=int, default=0, help="of REST and the inbox; 0 picks a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="of SMTP; 0 picks a free one")
    parser.add_argument("--access-key", required=True, help="the key that clients sign with, in base64")
    parser.add_argument("--servicebus", help="connection string of the bus that reports go to")
    parser.add_argument(
        "--reports-queue", default="delivery-reports", metavar="QUEUE", help="their queue (delivery-reports)"
    )
    parser.add_argument("--data", type=Path, help="directory in which accepted messages survive a kill")
    window = "how far from now a request's first-sent may be; 412 beyond (300)"
    parser.add_argument("--repeatability-window", type=float, default=300.0, metavar="SECONDS", help=window)
    given = parser.parse_args(arguments)
    try:
        key = decode_key(given.access_key)
    except ValueError as error:
        parser.error(f"--access-key: {error}")
    return Options(
        key=key,
        port=given.port,
        smtp_port=given.smtp_port,
        servicebus=given.servicebus,
        reports_queue=given.reports_queue,
        data=given.data,
        window=timedelta(seconds=given.repeatability_window),
    )


async def run(options: Options) -> None:
    """Serve until told to stop."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with serving(options) as doors:
        print(f"listening on {doors.url} (smtp {doors.smtp_port})", flush=True)
        await stop.wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("azure").setLevel(logging.ERROR)
    logging.getLogger("mail").setLevel(logging.ERROR)  # the SMTP library's: it would log addresses
    try:
        asyncio.run(run(options_from(sys.argv[1:])))
    except (OSError, DamagedJournal) as error:
        sys.exit(f"the sink cannot run: {error}")
