"""A message as people read it, and what happens to it next."""

import pytest

from tests.contract.channels.browser import Browser
from tests.contract.channels.mailbox import Mailbox, mail

TICKET = "https://care.example/t/k1.t.2.x"
EVIL = "\"><script>alert('&')</script>"


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
