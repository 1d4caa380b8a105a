"""Beginning anew: what is forgotten, and what is not."""

from pathlib import Path

from shared.channels.acs import AcsProvider
from shared.channels.credentials import AccessKey
from tests.cloud.sink import ACCESS_KEY
from tests.contract.channels.browser import Browser
from tests.contract.channels.mailbox import NOW, Mailbox, open_mailbox
from tests.contract.channels.test_provider import message


async def send_again(sink: Mailbox) -> None:
    """Send one and the same request."""
    provider = AcsProvider(sink.url, AccessKey(ACCESS_KEY), now=lambda: NOW)
    await provider.send(message("sms", request_id="11111111-1111-4111-8111-111111111111", first_sent=NOW))
    await provider.aclose()


async def left(sink: Mailbox) -> tuple[int, int, int]:
    """How many messages, failures in force and reports to send there are."""
    async with sink.session.get(f"{sink.url}/failures") as answer:
        failures = len((await answer.json())["failures"])
    async with sink.session.get(f"{sink.url}/health") as answer:
        return len(await sink.inbox()), failures, (await answer.json())["pending_reports"]


async def test_the_page_says_what_is_forgotten_and_forgets_nothing(sink: Mailbox) -> None:
    await send_again(sink)
    await sink.fail("reject")
    page = await Browser(sink.url, sink.session).open("/reset")
    forgotten = (
        "messages, failures (1 in force), browsers, the 1 request id that repeats are known by, and the 1 report"
    )
    assert f"forgets {forgotten}" in page.text
    assert await left(sink) == (1, 1, 1)


async def test_clearing_keeps_failures_reports_and_request_ids(sink: Mailbox) -> None:
    await send_again(sink)
    await sink.fail("reject")
    browser = Browser(sink.url, sink.session)
    await browser.open("/reset")
    page = await browser.press("Clear the messages")
    assert "No messages yet" in page.text
    await send_again(sink)
    assert await left(sink) == (0, 1, 1)


async def test_a_reset_forgets_everything(sink: Mailbox) -> None:
    await sink.fail("bounce")
    await send_again(sink)
    browser = Browser(sink.url, sink.session)
    await browser.open("/reset")
    page = await browser.press("Reset everything")
    assert "No messages yet" in page.text
    assert await left(sink) == (0, 0, 0)
    assert "Nothing yet." in (await browser.open("/failures")).text
    await send_again(sink)
    assert await left(sink) == (1, 0, 1)


async def test_a_program_resets_by_one_request(sink: Mailbox) -> None:
    await send_again(sink)
    async with sink.session.delete(f"{sink.url}/everything") as answer:
        assert answer.status == 204
    assert await left(sink) == (0, 0, 0)


async def test_a_reset_outlives_the_sink(tmp_path: Path) -> None:
    async with open_mailbox(data=tmp_path) as sink:
        await send_again(sink)
        async with sink.session.delete(f"{sink.url}/everything"):
            pass
    async with open_mailbox(data=tmp_path) as sink:
        assert await left(sink) == (0, 0, 0)
        await send_again(sink)
        assert len(await sink.inbox()) == 1


async def test_a_reset_makes_the_file_small_again(tmp_path: Path) -> None:
    """The file is read at each start, and a tester resets often."""
    async with open_mailbox(data=tmp_path) as sink:
        for _ in range(3):
            await sink.accept("email", "x" * 100_000)
        async with sink.session.delete(f"{sink.url}/everything"):
            pass
    assert (tmp_path / "sink.jsonl").stat().st_size < 100
    async with open_mailbox(data=tmp_path) as sink:
        assert await sink.inbox() == []
        await sink.accept("sms", "kept")
    async with open_mailbox(data=tmp_path) as sink:
        assert [message["text"] for message in await sink.inbox()] == ["kept"]


async def test_anything_else_is_not_reset(sink: Mailbox) -> None:
    await send_again(sink)
    async with sink.session.post(f"{sink.url}/reset", data={"what": "half"}) as answer:
        assert answer.status == 400
    assert await left(sink) == (1, 0, 1)
