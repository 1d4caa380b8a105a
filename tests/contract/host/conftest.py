"""One host with the sample app, and one bus, for all tests that do not stop them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from azure.servicebus.aio import ServiceBusClient

from tests.cloud.host import Host, running_host
from tests.cloud.servicebus import Emulator, running_emulator
from tests.contract.host.bus import Bus

HERE = Path(__file__).parent
SAMPLE_APP = HERE / "sample_app"
QUEUES = HERE / "queues.json"
KEYS = {"default": "host-key", "_master": "master-key"}


def sample_values(bus: Emulator) -> dict[str, str]:
    """The settings of the sample app."""
    return {"SampleBus": bus.connection_string, "WORK_QUEUE": "work", "TICK_SCHEDULE": "* * * * * *"}


@pytest.fixture(scope="module")
def bus() -> Iterator[Emulator]:
    with running_emulator(config=QUEUES) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def host(bus: Emulator) -> Iterator[Host]:
    with running_host(SAMPLE_APP, sample_values(bus), KEYS) as running:
        yield running


@pytest.fixture
async def client(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=host.url, timeout=30) as opened:
        yield opened


@pytest.fixture
async def sdk(bus: Emulator, host: Host) -> AsyncIterator[Bus]:
    async with ServiceBusClient.from_connection_string(bus.connection_string) as client:
        yield Bus(client)
