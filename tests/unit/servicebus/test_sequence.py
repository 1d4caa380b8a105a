"""Numbers come in order, whichever were added late or are gone."""

from hypothesis import given
from hypothesis import strategies as st

from local.servicebus.queues.sequence import Sequence


@given(st.lists(st.integers(1, 1000)), st.integers(0, 1001))
def test_numbers_come_in_order_from_any_one_on(numbers: list[int], start: int) -> None:
    sequence = Sequence()
    for number in numbers:
        sequence.add(number)
    assert list(sequence.at_least(start)) == sorted({number for number in numbers if number >= start})


def test_what_is_gone_is_left_out_once_it_is_much() -> None:
    sequence, present = Sequence(), set(range(10_000))
    for number in range(10_000):
        sequence.add(number)
    for number in range(9_000):
        present.remove(number)
        sequence.tidy(present, len(present))
    left = list(sequence.at_least(0))
    assert present <= set(left)
    assert len(left) < 3_000
