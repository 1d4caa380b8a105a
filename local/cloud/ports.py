"""Ports of 127.0.0.1."""

import socket
from contextlib import closing

HOST = "127.0.0.1"


def free_port(preferred: int = 0) -> int:
    """Return a port that nobody listens on now: the preferred one, if that is so."""
    for port in (preferred, 0):
        with closing(socket.socket()) as probe:
            # Else a port whose last connections are still closing would count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port on {HOST}")
