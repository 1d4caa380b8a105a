"""What commands work with: the same store and bus as the functions, without what only functions need."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from typing import Protocol

from shared.runtime.bus import Bus
from shared.runtime.clock import Clock, SystemClock
from shared.runtime.deadletters import DeadLetters
from shared.runtime.store import Store


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
        from shared.runtime.azure.connection import tables_connection
        from shared.runtime.azure.store import AzureStore

        store = AzureStore(tables_connection(self._environment))
        self._closing.push_async_callback(store.close)
        return store

    @cached_property
    def bus(self) -> Bus:
        from shared.runtime.azure.bus import AzureBus
        from shared.runtime.azure.connection import servicebus_connection

        bus = AzureBus(servicebus_connection(self._environment))
        self._closing.push_async_callback(bus.close)
        return bus

    @cached_property
    def dead_letters(self) -> DeadLetters:
        from shared.runtime.azure.connection import servicebus_connection
        from shared.runtime.azure.deadletters import AzureDeadLetters

        return AzureDeadLetters(servicebus_connection(self._environment))


@asynccontextmanager
async def azure(environment: Mapping[str, str]) -> AsyncIterator[Services]:
    """Open what a command asks for, and close it at its end."""
    async with AsyncExitStack() as closing:
        yield AzureServices(environment, closing)
