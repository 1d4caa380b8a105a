"""Ports of 127.0.0.1 for services that must be told theirs before they start."""

import random
import socket
from contextlib import closing
from pathlib import Path

HOST = "127.0.0.1"
RANGE = range(15_000, 32_000)
"""Below what systems hand out for outgoing connections (Linux: from 32,768 on): one of those might come in between."""
ATTEMPTS = 100


def free_port(preferred: int = 0) -> int:
    """Return a port that nobody listens on now: the preferred one, if that is so."""
    others = random.SystemRandom().sample(RANGE, ATTEMPTS)
    for port in (preferred, *others) if preferred else others:
        if is_free(port):
            return port
    raise OSError(f"no free port on {HOST} among {ATTEMPTS} between {RANGE.start} and {RANGE.stop}")


def kept_port(file: Path) -> int:
    """Return the port of the last time if it is free, for what others have written down; else another, from now on."""
    last = int(file.read_text(encoding="ascii")) if file.exists() else 0
    port = free_port(last)
    if port != last:
        file.write_text(str(port), encoding="ascii")
    return port


def is_free(port: int) -> bool:
    """Say whether a server could listen there now."""
    with closing(socket.socket()) as probe:
        # As servers do: else a port whose last connections are still closing would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
