"""An aim tells, a gate decides."""

import pytest

from bench.part import Line


@pytest.mark.parametrize(
    ("line", "is_met"),
    [
        (Line("more is better", 0.8, at_least=0.75), True),
        (Line("more is better", 0.7, at_least=0.75), False),
        (Line("less is better", 1.25, at_most=1.25), True),
        (Line("less is better", 1.26, at_most=1.25), False),
        (Line("nobody asks", 100), True),
    ],
)
def test_a_figure_meets_its_aim_or_not(line: Line, is_met: bool) -> None:
    assert line.is_met is is_met


def test_a_gate_is_called_one() -> None:
    assert Line("requests", 27, at_most=27, is_gate=True).aim == "gate <= 27"
    assert Line("p99 over p50", 2, at_most=3).aim == "aim <= 3"
    assert Line("time", 1).aim == ""
