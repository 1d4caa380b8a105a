"""Clients that do nothing are borne for a while, and find their way back when they do something."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from azure.servicebus import ServiceBusMessage

from local.servicebus.amqp.frames import AMQP_HEADER, Frames, frame_head
from local.servicebus.amqp.performatives import Close, Detach, Flow, Performative, decode_performative
from local.servicebus.amqp.types import UInt
from tests.cloud.servicebus import running_emulator
from tests.contract.servicebus.links import links, numbered, receive
from tests.unit.servicebus.builders import message_bytes
from tests.unit.servicebus.client import LOGIN, READY, RECEIVER, SENDER, attach, frame, peek_request, transfer


@contextmanager
def said(port: int, *frames: bytes) -> Iterator[Iterator[Performative]]:
    """Say something as a client that then falls silent; yield what it hears until the broker hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"".join(frames))
        yield heard(connection)


def heard(connection: socket.socket) -> Iterator[Performative]:
    """Yield the frames after the handshake."""
    opening = b""
    while opening.count(AMQP_HEADER) == 0:
        opening += connection.recv(4096)
    frames = Frames(65536)
    data = opening[opening.rindex(AMQP_HEADER) + len(AMQP_HEADER) :]
    while data or (data := connection.recv(4096)):
        frames.feed(data)
        data = b""
        while (frame := frames.next_frame()) is not None:
            if len(frame) > frame_head(frame)[2]:
                yield decode_performative(frame, frame_head(frame)[2])[0]


def reason(performative: Detach | Close) -> str:
    """Return the condition that ended it."""
    assert performative.error is not None
    return str(performative.error.value[0])


def test_a_link_that_nothing_is_sent_on_is_detached(config: Path) -> None:
    with (
        running_emulator(config=config, options=("--idle-link", "0.2")) as emulator,
        said(emulator.port, *READY, attach(SENDER, "plain", receives=False)) as answers,
    ):
        detach = next(each for each in answers if isinstance(each, Detach))
        assert (detach.handle, reason(detach)) == (SENDER, "amqp:link:detach-forced")


def test_a_client_that_is_silent_is_cut_off(config: Path) -> None:
    with (
        running_emulator(config=config, options=("--idle-connection", "0.1")) as emulator,
        said(emulator.port, *READY) as answers,
    ):
        assert [reason(each) for each in answers if isinstance(each, Close)] == ["amqp:resource-limit-exceeded"]


def test_a_client_that_is_silent_and_does_not_read_is_cut_off_too(config: Path) -> None:
    with (
        running_emulator(config=config, options=("--idle-connection", "0.1")) as emulator,
        socket.create_connection(("127.0.0.1", emulator.port), timeout=30) as connection,
    ):
        connection.sendall(b"".join((*READY, attach(SENDER, "plain", receives=False))))
        for number in range(50):
            connection.sendall(in_pieces(number, message_bytes(str(number), b"x" * 200_000)))
        connection.sendall(attach(RECEIVER, "plain", receives=True))
        connection.sendall(frame(Flow(UInt(0), UInt(5000), UInt(0), UInt(5000), UInt(RECEIVER), UInt(0), UInt(50))))
        wait_for(lambda: emulator.counts("plain")["locked"] > 0)
        process = psutil.Process(emulator.pid)
        wait_for(lambda: all(each.status == psutil.CONN_LISTEN for each in process.net_connections("tcp4")))


def test_a_client_that_asks_and_does_not_read_is_not_heard_any_more(config: Path) -> None:
    """Its answers would fill the memory."""
    node = "plain/$management"
    with (
        running_emulator(config=config) as emulator,
        socket.create_connection(("127.0.0.1", emulator.port), timeout=2) as connection,
    ):
        connection.sendall(b"".join((*READY, attach(SENDER, "plain", receives=False))))
        connection.sendall(in_pieces(0, message_bytes("large", b"x" * 200_000)))
        connection.sendall(attach(4, node, receives=True) + attach(5, node, receives=False))
        credit = Flow(UInt(0), UInt(2**31), UInt(0), UInt(5000), UInt(4), UInt(0), UInt(2**31))
        connection.sendall(frame(credit))
        requests = b"".join(transfer(5, number, peek_request()) for number in range(100_000))
        with pytest.raises(TimeoutError):
            connection.sendall(requests)
        assert psutil.Process(emulator.pid).memory_info().rss < 300_000_000


def in_pieces(number: int, message: bytes) -> bytes:
    """Return the transfers of a large message."""
    pieces = [message[start : start + 60_000] for start in range(0, len(message), 60_000)]
    return b"".join(
        transfer(SENDER, 1 + number, piece, more=index + 1 < len(pieces)) for index, piece in enumerate(pieces)
    )


def wait_for(condition: Callable[[], bool]) -> None:
    """Look again and again, for a while."""
    ends = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends


def test_a_client_that_never_opens_its_connection_is_cut_off_too(config: Path) -> None:
    with (
        running_emulator(config=config, options=("--idle-connection", "0.1")) as emulator,
        socket.create_connection(("127.0.0.1", emulator.port), timeout=30) as connection,
    ):
        connection.sendall(LOGIN[0])
        while connection.recv(4096):
            pass


async def test_the_sdk_goes_on_after_its_idle_links_were_detached(config: Path) -> None:
    with running_emulator(config=config, options=("--idle-link", "0.2")) as emulator:
        async with links(emulator, "plain") as (sender, receiver):
            due = datetime.now(UTC) + timedelta(seconds=1)
            await sender.send_messages(ServiceBusMessage("later", scheduled_enqueue_time_utc=due))
            await receive(receiver)
            await sender.send_messages(numbered(1))
            await receive(receiver)
        assert emulator.counts("plain")["sent"] == 2


def test_a_connection_is_told_that_the_broker_stops(config: Path) -> None:
    with running_emulator(config=config) as emulator, said(emulator.port, *READY) as answers:
        assert next(answers) is not None
        assert emulator.stop() == 0
        assert [reason(each) for each in answers if isinstance(each, Close)] == ["amqp:connection:forced"]
