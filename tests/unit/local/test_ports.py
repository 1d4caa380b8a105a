"""Ports of 127.0.0.1."""

import socket

from local.cloud.ports import HOST, free_port


def test_a_preferred_port_is_taken_where_it_is_free() -> None:
    port = free_port()
    assert free_port(port) == port


def test_another_is_taken_where_somebody_listens() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        assert free_port(taken) not in (0, taken)
