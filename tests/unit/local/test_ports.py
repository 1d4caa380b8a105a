"""Ports of 127.0.0.1."""

import socket
from pathlib import Path

from local.cloud.ports import HOST, free_port, kept_port


def test_a_preferred_port_is_taken_where_it_is_free() -> None:
    port = free_port()
    assert free_port(port) == port


def test_another_is_taken_where_somebody_listens() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        assert free_port(taken) not in (0, taken)


def test_a_port_that_others_have_written_down_is_kept(tmp_path: Path) -> None:
    first = kept_port(tmp_path / "port")
    assert kept_port(tmp_path / "port") == first


def test_a_port_that_somebody_else_has_meanwhile_is_given_up(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        (tmp_path / "port").write_text(str(taken))
        new = kept_port(tmp_path / "port")
        assert new != taken
    assert kept_port(tmp_path / "port") == new
