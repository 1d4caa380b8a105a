"""ISO 8601 durations of a fixed length."""

from datetime import timedelta

import pytest

from shared.definitions import duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT15M", timedelta(minutes=15)),
        ("P2D", timedelta(days=2)),
        ("P1W", timedelta(weeks=1)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("PT0S", timedelta()),
    ],
)
def test_a_duration(text: str, expected: timedelta) -> None:
    assert duration.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "15M", "P1M", "P1Y", "PT1.5H", "-P1D", "pt15m", "P1D ", "PT١M"]
)
def test_no_duration(text: str) -> None:
    assert duration.parse(text) is None
