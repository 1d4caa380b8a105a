"""Deadlines come due in order, whatever is moved or taken out."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from local.servicebus.queues.deadlines import Deadlines

STEPS = st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 50)), max_size=60)


@given(STEPS, st.integers(0, 60))
def test_keys_come_due_at_the_time_they_were_set_to_last(steps: list[tuple[int, int | None]], now: int) -> None:
    deadlines, model = Deadlines[int](), dict[int, int]()
    for key, at in steps:
        if at is None:
            deadlines.discard(key)
            model.pop(key, None)
        else:
            deadlines.set(key, at)
            model[key] = at
    assert deadlines.next() == min(model.values(), default=None)
    due = list(deadlines.pop_due(now))
    assert sorted(due) == sorted(key for key, at in model.items() if at <= now)
    assert [model[key] for key in due] == sorted(model[key] for key in due)
    assert len(deadlines) == len(model) - len(due)


def test_what_was_taken_out_takes_no_room_for_long() -> None:
    deadlines = Deadlines[int]()
    for key in range(10_000):
        deadlines.set(key, 10_000)
        deadlines.discard(key)
    assert deadlines.next() is None
    assert len(deadlines) == 0


def test_what_is_taken_out_of_many_takes_no_room_for_long() -> None:
    deadlines = Deadlines[int]()
    for key in range(10_000):
        deadlines.set(key, 10_000)
    full = sys.getsizeof(deadlines._heap)  # noqa: SLF001
    for key in range(10_000):
        deadlines.discard(key)
    assert sys.getsizeof(deadlines._heap) < full / 2  # noqa: SLF001
