from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.host.timing.monitor import NEVER, Monitor, Status
from local.host.timing.schedule import Schedule

HOURLY = Schedule("0 0 * * * *")
DAILY = Schedule("0 0 12 * * *")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC)


def test_a_timer_that_never_ran_is_due_at_its_next_time() -> None:
    assert Status.first(HOURLY, at(8, 30)) == Status(NEVER, at(9), at(8, 30))


def test_a_run_is_the_last_until_the_next() -> None:
    assert Status.after_run(HOURLY, at(9)) == Status(at(9), at(10), at(9))


@pytest.mark.parametrize("status", [Status.after_run(HOURLY, at(9)), Status.first(HOURLY, at(9))])
def test_after_a_downtime_the_time_that_was_missed_is_still_due(status: Status) -> None:
    assert status.under(HOURLY, at(15, 30)) == status


def test_a_new_schedule_has_missed_nothing() -> None:
    assert Status.after_run(HOURLY, at(9)).under(DAILY, at(15)).next == at(12).replace(day=25)


def test_a_new_schedule_starts_from_the_last_run() -> None:
    assert Status.after_run(HOURLY, at(9)).under(DAILY, at(9, 30)) == Status(NEVER, at(12), at(9))


def test_a_status_outlives_its_monitor(tmp_path: Path) -> None:
    status = Status.after_run(HOURLY, at(9))
    Monitor(tmp_path).write("tick", status)
    assert Monitor(tmp_path).read("tick") == status
    assert Monitor(tmp_path).read("tock") is None


def test_a_record_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    Monitor(tmp_path).write("tick", Status.first(HOURLY, at(9)))
    (tmp_path / "timers" / "tick.json").write_text('{"Last": 1}', encoding="utf-8")
    assert Monitor(tmp_path).read("tick") is None


def test_where_records_cannot_be_read_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "timers").touch()
    assert Monitor(tmp_path).read("tick") is None


def test_without_a_folder_nothing_is_kept() -> None:
    monitor = Monitor(None)
    monitor.write("tick", Status.first(HOURLY, at(9)))
    assert monitor.read("tick") is None
