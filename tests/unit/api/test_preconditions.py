"""Request headers that bind a command: what they mean however they are written."""

import pytest

from shared.api.preconditions import MAX_WAIT, matches, wait_of


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("", None),
        ("wait=5", 5),
        ("WAIT = 5", 5),
        ('wait="5"', 5),
        ("respond-async, wait=10", 10),
        ("wait=10, respond-async", 10),
        ("wait=10; foo", 10),
        ("wait=0", 0),
        ("wait=999999999", MAX_WAIT),
        ("wait=9999999999", None),
        ("wait=-1", None),
        ("wait=1.5", None),
        ("wait=soon", None),
        ("await=5", None),
        ("foo=wait=5", None),
    ],
)
def test_prefer_says_how_long_a_caller_will_wait(prefer: str, seconds: int | None) -> None:
    assert wait_of(prefer) == seconds


@pytest.mark.parametrize(
    ("if_match", "holds"),
    [('"2"', True), ("*", True), ('"1" , "2"', True), ('"1"', False), ('W/"2"', False), ("2", False), ("", False)],
)
def test_if_match_holds_for_the_strong_tag_or_any(if_match: str, holds: bool) -> None:
    assert matches(if_match, '"2"') is holds
