"""The inbox as people use it: found, read, answered; and nothing in a message acts."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.contract.channels.browser import Browser, Page
from tests.contract.channels.mailbox import KIM, Mailbox, mail, open_mailbox

TICKET = "https://care.example/t/k1.t.2.x"
EVIL = "\"><script>alert('&')</script>"


@pytest.fixture
async def sink() -> AsyncIterator[Mailbox]:
    async with open_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
async def browser(sink: Mailbox) -> Browser:
    return Browser(sink.url, sink.session)


def listed(page: Page) -> list[str]:
    """The ids of the messages in a list."""
    return [href.removeprefix("/inbox/") for href in page.hrefs if href.startswith("/inbox/")]


async def said(browser: Browser, sink: Mailbox, **query: str) -> list[str]:
    """The texts of what is found, in the page and in JSON alike."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    page = await browser.open(f"/inbox?{asked}")
    async with sink.session.get(f"{sink.url}/inbox.json?{asked}") as answer:
        messages = (await answer.json())["messages"]
    texts = [str(message.get("text") or message["plain_text"]) for message in messages]
    assert all(text in page.text for text in texts)
    assert page.html.count("<li id=") == len(texts)
    return texts


async def test_an_empty_inbox_says_how_to_fill_it(browser: Browser) -> None:
    page = await browser.open("/")
    assert "No messages yet" in page.text
    assert "/failures" in page.links.values()


async def test_a_line_tells_channel_recipient_time_subject_and_state(browser: Browser, sink: Mailbox) -> None:
    await sink.accept("email", f"\nHello Kim,\nlook: {TICKET}")
    page = await browser.open("/inbox")
    for shown in (f"E-mail to {KIM}", "just now", "2026-03-01 12:00:00 UTC", "Your ticket", "Hello Kim,", "delivered"):
        assert shown in page.text
    assert TICKET in page.links.values()


async def test_older_messages_are_a_page_away_and_stay_there(browser: Browser, sink: Mailbox) -> None:
    first = await sink.accept("sms", "the first")
    for _ in range(12):
        await sink.send(mail(), to=[f"p{number}@example.com" for number in range(10)])
    page = await browser.open("/inbox")
    pages = [listed(page)]
    await sink.accept("sms", "meanwhile")
    for _ in range(2):
        page = await browser.open(page.links["Older"])
        pages.append(listed(page))
    assert "Older" not in page.links
    assert [len(ids) for ids in pages] == [50, 50, 21]
    assert len({message for ids in pages for message in ids}) == 121
    assert pages[-1][-1] == first
    assert "meanwhile" in (await browser.open(page.links["Newest"])).text


async def test_messages_are_found_by_words_channel_and_state(browser: Browser, sink: Mailbox) -> None:
    await sink.accept("sms", "Your pump PRÜFUNG failed", to="+4930777")
    await sink.accept("email", "The pump is solved", subject="Ticket CAS-1")
    await sink.fail("bounce", times=1)
    await sink.accept("email", "Never arrived")
    assert await said(browser, sink, q="prüfung+pump") == ["Your pump PRÜFUNG failed"]
    assert await said(browser, sink, q="%2B4930777") == ["Your pump PRÜFUNG failed"]
    assert await said(browser, sink, q="cas-1") == ["The pump is solved"]
    assert await said(browser, sink, q="pump") == ["The pump is solved", "Your pump PRÜFUNG failed"]
    assert await said(browser, sink, q="pump", channel="sms") == ["Your pump PRÜFUNG failed"]
    assert await said(browser, sink, state="failed") == ["Never arrived"]


async def test_a_search_is_kept_in_its_form_and_over_pages(browser: Browser, sink: Mailbox) -> None:
    await sink.send(mail(), to=[f"p{number}@example.com" for number in range(50)])
    await sink.send(mail(), to=[KIM])
    await browser.open("/inbox")
    page = await browser.press("Search", q="solved", channel="email")
    assert page.forms[0].fields == {"q": "solved", "channel": "email", "state": ""}
    assert page.links["Older"].startswith("/inbox?q=solved&channel=email&before=")


async def test_a_search_without_result_leads_back(browser: Browser, sink: Mailbox) -> None:
    await sink.accept("sms", "one")
    page = await browser.open("/inbox?q=two")
    assert "Nothing found" in page.text
    assert page.links["Show all 1 messages"] == "/inbox"


