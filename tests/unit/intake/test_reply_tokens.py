"""A mark in our mails leads an answer to its case, and nobody can make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.intake.reply_tokens import LONGEST_LOCAL_PART, Named, ReplyTokens
from shared.runtime.ids import CROCKFORD, derived

CASE = derived("case", "1")
KEYS = {"k1": "a" * 32, "old-one": "b" * 32}
OURS = ReplyTokens("Care@Example.com", KEYS)


@pytest.mark.parametrize("automatic", [True, False])
def test_an_answer_names_the_case_and_what_it_answers(automatic: bool) -> None:
    address = OURS.reply_to(CASE, automatic=automatic)
    assert address.startswith("care+")
    assert address.endswith("@example.com")
    assert OURS.in_addresses(["someone@example.org", address]) == Named(CASE, automatic)
    message_id = OURS.message_id(CASE, "D1", automatic=automatic)
    assert OURS.in_message_ids(["<1@example.org>", message_id]) == Named(CASE, automatic)


def test_equal_input_gives_an_equal_mark_and_any_relay_may_change_its_case() -> None:
    address = OURS.reply_to(CASE, automatic=False)
    assert address == OURS.reply_to(CASE, automatic=False)
    assert OURS.in_addresses([address.upper()]) == Named(CASE, False)


def test_a_mark_of_an_older_key_still_counts_and_one_of_a_key_that_is_gone_does_not() -> None:
    older = ReplyTokens("care@example.com", {"old-one": "b" * 32}).reply_to(CASE, automatic=False)
    assert OURS.in_addresses([older]) == Named(CASE, False)
    gone = ReplyTokens("care@example.com", {"gone": "c" * 32}).reply_to(CASE, automatic=False)
    assert OURS.in_addresses([gone]) is None
    stolen = ReplyTokens("care@example.com", {"k1": "c" * 32}).reply_to(CASE, automatic=False)
    assert OURS.in_addresses([stolen]) is None


@given(st.text(alphabet=CROCKFORD.lower(), min_size=26, max_size=26))
def test_another_case_under_the_same_signature_is_nobodys(other: str) -> None:
    address = OURS.reply_to(CASE, automatic=False)
    forged = address.replace(CASE.lower(), other)
    assert OURS.in_addresses([forged]) in (None, Named(CASE, False))
    assert OURS.in_addresses([address.replace("+m", "+a")]) is None


@pytest.mark.parametrize(
    "address", ["", "care@example.com", "care+@example.com", "care+x@example.com", "care+m" + "0" * 46 + "-k1@x", "@"]
)
def test_any_other_address_names_nothing(address: str) -> None:
    assert OURS.in_addresses([address]) is None


@given(st.text(max_size=100))
def test_no_text_is_a_mark(text: str) -> None:
    assert OURS.in_addresses([text]) is None
    assert OURS.in_message_ids([text]) is None


def test_a_mark_fits_the_part_before_the_at_or_there_is_none() -> None:
    assert len(OURS.reply_to(CASE, automatic=True).partition("@")[0]) <= LONGEST_LOCAL_PART
    assert ReplyTokens("a-very-long-name-of-a-mailbox@example.com", KEYS).reply_to(CASE, automatic=False) == ""


def test_without_an_address_of_ours_or_for_a_foreign_id_there_is_no_mark() -> None:
    assert ReplyTokens("", KEYS).reply_to(CASE, automatic=False) == ""
    assert ReplyTokens("", KEYS).message_id(CASE, "d", automatic=False) == ""
    assert OURS.reply_to("imported/17", automatic=False) == ""
