"""What only the adapter to Azure Communication Services can show: connections, time and credentials."""

import asyncio
import base64
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

import aiohttp
import pytest
from aiohttp import web
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from shared.channels.acs import AcsProvider
from shared.channels.credentials import AccessKey, Identity
from shared.channels.errors import OutcomeUnknown, Rejected, Unavailable
from tests.cloud.sink import ACCESS_KEY
from tests.contract.channels.backends import SinkBackend, sink_backend
from tests.contract.channels.test_provider import message


@pytest.fixture
async def sink() -> AsyncIterator[SinkBackend]:
    async with sink_backend() as backend:
        yield backend


async def plan_slow(sink: SinkBackend) -> None:
    plan = {"channel": "sms", "mode": "slow", "seconds": 3600, "times": 1}
    async with aiohttp.ClientSession() as session, session.post(f"{sink.url}/failures", json=plan) as answer:
        answer.raise_for_status()


async def test_a_timeout_leaves_the_outcome_unknown_and_the_message_sent(sink: SinkBackend) -> None:
    await plan_slow(sink)
    hasty = AcsProvider(sink.url, AccessKey(ACCESS_KEY), timeout=0.3, now=sink.clock.now)
    with pytest.raises(OutcomeUnknown):
        await hasty.send(message("sms"))
    await hasty.aclose()
    assert len(await sink.accepted()) == 1


async def test_a_repeat_while_the_original_runs_is_unknown_too(sink: SinkBackend) -> None:
    await plan_slow(sink)
    once = message("sms")
    original = asyncio.create_task(sink.provider.send(once))
    while not await sink.accepted():
        pass
    with pytest.raises(OutcomeUnknown, match="409"):
        await sink.provider.send(once)
    original.cancel()


async def test_a_refused_connection_was_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        provider = AcsProvider(f"http://127.0.0.1:{unused.getsockname()[1]}", AccessKey(ACCESS_KEY))
        with pytest.raises(Unavailable):
            await provider.send(message("sms"))
        await provider.aclose()


async def test_a_wrong_key_says_nothing_about_the_message(sink: SinkBackend) -> None:
    key = base64.b64encode(b"another key").decode()
    stranger = AcsProvider(sink.url, AccessKey(key), now=sink.clock.now)
    with pytest.raises(Unavailable, match="401 Denied"):
        await stranger.send(message("email"))
    await stranger.aclose()


async def test_a_clock_that_is_off_is_denied(sink: SinkBackend) -> None:
    stranger = AcsProvider(sink.url, AccessKey(ACCESS_KEY), now=lambda: sink.clock.now() + timedelta(minutes=6))
    with pytest.raises(Unavailable, match="x-ms-date"):
        await stranger.send(message("email"))
    await stranger.aclose()


async def test_a_malformed_address_is_refused_without_being_named(sink: SinkBackend) -> None:
    with pytest.raises(Rejected, match=r"400 BadRequest: smsRecipients\.0\.to") as refused:
        await sink.provider.send(replace(message("sms"), to="0301234567"))
    assert "0301234567" not in str(refused.value)


async def test_a_connection_string_makes_the_same_provider(sink: SinkBackend) -> None:
    sink.clock.time = datetime.now(UTC)
    provider = AcsProvider.from_connection_string(f"endpoint={sink.url}/;accesskey={ACCESS_KEY}")
    await provider.send(replace(message("sms"), first_sent=sink.clock.time))
    await provider.aclose()
    assert len(await sink.accepted()) == 1


class Tokens:
    """A credential whose token is known, or is refused."""

    def __init__(self, *, refused: bool = False) -> None:
        self.refused = refused
        self.closed = False

    async def get_token(self, *scopes: str, **_: object) -> AccessToken:
        if self.refused:
            raise ClientAuthenticationError("no such identity")
        return AccessToken(f"token for {scopes[0]}", int(time.time()) + 3600)

    async def close(self) -> None:
        self.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Recorder(NamedTuple):
    url: str
    seen: list[str]


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    """A service that accepts any identity and remembers it."""
    seen: list[str] = []

    async def accept(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.json_response({"id": "1", "status": "Running"}, status=202)

    app = web.Application()
    app.router.add_post("/emails:send", accept)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Recorder(f"http://127.0.0.1:{runner.addresses[0][1]}", seen)
    await runner.cleanup()


async def test_an_identity_sends_a_token_for_the_service(recorder: Recorder) -> None:
    tokens = Tokens()
    provider = AcsProvider(recorder.url, Identity(lambda: tokens))
    await provider.send(message("email"))
    await provider.aclose()
    assert recorder.seen == ["Bearer token for https://communication.azure.com/.default"]
    assert tokens.closed


async def test_without_a_token_nothing_is_sent(recorder: Recorder) -> None:
    provider = AcsProvider(recorder.url, Identity(lambda: Tokens(refused=True)))
    with pytest.raises(Unavailable, match="ClientAuthenticationError"):
        await provider.send(message("email"))
    await provider.aclose()
    assert recorder.seen == []
