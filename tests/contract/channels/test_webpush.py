"""What only Web Push itself can show: encryption, signatures, and whom we never call."""

import json
import socket
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult

from shared.channels import webpush
from shared.channels.errors import OutcomeUnknown, Rejected, Unavailable
from shared.channels.webpush import LARGEST_PAYLOAD, SUBJECT, PrivateAddress, PublicResolver, WebPushProvider
from tests.contract.channels.push import SENDER, VAPID_KEY, SinkPush, notification, sink_push


@pytest.fixture
async def sink() -> AsyncIterator[SinkPush]:
    async with sink_push() as backend:
        yield backend


async def test_a_browser_reads_title_text_and_where_a_tap_leads(sink: SinkPush) -> None:
    point = await sink.subscribe()
    await sink.provider.send(notification(point, link="https://care.example/t/abc"))
    [message] = await sink.inbox()
    assert (message["channel"], message["to"], message["from"]) == ("push", "Kim", SENDER)
    assert (message["subject"], message["text"]) == ("Your device", "Prüfung läuft.")
    assert message["leads_to"] == "https://care.example/t/abc"


async def test_the_page_of_a_message_links_to_where_it_leads(sink: SinkPush) -> None:
    await sink.provider.send(notification(await sink.subscribe(), link="https://care.example/t/abc"))
    [message] = await sink.inbox()
    async with sink.session.get(f"{sink.url}/inbox/{message['id']}", headers={"Accept": "text/html"}) as answer:
        page = await answer.text()
    assert "A tap leads to" in page
    assert 'href="https://care.example/t/abc"' in page
    assert "Nobody reports what becomes of a push message." in page


async def test_the_largest_message_fits_and_a_larger_one_is_not_sent(sink: SinkPush) -> None:
    point = await sink.subscribe()
    room = LARGEST_PAYLOAD - len(webpush.payload(notification(point, "")))
    await sink.provider.send(notification(point, "x" * room))
    with pytest.raises(Rejected) as refused:
        await sink.provider.send(notification(point, "x" * (room + 1)))
    assert refused.value.reason_code == "too_long"
    assert len(await sink.accepted()) == 1


async def test_a_subscription_that_was_closed_is_gone(sink: SinkPush) -> None:
    subscription = await sink.subscription()
    name = subscription["endpoint"].rpartition("/")[2]
    async with sink.session.delete(f"{sink.url}/push/subscriptions/{name}") as answer:
        assert answer.status == 204
    point = json.dumps({"endpoint": subscription["endpoint"], **subscription["keys"]})
    with pytest.raises(Rejected, match="410") as refused:
        await sink.provider.send(notification(point))
    assert refused.value.reason_code == "invalid_contact_point"


async def test_a_signature_that_is_off_by_a_day_is_the_operators_trouble(sink: SinkPush) -> None:
    point = await sink.subscribe()
    provider = WebPushProvider(VAPID_KEY, local=True, now=lambda: sink.clock.now() - timedelta(days=1))
    with pytest.raises(Unavailable, match="403"):
        await provider.send(notification(point))
    await provider.aclose()


async def test_a_timeout_leaves_the_outcome_unknown(sink: SinkPush) -> None:
    point = await sink.subscribe()
    plan = {"channel": "push", "mode": "slow", "seconds": 3600, "times": 1}
    async with sink.session.post(f"{sink.url}/failures", json=plan) as answer:
        answer.raise_for_status()
    hasty = WebPushProvider(VAPID_KEY, local=True, now=sink.clock.now, timeout=0.5)
    with pytest.raises(OutcomeUnknown):
        await hasty.send(notification(point))
    await hasty.aclose()
    assert len(await sink.accepted()) == 1


async def test_a_refused_connection_was_not_sent(sink: SinkPush) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        here = f"http://127.0.0.1:{unused.getsockname()[1]}/push/1"
        subscription = await sink.subscription()
        with pytest.raises(Unavailable):
            await sink.provider.send(notification(json.dumps({**subscription["keys"], "endpoint": here})))


