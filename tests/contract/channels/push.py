"""Web Push against both providers: in memory, and the real one in front of a sink that has a browser."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol
from uuid import uuid4

import aiohttp

from local.sink.server import Options, serving
from shared.channels.memory import Failure, MemoryProvider
from shared.channels.provider import Outgoing, Provider
from shared.channels.signing import decode_key
from shared.channels.webpush import WebPushProvider
from tests.cloud.sink import ACCESS_KEY
from tests.contract.channels.backends import START, Clock

VAPID_KEY = secrets.token_urlsafe(32)
SENDER = "mailto:care@example.org"


class PushBackend(Protocol):
    """A provider, and what a test may do behind its back."""

    provider: Provider

    async def subscribe(self) -> str:
        """A contact point to push to."""
        ...

    async def fail_next(self, failure: Failure) -> None: ...

    async def accepted(self) -> list[str]:
        """The texts of the messages that went out, oldest first."""
        ...


class MemoryPush:
    """The provider of the simulation."""

    def __init__(self) -> None:
        self._next: list[Failure] = []
        self._memory = MemoryProvider(Clock().now, failures=lambda _: self._next.pop() if self._next else None)
        self.provider: Provider = self._memory

    async def subscribe(self) -> str:
        return "{}"

    async def fail_next(self, failure: Failure) -> None:
        self._next.append(failure)

    async def accepted(self) -> list[str]:
        return [message.text for message in self._memory.accepted]


class SinkPush:
    """The provider of the cloud, in front of the sink; both read the test's clock."""

    def __init__(self, url: str, clock: Clock, provider: WebPushProvider, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.clock = clock
        self.provider: Provider = provider
        self.session = session

    async def subscription(self) -> dict[str, Any]:
        async with self.session.post(f"{self.url}/push/subscriptions", json={"whose": "Kim"}) as answer:
            answer.raise_for_status()
            return dict(await answer.json())

    async def subscribe(self) -> str:
        return point_of(await self.subscription())

    async def fail_next(self, failure: Failure) -> None:
        plan = {"channel": "push", "mode": failure, "times": 1}
        async with self.session.post(f"{self.url}/failures", json=plan) as answer:
            answer.raise_for_status()

    async def inbox(self) -> list[dict[str, Any]]:
        """Newest first."""
        async with self.session.get(f"{self.url}/inbox.json") as answer:
            return list((await answer.json())["messages"])

    async def accepted(self) -> list[str]:
        return [message["text"] for message in reversed(await self.inbox())]


def point_of(subscription: dict[str, Any]) -> str:
    """The contact point that a browser's subscription is kept as."""
    return json.dumps({"endpoint": subscription["endpoint"], **subscription["keys"]})


def notification(to: str, text: str = "Prüfung läuft.", **more: Any) -> Outgoing:
    return Outgoing(
        channel="push",
        to=to,
        sender=SENDER,
        text=text,
        subject="Your device",
        request_id=str(uuid4()),
        first_sent=START,
        **more,
    )


@asynccontextmanager
async def sink_push() -> AsyncIterator[SinkPush]:
    """A provider connected to a sink of its own."""
    clock = Clock()
    options = Options(key=decode_key(ACCESS_KEY), now=clock.now)
    async with serving(options) as (url, _), aiohttp.ClientSession() as session:
        provider = WebPushProvider(VAPID_KEY, local=True, now=clock.now)
        try:
            yield SinkPush(url, clock, provider, session)
        finally:
            await provider.aclose()
