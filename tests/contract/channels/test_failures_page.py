"""Failures on demand as people use them: a button each, what is in force, what went wrong."""

from typing import Any

import pytest

from local.sink.failures import Mode
from local.sink.pages.failing import BUTTONS
from shared.channels.errors import Rejected, Throttled
from tests.contract.channels.browser import Browser
from tests.contract.channels.mailbox import Mailbox


@pytest.fixture
async def browser(sink: Mailbox) -> Browser:
    browser = Browser(sink.url, sink.session)
    await browser.open("/failures")
    return browser


async def in_force(sink: Mailbox) -> list[dict[str, Any]]:
    async with sink.session.get(f"{sink.url}/failures") as answer:
        return list((await answer.json())["failures"])


@pytest.mark.parametrize("mode", Mode)
async def test_every_mode_is_a_button(browser: Browser, sink: Mailbox, mode: Mode) -> None:
    page = await browser.press(BUTTONS[mode].label, channel="email", to="kim@example.com", times="2")
    planned = (await in_force(sink))[0]
    expected = {"mode": mode, "channel": "email", "to": "kim@example.com", "times": 2}
    assert {name: planned[name] for name in expected} == expected
    assert "E-mail to kim@example.com, 2 times" in page.text
    assert "1 in force" in page.text


async def test_a_mode_has_its_own_fields(browser: Browser, sink: Mailbox) -> None:
    await browser.press("Throttle", retry_after="30")
    await browser.press("Slow answer", seconds="0.5")
    page = await browser.press("Bounce", status="Suppressed", channel="email")
    throttle, slow, bounce = await in_force(sink)
    assert (throttle["retry_after"], slow["seconds"], bounce["status"]) == (30, 0.5, "Suppressed")
    for shown in ("Throttle (retry after 30 s)", "Slow answer (0.5 s)", "Bounce (Suppressed)"):
        assert shown in page.text


async def test_empty_fields_mean_anybody_and_always(browser: Browser, sink: Mailbox) -> None:
    page = await browser.press("Server error", to="", times="")
    assert (await in_force(sink))[0]["to"] is None
    assert "SMS to anybody, always" in page.text


async def test_enter_in_a_field_lets_nothing_go_wrong(browser: Browser) -> None:
    """What Enter presses is a form's first button (HTML, implicit submission)."""
    form = browser.page.html.partition('action="/failures"')[2]
    assert form[form.index("<button") :].startswith("<button disabled")


async def test_one_failure_is_removed_then_all(browser: Browser, sink: Mailbox) -> None:
    for label in ("Refuse", "Throttle", "Server error"):
        await browser.press(label)
    await browser.press("Remove: Throttle")
    assert [planned["mode"] for planned in await in_force(sink)] == ["reject", "error"]
    page = await browser.press("Remove all")
    assert await in_force(sink) == []
    assert "Nothing. Messages are accepted and delivered." in page.text


async def test_a_failure_is_removed_by_its_number(sink: Mailbox) -> None:
    await sink.fail("reject")
    await sink.fail("error")
    path = f"{sink.url}/failures/{(await in_force(sink))[0]['id']}"
    statuses = []
    for _ in range(2):
        async with sink.session.delete(path) as answer:
            statuses.append(answer.status)
    assert statuses == [204, 404]
    assert [planned["mode"] for planned in await in_force(sink)] == ["error"]


async def test_what_went_wrong_is_listed_latest_first(browser: Browser, sink: Mailbox) -> None:
    await browser.press("Throttle", retry_after="7")
    await browser.press("Refuse")
    with pytest.raises(Throttled):
        await sink.accept("sms", "one")
    with pytest.raises(Rejected):
        await sink.accept("sms", "two")
    page = await browser.open("/failures")
    lately = page.text.partition("What went wrong lately")[2]
    refused, throttled = lately.index("Refuse: SMS to +4930123456"), lately.index("Throttle (retry after 7 s)")
    assert refused < throttled
    assert "2026-03-01 12:00:00 UTC" in lately


@pytest.mark.parametrize(
    ("label", "field", "value"),
    [
        ("Refuse", "times", "0"),
        ("Throttle", "retry_after", "x"),
        ("Slow answer", "seconds", "-1"),
        ("Slow", "channel", "x"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_planned(
    browser: Browser, sink: Mailbox, label: str, field: str, value: str
) -> None:
    page = await browser.press(label, **{field: value})
    assert page.status == 400
    assert f"{field}: " in page.text
    assert await in_force(sink) == []


async def test_a_message_leads_to_the_failure_of_the_next_one(browser: Browser, sink: Mailbox) -> None:
    message = await sink.accept("email", "hello")
    page = await browser.open(f"/inbox/{message}")
    page = await browser.open(page.links["Let it fail ..."])
    fields = page.forms[0].fields
    assert (fields["channel"], fields["to"]) == ("email", "kim@example.com")
