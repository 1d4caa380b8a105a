"""The page shows messages without letting them act."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from local.sink.failures import Failure, Mode
from local.sink.links import links, pieces
from local.sink.message import Message
from local.sink.page import render

EVIL = "<script>alert('\"&')</script>"


def sms(text: str) -> Message:
    return Message(
        id="m-1",
        channel="sms",
        to=["+4930123456"],
        sender="+4930999",
        received_at=datetime(2026, 3, 1, tzinfo=UTC),
        text=text,
    )


def email(html: str) -> Message:
    return sms("").model_copy(
        update={"channel": "email", "text": None, "subject": EVIL, "plain_text": EVIL, "html": html}
    )


def test_markup_in_a_message_is_text() -> None:
    page = render([sms(EVIL), email(EVIL)], [], 0)
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#39;&#34;&amp;&#39;)") == 4


def test_a_mail_as_html_stays_in_its_sandbox() -> None:
    page = render([email('"></iframe><b>out</b>')], [], 0)
    assert page.count("<iframe") == page.count("</iframe>") == 1
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "<b>out" not in page


def test_a_link_in_an_sms_can_be_followed() -> None:
    page = render([sms("Follow it at https://x.example/t/abc?a=1&b=2.")], [], 0)
    assert '<a href="https://x.example/t/abc?a=1&amp;b=2" rel="noreferrer">' in page


def test_only_web_addresses_are_links() -> None:
    assert "<a href=" not in render([sms("javascript:alert(1)")], [], 0).partition("<main>")[2]


def test_what_will_go_wrong_is_listed() -> None:
    page = render([], [Failure(channel="sms", mode=Mode.THROTTLE, to=EVIL, times=2)], 3)
    assert "sms: throttle, to &lt;script&gt;" in page
    assert "3 reports waiting" in page


@given(st.text(alphabet=st.sampled_from("ab .,)<>'\"&/:htps")) | st.just("https://a.b/c, http://d) x"))
def test_cutting_at_links_loses_nothing(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text


def test_links_of_a_mail_are_found_once_each_with_entities_resolved() -> None:
    html = "<a href='https://a.b/?x=1&amp;y=2'>https://c.d</a>"
    assert links("https://a.b/?x=1&y=2", html, None) == ["https://a.b/?x=1&y=2", "https://c.d"]
