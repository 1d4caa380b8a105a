"""The two implementations of Store and Bus that one suite is held against."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from uuid import uuid4

import pytest

from shared.runtime.azure.connection import ConnectionString
from shared.runtime.azure.store import AzureStore
from shared.runtime.memory.store import MemoryStore
from shared.runtime.store import Store
from tests.cloud.azurite import Azurite, running_azurite
from tests.cloud.servicebus import Emulator, running_emulator
from tests.contract.runtime.queues import MemoryQueues, Queues, RealQueues, write_config

IMPLEMENTATIONS = ("memory", "azure")

_numbers = count()


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    with running_azurite() as running:
        yield running


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    config = write_config(tmp_path_factory.mktemp("servicebus") / "Config.json", queues=60)
    with running_emulator(config=config) as running:
        yield running


@pytest.fixture
def table() -> str:
    """Name a table that no other test uses."""
    return f"t{uuid4().hex}"


@pytest.fixture
def queue() -> str:
    """Name a queue that no other test uses."""
    return f"queue-{next(_numbers)}"


@pytest.fixture
def short_lock() -> str:
    """Name a queue whose locks end after seconds."""
    return f"short-lock-{next(_numbers)}"


@pytest.fixture(params=IMPLEMENTATIONS)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    real = AzureStore(ConnectionString(request.getfixturevalue("azurite").connection_string))
    yield real
    await real.close()


@pytest.fixture(params=IMPLEMENTATIONS)
async def queues(request: pytest.FixtureRequest) -> AsyncIterator[Queues]:
    if request.param == "memory":
        yield MemoryQueues()
        return
    async with RealQueues(request.getfixturevalue("emulator").connection_string) as real:
        yield real
