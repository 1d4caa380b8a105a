"""The command `python -m local.servicebus`."""

import argparse
import asyncio
import logging
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

from local.servicebus.broker import UnknownQueueError
from local.servicebus.config import parse_duration, read_config
from local.servicebus.journal import Journal, JournalError
from local.servicebus.sas import AccessKey
from local.servicebus.server import HOST, Ports, Server
from local.servicebus.settings import ConfigError, QueueSettings

POLICY = "RootManageSharedAccessKey"
_USAGE = 2


def main() -> int:
    """Serve until a signal comes; return 2 where configuration or data cannot be used, 1 where the system says no."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    options = _parser().parse_args()
    try:
        queues = [_override(each, options) for each in read_config(options.config)]
        journal = Journal(options.data) if options.data else None
        with journal or nullcontext():
            asyncio.run(
                _serve(queues, AccessKey(POLICY, options.key), journal, Ports(options.port, options.admin_port))
            )
    except (ConfigError, JournalError, UnknownQueueError) as error:
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
    parser.add_argument("--ttl", type=_duration, help="every queue's default time to live, such as P14D")
    parser.add_argument("--key", default="SAS_KEY_VALUE", help=f"the key of the policy {POLICY}")
    parser.add_argument("--duplicate-window", type=float, metavar="SECONDS", help="for every queue; 0 turns it off")
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


async def _serve(queues: list[QueueSettings], key: AccessKey, journal: Journal | None, ports: Ports) -> None:
    server = Server(queues, key, journal)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.run(ports, _announce)


def _announce(ports: Ports) -> None:
    sys.stdout.write(f"listening on {HOST}:{ports.amqp} (admin {ports.admin})\n")
    sys.stdout.flush()


def _complain(reason: str, code: int) -> int:
    sys.stderr.write(f"servicebus: {reason}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
