"""Nothing in a message acts, nothing is loaded from elsewhere, and looking changes nothing."""

from typing import Any

import pytest

from tests.contract.channels.browser import Browser
from tests.contract.channels.mailbox import Mailbox

TICKET = "https://care.example/t/k1.t.2.x"
EVIL = "\"><script>alert('&')</script>"


@pytest.mark.parametrize("where", ["text", "subject", "tag", "html", "header", "query"])
async def test_markup_is_text_wherever_it_comes_from(browser: Browser, sink: Mailbox, where: str) -> None:
    changed: dict[str, Any] = {"header": {"headers": {"X-Evil": EVIL}}, "query": {}}.get(where, {where: EVIL})
    channel = "sms" if where == "tag" else "email"
    message = await sink.accept(channel, changed.pop("text", "hello"), **changed)
    for path in ("/inbox", f"/inbox/{message}", "/inbox?q=%22%3E%3Cscript%3E", "/failures?to=%22%3E%3Cscript%3E"):
        page = await browser.open(path)
        assert page.status == 200
        assert page.html.count("<script") == 1
        assert "alert('&')" not in page.html


@pytest.mark.parametrize("evil", ["javascript:alert(1)", "data:text/html,x", "JavaScript://a.b/%0aalert(1)"])
async def test_only_web_addresses_are_links(browser: Browser, sink: Mailbox, evil: str) -> None:
    html = f'<a href="{evil}">x</a>'
    message = await sink.accept("email", f"See {evil}", html=html, headers={"List-Unsubscribe": f"<{evil}>"})
    for path in ("/inbox", f"/inbox/{message}"):
        page = await browser.open(path)
        assert all(href.startswith(("/", "#")) for href in page.hrefs)


async def test_html_is_shown_in_a_frame_that_can_do_nothing(browser: Browser, sink: Mailbox) -> None:
    html = f"{EVIL}<img src='https://evil.example/pixel'><p style='color:red'>solved</p>"
    message = await sink.accept("email", "solved", html=html)
    page = await browser.open(f"/inbox/{message}")
    assert "evil.example" not in page.html
    assert page.loaded == ["/static/sink.js", f"/inbox/{message}/html"]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.html
    frame = await browser.open(f"/inbox/{message}/html")
    policy = frame.headers["Content-Security-Policy"].split("; ")
    assert "<p style='color:red'>solved</p>" in frame.html
    assert policy[0] == "sandbox allow-popups allow-popups-to-escape-sandbox"
    assert {"default-src 'none'", "img-src data:", "form-action 'none'"} <= set(policy)


@pytest.mark.parametrize("path", ["/inbox", "/inbox?q=none", "/inbox/unknown", "/failures", "/reset"])
async def test_a_page_runs_and_loads_only_what_is_ours(browser: Browser, path: str) -> None:
    page = await browser.open(path)
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'"} <= set(policy)
    assert page.loaded == ["/static/sink.js"]
    assert "style=" not in page.html
    for asset in ("sink.js", "sink.css", "icon.svg"):
        assert (await browser.open(f"/static/{asset}")).status == 200


async def test_looking_changes_nothing(browser: Browser, sink: Mailbox) -> None:
    message = await sink.accept("email", TICKET)
    before = await sink.inbox()
    for path in ("/inbox", f"/inbox/{message}", f"/inbox/{message}/html", "/failures", "/reset", "/inbox.json"):
        await browser.open(path)
    for path in (f"/inbox/{message}/open", "/failures/clear", "/everything"):
        assert (await browser.open(path)).status in (404, 405)
    assert await sink.inbox() == before


CHANGES = [
    ("POST", "/inbox/{id}/open"),
    ("POST", "/inbox/{id}/click"),
    ("POST", "/inbox/{id}/report"),
    ("POST", "/inbox/{id}/reply"),
    ("POST", "/failures"),
    ("POST", "/failures/clear"),
    ("POST", "/failures/1/remove"),
    ("POST", "/reset"),
    ("DELETE", "/inbox"),
    ("DELETE", "/failures"),
    ("DELETE", "/failures/1"),
    ("DELETE", "/everything"),
]


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_a_page_from_elsewhere_changes_nothing(sink: Mailbox, method: str, path: str) -> None:
    await sink.fail("slow", to="nobody")
    message = await sink.accept("email", "hello")
    headers = {"Origin": "https://evil.example"}
    async with sink.session.request(method, sink.url + path.format(id=message), headers=headers) as answer:
        assert answer.status == 403
    assert [shown["state"] for shown in await sink.inbox()] == ["delivered"]
