"""Ids: equal where the same is meant, different where not, and fit to be keys of a table."""

import re

from hypothesis import assume, example, given
from hypothesis import strategies as st

from shared.runtime.azure.limits import MAX_KEY_UNITS
from shared.runtime.ids import CROCKFORD, LENGTH, LONGEST, derived, joined, made, quoted, units

PARTS = st.lists(st.text(), max_size=4)
FORBIDDEN = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
"""https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model"""


@given(PARTS)
def test_a_derived_id_is_26_crockford_characters(parts: list[str]) -> None:
    identity = derived(*parts)
    assert len(identity) == LENGTH
    assert set(identity) <= set(CROCKFORD)
    assert derived(*parts) == identity


@given(PARTS, PARTS)
@example(["ab", "c"], ["a", "bc"])
@example(["a"], ["a", ""])
@example([], [""])
@example(["\x00\x00\x00\x01a"], ["", "a"])
def test_other_parts_give_another_id(one: list[str], other: list[str]) -> None:
    assume(one != other)
    assert derived(*one) != derived(*other)


def test_a_derived_id_never_changes_from_one_release_to_the_next() -> None:
    assert derived("run", "critical-device-error", "e1") == "2AYW62XGMKDNV3MGDANHDVBPRZ"


def test_made_ids_are_unique_and_look_like_derived_ones() -> None:
    ids = {made() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(identity) == LENGTH and set(identity) <= set(CROCKFORD) for identity in ids)


@given(st.text())
@example("/plants/berlin#4?x~y%\\\x7f\x85")
def test_what_is_quoted_may_be_a_key(identifier: str) -> None:
    assert not FORBIDDEN.search(quoted(identifier))
    assert "~" not in quoted(identifier)


@given(st.text(), st.text())
@example("%2F", "/")
@example("~", "%7E")
def test_quoting_keeps_different_ids_apart(one: str, other: str) -> None:
    assume(one != other)
    assert quoted(one) != quoted(other)


@given(st.text(alphabet="abcXYZ019-_.:üß@+ ", max_size=LONGEST))
def test_ordinary_ids_stay_readable(identifier: str) -> None:
    assert quoted(identifier) == identifier


@given(st.text(min_size=1, max_size=5), st.integers(1, 300))
@example("😀", 129)
@example("/", 51)
def test_however_long_ids_are_they_fit_into_a_key_and_stay_apart(text: str, times: int) -> None:
    """Found in review: a queue's name of 600 characters made a key that was refused after the case was committed."""
    one, other = text * times + "a", text * times + "b"
    assert units(quoted(one)) <= LONGEST
    assert quoted(one) != quoted(other)
    for count in (1, 3, 6):
        assert units(joined(*[one] * count)) < MAX_KEY_UNITS
        assert joined(*[one] * count) != joined(*[other] * count)


@given(st.lists(st.text(max_size=15), min_size=1, max_size=4))
def test_a_joined_key_tells_its_parts(parts: list[str]) -> None:
    assert joined(*parts).split("~") == [quoted(part) for part in parts]


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
@example(["a~b"], ["a", "b"])
@example(["a", ""], ["a"])
def test_other_parts_give_another_key(one: list[str], other: list[str]) -> None:
    assume(one != other)
    assert joined(*one) != joined(*other)
