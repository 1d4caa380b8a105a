"""Links are found in what a person can click, and nothing is lost between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.sink.links import links, pieces, ticket


@given(st.text(alphabet=st.sampled_from("ab .,)<>'\"&/:htps")) | st.just("https://a.b/c, http://d) x"))
def test_cutting_at_links_loses_nothing(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text


def test_links_of_a_mail_are_found_once_each_with_entities_resolved() -> None:
    html = "<a href='https://a.b/?x=1&amp;y=2'>x</a><a href='https://c.d'>https://e.f</a>"
    assert links("https://a.b/?x=1&y=2", html) == ["https://a.b/?x=1&y=2", "https://c.d"]


@pytest.mark.parametrize(
    "html",
    ["<img src='https://a.b/pixel'>", "<a href='javascript:alert(1)'>x</a>", "<a href>x</a>", "<a href='https://"],
)
def test_what_nobody_can_click_is_no_link(html: str) -> None:
    assert links("", html) == []


def test_a_ticket_link_is_told_from_others() -> None:
    others = ["https://a.b/u/1", "https://a.b/t/1/2", "https://a.b/x/t/1", "https://a.b/t/"]
    assert ticket([*others, "https://a.b/t/k1.t.2.x", "https://a.b/t/2"]) == "https://a.b/t/k1.t.2.x"
    assert ticket(others) == ""
