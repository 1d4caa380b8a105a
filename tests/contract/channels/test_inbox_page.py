"""The inbox as people use it: a line each, newest first, found again."""

from tests.contract.channels.browser import Browser, Page
from tests.contract.channels.mailbox import KIM, Mailbox, mail

TICKET = "https://care.example/t/k1.t.2.x"


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