def pointing(subscription: str, endpoint: str) -> str:
    return json.dumps({**json.loads(subscription), "endpoint": endpoint})


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://10.0.0.1/1",
        "https://169.254.169.254/latest",
        "https://[fd00::1]/1",
        "https://127.0.0.1./1",
        "https://localhost/1",
        "http://push.example.com/1",
        "https://intranet/1",
        "file:///etc/passwd",
        "https://",
    ],
)
async def test_an_address_inside_is_never_called(sink: SinkPush, endpoint: str) -> None:
    """The real provider of the cloud, which lets in no machine of ours."""
    provider = WebPushProvider(VAPID_KEY, now=sink.clock.now)
    with pytest.raises(Rejected) as refused:
        await provider.send(notification(pointing(await sink.subscribe(), endpoint)))
    assert refused.value.reason_code == "invalid_contact_point"
    assert endpoint not in str(refused.value)
    await provider.aclose()


class LeadsTo(aiohttp.abc.AbstractResolver):
    """A name service that says what it is told to."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=each, port=port, family=family, proto=0, flags=0)
            for each in self._addresses
        ]

    async def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"]
)
async def test_a_name_that_leads_inside_is_never_called(sink: SinkPush, inside: str) -> None:
    """Also where only one of its addresses does: the next request might go there."""
    resolver = PublicResolver(names=LeadsTo("93.184.215.14", inside))

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=resolver))

    provider = WebPushProvider(VAPID_KEY, now=sink.clock.now, session=session)
    with pytest.raises(Rejected, match="private address") as refused:
        await provider.send(notification(pointing(await sink.subscribe(), "https://push.example.com/1")))
    assert refused.value.reason_code == "invalid_contact_point"
    await provider.aclose()


async def test_a_public_name_is_resolved() -> None:
    found = await PublicResolver(names=LeadsTo("93.184.215.14")).resolve("push.example.com")
    assert [each["host"] for each in found] == ["93.184.215.14"]


async def test_only_this_machines_own_name_is_let_in_locally() -> None:
    names = LeadsTo("127.0.0.1")
    assert await PublicResolver(names=names, local=True).resolve("localhost")
    with pytest.raises(PrivateAddress):
        await PublicResolver(names=names, local=True).resolve("push.example.com")


async def test_a_redirect_is_not_followed(sink: SinkPush) -> None:
    followed: list[str] = []

    async def redirect(request: web.Request) -> web.Response:
        followed.append(request.path)
        return web.Response(status=307, headers={"Location": "/inside"})

    app = web.Application()
    app.router.add_post("/{tail:.*}", redirect)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here = f"http://127.0.0.1:{runner.addresses[0][1]}/push/1"
    with pytest.raises(OutcomeUnknown):
        await sink.provider.send(notification(pointing(await sink.subscribe(), here)))
    await runner.cleanup()
    assert followed == ["/push/1"]


@pytest.mark.parametrize("point", ["", "{}", "[]", '{"endpoint": 5}', "+4930123456"])
async def test_what_is_no_subscription_is_refused(sink: SinkPush, point: str) -> None:
    with pytest.raises(Rejected) as refused:
        await sink.provider.send(notification(point))
    assert refused.value.reason_code == "invalid_contact_point"


async def test_a_key_that_is_no_point_of_the_curve_is_refused(sink: SinkPush) -> None:
    subscription = json.loads(await sink.subscribe())
    zeros = "BA" + "A" * 85
    assert len(urlsafe_b64decode(zeros + "=")) == 65
    with pytest.raises(Rejected) as refused:
        await sink.provider.send(notification(json.dumps({**subscription, "p256dh": zeros})))
    assert refused.value.reason_code == "invalid_contact_point"


@pytest.mark.parametrize("key", ["", "secret", "!" * 43, "A" * 42, "A" * 80])
def test_a_key_that_is_none_is_refused_without_being_told(key: str) -> None:
    with pytest.raises(ValueError, match="is not 32 bytes") as refused:
        WebPushProvider(key)
    assert not key or key not in str(refused.value)


@pytest.mark.parametrize(
    ("subject", "good"),
    [
        ("mailto:care@example.org", True),
        ("https://example.org/contact", True),
        ("care@example.org", False),
        ("mailto:", False),
        ("http://example.org", False),
    ],
)
def test_a_push_service_can_complain_to_somebody(subject: str, good: bool) -> None:
    assert bool(SUBJECT.fullmatch(subject)) == good
