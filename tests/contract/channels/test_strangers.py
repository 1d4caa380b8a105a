"""The inbox is for whoever sits at this machine: no page from elsewhere reads it or acts on it, by whatever name."""

import pytest

from tests.contract.channels.mailbox import Mailbox

PEOPLE = [
    ("GET", "/"),
    ("GET", "/inbox"),
    ("GET", "/inbox.json"),
    ("GET", "/failures"),
    ("GET", "/reset"),
    ("GET", "/health"),
    ("GET", "/static/sink.js"),
    ("GET", "/unheard-of"),
    ("POST", "/failures"),
    ("POST", "/reset"),
    ("DELETE", "/inbox"),
    ("DELETE", "/everything"),
]
FOREIGN = [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil.localhost",
    "192.0.2.1",
    "[::2]",
    "[",
]


async def ask(sink: Mailbox, method: str, path: str, **headers: str) -> tuple[int, str]:
    async with sink.session.request(method, sink.url + path, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(("method", "path"), PEOPLE)
async def test_a_name_that_was_bound_to_this_machine_opens_nothing(sink: Mailbox, method: str, path: str) -> None:
    """DNS rebinding: the browser takes the sink for the stranger's own site, and says so."""
    await sink.accept("sms", "https://care.example/t/secret")
    host = f"evil.example:{sink.port}"
    status, text = await ask(sink, method, path, Host=host, Origin=f"http://{host}", Accept="text/html")
    assert status == 421
    assert f"http://127.0.0.1:{sink.port}" in text
    assert "secret" not in text
    assert len(await sink.inbox()) == 1


@pytest.mark.parametrize("name", FOREIGN)
async def test_only_three_names_are_this_machine(sink: Mailbox, name: str) -> None:
    for host in (name, f"{name}:{sink.port}"):
        assert (await ask(sink, "GET", "/inbox.json", Host=host))[0] == 421


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LocalHost", "[::1]"])
async def test_each_name_of_this_machine_is_served_on_any_port(sink: Mailbox, name: str) -> None:
    for host in (name, f"{name}:80", f"{name}:{sink.port}"):
        for origin in (f"http://{host.removesuffix(':80')}", f"http://{host}"):
            assert (await ask(sink, "DELETE", "/inbox", Host=host, Origin=origin))[0] == 204


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "http://[", "http://localhost", "https://{own}", "http://{own}9"]
)
async def test_every_other_origin_is_foreign(sink: Mailbox, origin: str) -> None:
    given = origin.format(own=f"127.0.0.1:{sink.port}")
    assert (await ask(sink, "DELETE", "/everything", Origin=given))[0] == 403


async def test_a_signed_request_may_call_the_machine_as_it_likes(sink: Mailbox) -> None:
    """From a container it has another name; the signature covers it, and no page has the key."""
    for path in ("/sms", "/emails:send"):
        assert (await ask(sink, "POST", path, Host="host.docker.internal:8025"))[0] == 401
