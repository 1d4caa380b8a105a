from datetime import UTC, datetime

import pytest

from local.host.errors import ConfigError
from local.host.timing.schedule import Schedule


@pytest.mark.parametrize(
    ("text", "after", "due"),
    [
        ("*/5 * * * * *", "2026-11-21T10:00:01Z", "2026-11-21T10:00:05Z"),
        ("0 */5 * * * *", "2026-11-21T10:00:00Z", "2026-11-21T10:05:00Z"),
        ("0 30 9 * * Mon-Fri", "2026-11-20T10:00:00Z", "2026-11-23T09:30:00Z"),
        ("15 10 * * *", "2026-11-21T10:16:00Z", "2026-11-22T10:15:00Z"),
        ("0 0 0 13 * Fri", "2026-11-21T00:00:00Z", "2027-08-13T00:00:00Z"),
    ],
)
def test_the_next_time_is_the_first_that_all_fields_allow(text: str, after: str, due: str) -> None:
    next_time = Schedule.parse(text).next_after(datetime.fromisoformat(after))
    assert next_time == datetime.fromisoformat(due)
    assert next_time.tzinfo == UTC


@pytest.mark.parametrize("text", ["", "every minute", "0 */5 * * *  * *", "61 * * * * *", "0 0 0 31 2 *", "00:05:00"])
def test_what_is_no_schedule_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        Schedule.parse(text)
    assert repr(text) in str(refusal.value)
