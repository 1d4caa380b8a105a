"""The command starts, tells where it listens, and says in one line why it does not."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusAuthenticationError

from local.servicebus.wire.outcomes import ACCEPTED as ACCEPTED_OUTCOME
from local.servicebus.wire.outcomes import encode_settlement
from tests.cloud.servicebus import CONFIG, ROOT, Emulator, running_emulator
from tests.unit.servicebus.builders import message_bytes
from tests.unit.servicebus.client import READY, SENDER, attach, transfer

ACCEPTED = encode_settlement(True, 1, ACCEPTED_OUTCOME)


def run(*options: object) -> subprocess.CompletedProcess[str]:
    """Run the command until it ends by itself."""
    command = [sys.executable, "-m", "local.servicebus", "--port", "0", "--admin-port", "0", *map(str, options)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def config_with(path: Path, properties: dict[str, Any]) -> Path:
    """Write a configuration with one queue."""
    file = path / "config.json"
    queues = [{"Name": "orders", "Properties": properties}]
    file.write_text(json.dumps({"UserConfig": {"Namespaces": [{"Queues": queues}]}}))
    return file


def test_it_is_healthy_and_counts_nothing_yet(emulator: Emulator) -> None:
    with urlopen(f"{emulator.admin_url}/health") as answer:  # noqa: S310
        assert json.load(answer) == {"status": "healthy"}
    assert set(emulator.counts("foreign").values()) == {0}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(config: Path, number: signal.Signals) -> None:
    with running_emulator(config=config) as emulator:
        os.kill(emulator.pid, number)
        assert emulator.wait() == 0


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({"ForwardTo": "bills"}, "queue 'orders': ForwardTo names 'bills', which is not configured"),
        ({"LockDuration": "PT1H"}, "queue 'orders': LockDuration is 'PT1H', not from 1 to 300 seconds"),
    ],
)
def test_a_configuration_that_it_cannot_serve_is_told_in_one_line(
    tmp_path: Path, properties: dict[str, Any], complaint: str
) -> None:
    result = run("--config", config_with(tmp_path, properties))
    assert (result.returncode, result.stderr) == (2, f"servicebus: {complaint}\n")


def test_data_of_another_configuration_is_not_served(config: Path, tmp_path: Path) -> None:
    with running_emulator(tmp_path, config) as emulator:
        send_one(emulator, "plain")
    result = run("--config", CONFIG, "--data", tmp_path)
    complaint = "servicebus: the data holds messages of 'plain', which is not configured\n"
    assert (result.returncode, result.stderr) == (2, complaint)


def test_duplicate_detection_is_turned_off_by_an_option(config: Path) -> None:
    with running_emulator(config=config, options=("--duplicate-window", "0")) as emulator:
        for _ in range(2):
            send_one(emulator, "duplicates")
        assert emulator.counts("duplicates")["active"] == 2


def send_one(emulator: Emulator, queue: str) -> None:
    """Send a message with a fixed id."""
    with (
        ServiceBusClient.from_connection_string(emulator.connection_string) as opened,
        opened.get_queue_sender(queue) as sender,
    ):
        sender.send_messages(ServiceBusMessage("hello", message_id="m-1"))


def test_a_port_in_use_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for option in ("--port", "--admin-port"):
            result = run("--config", CONFIG, option, port)
            complaint = f"servicebus: port {port} ({option}) cannot be had: Address already in use\n"
            assert (result.returncode, result.stderr) == (1, complaint)


def test_damaged_data_is_told_in_one_line(config: Path, tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"milk, bread")
    result = run("--config", config, "--data", tmp_path)
    assert (result.returncode, result.stderr) == (
        2,
        f"servicebus: {tmp_path}/journal is no journal of this version of the emulator\n",
    )


def test_it_says_which_token_it_refused(config: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The Python SDK tells its caller neither that the queue is not there nor that the key is wrong."""
    with (
        running_emulator(config=config) as emulator,
        ServiceBusClient.from_connection_string(emulator.connection_string, retry_total=0) as opened,
        pytest.raises(ServiceBusAuthenticationError),
    ):
        opened.get_queue_sender("nowhere").__enter__()
    assert "token_refused reason=The messaging entity 'nowhere' could not be found." in capfd.readouterr().err


def test_wrong_bytes_do_not_disturb_it(emulator: Emulator) -> None:
    for noise in (b"GET / HTTP/1.1\r\n\r\n", b"AMQP\x00\x01\x00\x00\x7f\xff\xff\xff\x02\x00\x00\x00", b"\x00" * 100):
        with socket.create_connection(("127.0.0.1", emulator.port), timeout=10) as connection:
            connection.sendall(noise)
            while connection.recv(4096):
                pass
    with urlopen(f"{emulator.admin_url}/health") as answer:  # noqa: S310
        assert answer.status == 200


def test_it_serves_many_connections_at_a_time(emulator: Emulator) -> None:
    """More than a process may have files before it asks; half of them are ours, so we ask, too."""
    many = 1100
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * many, most))
    with ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", emulator.port), timeout=60)) for _ in range(many)
        ]
        for number, connection in enumerate(clients):
            message = transfer(SENDER, 1, message_bytes(str(number)))
            connection.sendall(b"".join((*READY, attach(SENDER, "crowded", receives=False), message)))
        for connection in clients:
            heard = b""
            while ACCEPTED not in heard:
                heard += connection.recv(65536)
    assert emulator.counts("crowded")["active"] == many