async def test_a_message_is_shown_whole_with_what_is_known_of_it(browser: Browser, sink: Mailbox) -> None:
    message = await sink.accept("sms", f"Follow it: {TICKET}.", tag="kim%2Fa~d-1")
    page = await browser.open(f"/inbox/{message}")
    assert page.links["Open the ticket page ↗"] == page.links[TICKET] == TICKET
    for shown in ("+4930123456", "+4930999", "Contact kim/a", "Delivery d-1", f"Message id {message}", "Request id"):
        assert shown in " ".join(page.text.split())


async def test_a_mails_headers_and_attachments_are_shown(browser: Browser, sink: Mailbox) -> None:
    given = mail()
    given["List-Unsubscribe"] = "<https://x.example/u/1>"
    given.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="report.pdf")
    await sink.send(given)
    page = await browser.open(f"/inbox/{(await sink.inbox())[0]['id']}")
    assert page.links["https://x.example/u/1"] == "https://x.example/u/1"
    assert "report.pdf (application/pdf)" in page.text
    assert "by SMTP" in page.text
    assert "Delivered" not in " ".join(page.labels())


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


async def test_what_readers_and_the_provider_do_is_reported(browser: Browser, sink: Mailbox) -> None:
    message = await sink.accept("email", f"See {TICKET} or https://b.example/")
    await browser.open(f"/inbox/{message}")
    await browser.press("Open the mail")
    await browser.press("Click this link: https://b.example/")
    page = await browser.press("Report Suppressed")
    reports = ["E-mail Delivered", "Reader opened", "Reader clicked https://b.example/", "E-mail Suppressed"]
    places = [page.text.index(report) for report in reports]
    assert places == sorted(places)
    assert page.text.count("waiting for the bus") == 5
    assert (await sink.inbox())[0]["state"] == "failed"


async def test_a_customer_can_answer_a_text(browser: Browser, sink: Mailbox) -> None:
    message = await sink.accept("sms", "hello")
    await browser.open(f"/inbox/{message}")
    page = await browser.press("Send the reply", text=f"STOP {EVIL}")
    assert f"Reply STOP {EVIL}" in page.text
    async with sink.session.get(f"{sink.url}/health") as answer:
        assert (await answer.json())["pending_reports"] == 2


@pytest.mark.parametrize(
    ("action", "fields", "status"),
    [("report", {"status": "Lost"}, 400), ("report", {}, 404), ("reply", {"text": "x"}, 409), ("html", {}, 405)],
)
async def test_what_cannot_be_reported_is_refused(
    sink: Mailbox, action: str, fields: dict[str, str], status: int
) -> None:
    message = "unknown" if status == 404 else await sink.accept("email", "hello")
    async with sink.session.post(f"{sink.url}/inbox/{message}/{action}", data=fields) as answer:
        assert answer.status == status


async def test_a_message_that_is_gone_leads_to_the_inbox(browser: Browser) -> None:
    page = await browser.open("/inbox/unknown")
    assert page.status == 404
    assert "may have been cleared" in page.text
    assert page.links["Go to the inbox"] == "/inbox"


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


@pytest.mark.parametrize("path", ["/inbox", "/inbox?q=none", "/inbox/unknown", "/failures", "/reset"])
async def test_a_page_runs_and_loads_only_what_is_ours(browser: Browser, path: str) -> None:
    page = await browser.open(path)
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'"} <= set(policy)
    assert page.loaded == ["/static/sink.js"]
    assert "style=" not in page.html
    for asset in ("sink.js", "sink.css", "icon.svg"):
        assert (await browser.open(f"/static/{asset}")).status == 200


async def test_a_long_message_is_a_short_line(browser: Browser, sink: Mailbox) -> None:
    for _ in range(3):
        await sink.accept("email", "x" * 200_000, subject="y" * 200_000)
    assert len((await browser.open("/inbox")).html) < 10_000


async def test_a_page_that_is_asked_again_is_sent_only_if_it_changed(browser: Browser, sink: Mailbox) -> None:
    tag = (await browser.open("/inbox")).headers["ETag"]
    again = {"Accept": "text/html", "If-None-Match": tag}
    statuses = []
    for _ in range(2):
        async with sink.session.get(f"{sink.url}/inbox", headers=again) as answer:
            statuses.append(answer.status)
        await sink.accept("sms", "news")
    assert statuses == [304, 200]


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
