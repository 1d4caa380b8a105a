from datetime import timedelta

import pytest

from local.host.timespan import time_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("00:05:00", timedelta(minutes=5)),
        ("1.02:00:00", timedelta(days=1, hours=2)),
        ("00:00:00.5", timedelta(seconds=0.5)),
    ],
)
def test_time_spans_are_those_of_dotnet(text: str, span: timedelta) -> None:
    assert time_span(text) == span


def test_another_text_is_refused() -> None:
    with pytest.raises(ValueError, match="'5 min'"):
        time_span("5 min")
