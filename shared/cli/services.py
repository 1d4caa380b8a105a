"""What commands work with: the same store and bus as the functions, without what only functions need."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from shared.cli.context import BUS, TABLES
from shared.runtime.bus import Bus
from shared.runtime.clock import Clock, SystemClock
from shared.runtime.deadletters import DeadLetters
from shared.runtime.errors import MissingSettings
from shared.runtime.store import Store

if TYPE_CHECKING:
    from shared.runtime.azure.connection import Connection


class Services(Protocol):
    """Opened on first use: a command that only reads tables needs no bus."""

    @property
    def store(self) -> Store: ...

    @property
    def bus(self) -> Bus: ...

    @property
    def dead_letters(self) -> DeadLetters: ...

    @property
    def clock(self) -> Clock: ...


class AzureServices:
    """Clients as the settings name them; each raises MissingSettings where its connection is not configured."""

    def __init__(self, environment: Mapping[str, str], closing: AsyncExitStack) -> None:
        self._environment = environment
        self._closing = closing
        self.clock = SystemClock()

    # The SDKs are imported where they are used: most commands need one of them.
    @cached_property
    def store(self) -> Store:
        from azure.data.tables.aio import TableServiceClient

        from shared.runtime.azure.connection import tables_connection
        from shared.runtime.azure.store import AzureStore

        connection = tables_connection(self._environment)
        _check(TABLES, connection, TableServiceClient.from_connection_string)
        store = AzureStore(connection)
        self._closing.push_async_callback(store.close)
        return store

    @cached_property
    def bus(self) -> Bus:
        from shared.runtime.azure.bus import AzureBus

        bus = AzureBus(self._servicebus())
        self._closing.push_async_callback(bus.close)
        return bus

    @cached_property
    def dead_letters(self) -> DeadLetters:
        from shared.runtime.azure.deadletters import AzureDeadLetters

        return AzureDeadLetters(self._servicebus())

    def _servicebus(self) -> "Connection":
        from azure.servicebus import parse_connection_string

        from shared.runtime.azure.connection import servicebus_connection

        connection = servicebus_connection(self._environment)
        _check(BUS, connection, parse_connection_string)
        return connection


@asynccontextmanager
async def azure(environment: Mapping[str, str]) -> AsyncIterator[Services]:
    """Open what a command asks for, and close it at its end."""
    async with AsyncExitStack() as closing:
        yield AzureServices(environment, closing)


def _check(name: str, connection: "Connection", read: Callable[[str], object]) -> None:
    """Raise MissingSettings where the SDK would not take the connection string, which is not told: it holds a key."""
    text = getattr(connection, "text", None)
    if text is None:
        return
    try:
        read(text)
    except ValueError:
        raise MissingSettings(f"{name} is not a connection string.") from None
