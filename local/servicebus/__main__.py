"""The command `python -m local.servicebus`."""

import argparse
import asyncio
import logging
import resource
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

from local.servicebus.broker import UnfitDataError
from local.servicebus.config import parse_duration, read_config
from local.servicebus.journal import Journal, JournalError
from local.servicebus.server import HOST, Ports, Server
from local.servicebus.settings import ConfigError, QueueSettings
from local.servicebus.wire.patience import Patience
from local.servicebus.wire.sas import AccessKey

POLICY = "RootManageSharedAccessKey"
_USAGE = 2
_FILES = 10_240
"""As many as macOS allows without being set up for more."""


def main() -> int:
    """Serve until a signal comes; return 2 where configuration or data cannot be used, 1 where the system says no."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    options = _parser().parse_args()
    _allow_many_connections()
    try:
        queues = [_override(each, options) for each in read_config(options.config)]
        journal = Journal(options.data, sync=options.sync) if options.data else None
        with journal or nullcontext():
            asyncio.run(_serve(queues, journal, options))
    except (ConfigError, JournalError, UnfitDataError) as error:
        return _complain(str(error), _USAGE)
    except OSError as error:
        return _complain(str(error), 1)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.servicebus", description="A Service Bus emulator.")
    parser.add_argument("--config", type=Path, required=True, help="the official emulator's Config.json")
    parser.add_argument("--port", type=int, default=5672, help="for AMQP; 0 finds a free one")
    parser.add_argument("--admin-port", type=int, default=5300, help="for /health and /queues; 0 finds a free one")
    parser.add_argument("--data", type=Path, help="keep messages in this directory; without it they are forgotten")
    parser.add_argument("--sync", action="store_true", help="wait for the disk: data survives a power failure, too")
    parser.add_argument("--ttl", type=_duration, help="every queue's default time to live, such as P14D")
    parser.add_argument("--key", default="SAS_KEY_VALUE", help=f"the key of the policy {POLICY}")
    parser.add_argument("--duplicate-window", type=float, metavar="SECONDS", help="for every queue; 0 turns it off")
    idle = Patience()
    parser.add_argument(
        "--idle-connection",
        type=float,
        metavar="SECONDS",
        default=idle.connection,
        help="silence that clients are told to avoid; after twice as long they are cut off (%(default)s)",
    )
    parser.add_argument(
        "--idle-link",
        type=float,
        metavar="SECONDS",
        default=idle.link,
        help="after which an unused link is detached (%(default)s)",
    )
    return parser


def _duration(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _override(queue: QueueSettings, options: argparse.Namespace) -> QueueSettings:
    if options.ttl is not None:
        queue = queue._replace(time_to_live=options.ttl)
    if options.duplicate_window is not None:
        queue = queue._replace(duplicate_window=round(options.duplicate_window * 1000) or None)
    return queue


async def _serve(queues: list[QueueSettings], journal: Journal | None, options: argparse.Namespace) -> None:
    patience = Patience(options.idle_connection, options.idle_link)
    server = Server(queues, AccessKey(POLICY, options.key), journal, patience)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.run(Ports(options.port, options.admin_port), _announce)


def _allow_many_connections() -> None:
    """Each connection is a file, of which a process may often have no more than some hundreds until it asks."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    if resource.RLIM_INFINITY != allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _announce(ports: Ports) -> None:
    sys.stdout.write(f"listening on {HOST}:{ports.amqp} (admin {ports.admin})\n")
    sys.stdout.flush()


def _complain(reason: str, code: int) -> int:
    sys.stderr.write(f"servicebus: {reason}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
