"""What a case may hold: closed lists, and texts that have an end."""

import pytest

from shared.definitions.bounds import CHOICES, LONGEST, OTHERS, cut, fit


def test_what_is_in_no_closed_list_is_left_out_and_the_rest_stays() -> None:
    assert fit({"priority": "URGENT", "type": "rant", "origin": "sms", "code": 11}) == {"origin": "sms", "code": 11}
    for name, values in CHOICES.items():
        assert [fit({name: value}) for value in values] == [{name: value} for value in values]


@pytest.mark.parametrize(("name", "longest"), [*LONGEST.items(), ("conversation", OTHERS)])
def test_a_text_is_cut_where_the_column_ends(name: str, longest: int) -> None:
    assert cut("x" * longest, name) == "x" * longest
    assert fit({name: "x" * (longest + 1)}) == {name: "x" * (longest - 1) + "…"}
