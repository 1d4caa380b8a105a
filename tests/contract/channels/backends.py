"""The two providers that the contract holds for: in memory, and the adapter in front of a running sink."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

import aiohttp

from local.sink.server import Options, serving
from shared.channels.acs import AcsProvider
from shared.channels.credentials import AccessKey
from shared.channels.memory import Failure, MemoryProvider
from shared.channels.provider import Outgoing, Provider
from shared.channels.signing import decode_key
from tests.cloud.sink import ACCESS_KEY

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


class Backend(Protocol):
    """A provider, and what a test may do behind its back."""

    provider: Provider
    clock: Clock

    async def fail_next(self, channel: str, failure: Failure) -> None: ...

    async def accepted(self) -> list[str]:
        """The texts of the messages that went out, oldest first."""
        ...


class MemoryBackend:
    """The provider of the simulation."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._next: list[Failure] = []
        self._memory = MemoryProvider(self.clock.now, failures=self._take)
        self.provider: Provider = self._memory

    def _take(self, message: Outgoing) -> Failure | None:
        return self._next.pop() if self._next else None

    async def fail_next(self, channel: str, failure: Failure) -> None:
        self._next.append(failure)

    async def accepted(self) -> list[str]:
        return [message.text for message in self._memory.accepted]


class SinkBackend:
    """The provider of the cloud, in front of the sink; both read the test's clock."""

    def __init__(self, url: str, clock: Clock, provider: AcsProvider, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.clock = clock
        self.provider: Provider = provider
        self._session = session

    async def fail_next(self, channel: str, failure: Failure) -> None:
        plan = {"channel": channel, "mode": failure, "times": 1}
        async with self._session.post(f"{self.url}/failures", json=plan) as answer:
            answer.raise_for_status()

    async def accepted(self) -> list[str]:
        async with self._session.get(f"{self.url}/inbox.json") as answer:
            newest_first = (await answer.json())["messages"]
        return [message.get("text") or message["plain_text"] for message in reversed(newest_first)]


@asynccontextmanager
async def sink_backend() -> AsyncIterator[SinkBackend]:
    """An adapter connected to a sink of its own."""
    clock = Clock()
    options = Options(key=decode_key(ACCESS_KEY), now=clock.now)
    async with serving(options) as (url, _), aiohttp.ClientSession() as session:
        provider = AcsProvider(url, AccessKey(ACCESS_KEY), now=clock.now)
        try:
            yield SinkBackend(url, clock, provider, session)
        finally:
            await provider.aclose()
