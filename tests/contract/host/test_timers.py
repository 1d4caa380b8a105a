"""Timers over the end of a host: what was missed is made up for, as Azure's schedule monitor does."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.host import Host, running_host
from tests.contract.host.apps import write_app
from tests.contract.host.waiting import until, wait_for_output

TIMER = """
@app.timer_trigger(arg_name="timer", schedule="0 0 * * * *"{options})
async def hourly(timer: func.TimerRequest) -> None:
    print("ran", json.dumps([timer.past_due, timer.schedule_status]), flush=True)
"""
HANGING = TIMER.format(options="") + "    await asyncio.Event().wait()\n"
SLOW = """
import time

@app.timer_trigger(arg_name="timer", schedule="*/3 * * * * *")
async def every_three_seconds(timer: func.TimerRequest) -> None:
    print("began", int(time.time()) // 3, timer.past_due, flush=True)
    await asyncio.sleep(3.1 - time.time() % 3)
    print("ended", int(time.time()) // 3, flush=True)
"""
RECORD = "timers/hourly.json"


def runs(host: Host) -> list[Any]:
    return [json.loads(line.removeprefix("ran ")) for line in host.output.splitlines() if line.startswith("ran ")]


def write_record(state: Path, last: datetime) -> dict[str, str]:
    """What a host leaves behind that ran the timer then, and ended before the next full hour."""
    due = last.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    record = {"Last": last.isoformat(), "Next": due.isoformat(), "LastUpdated": last.isoformat()}
    (state / "timers").mkdir(parents=True)
    (state / RECORD).write_text(json.dumps(record), encoding="utf-8")
    return record


def read_record(state: Path) -> dict[str, datetime]:
    content = json.loads((state / RECORD).read_text(encoding="utf-8"))
    return {name: datetime.fromisoformat(moment) for name, moment in content.items()}


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_run_that_a_stopped_host_missed_comes_once_when_it_starts(tmp_path: Path, workers: str) -> None:
    """With two workers, too: one of them runs the timers."""
    app, state = write_app(tmp_path, TIMER.format(options="")), tmp_path / "state"
    options = ("--state", str(state), "--workers", workers)
    started = datetime.now(UTC)
    record = write_record(state, started - timedelta(hours=5))
    with running_host(app, options=options) as host:
        await wait_for_output(host, "ran ")
        assert runs(host) == [[True, record]]
    kept = read_record(state)
    assert kept["Last"] == kept["LastUpdated"] >= started
    assert timedelta(0) < kept["Next"] - kept["Last"] <= timedelta(hours=1)
    with running_host(app, options=options) as host:
        assert runs(host) == []


async def test_a_first_start_has_missed_nothing(tmp_path: Path) -> None:
    app, state = write_app(tmp_path, TIMER.format(options="")), tmp_path / "state"
    with running_host(app, options=("--state", str(state))) as host:
        await until((state / RECORD).exists)
        assert runs(host) == []
    assert read_record(state)["Last"].year == 1


async def test_a_run_that_a_killed_host_had_in_hand_comes_again(tmp_path: Path) -> None:
    app, state = write_app(tmp_path, HANGING), tmp_path / "state"
    write_record(state, datetime.now(UTC) - timedelta(hours=5))
    for _ in range(2):
        with running_host(app, options=("--state", str(state))) as host:
            await wait_for_output(host, "ran ")
            host.kill()


async def test_without_a_monitor_nothing_is_made_up_for(tmp_path: Path) -> None:
    """It says so, and it runs at the start as it wants to: with neither past due nor a status."""
    app, state = write_app(tmp_path, TIMER.format(options=", use_monitor=False, run_on_startup=True")), tmp_path / "s"
    record = write_record(state, datetime.now(UTC) - timedelta(hours=5))
    with running_host(app, options=("--state", str(state))) as host:
        await wait_for_output(host, "ran ")
        assert runs(host) == [[False, {}]]
    assert json.loads((state / RECORD).read_text(encoding="utf-8")) == record


async def test_a_run_that_lasts_into_the_next_is_followed_by_it_at_once(tmp_path: Path) -> None:
    """It ends a tenth of a second after the next was due, and that does not wait until one more is."""
    with running_host(write_app(tmp_path, SLOW)) as host:
        await until(lambda: host.output.count("ended") >= 1 and host.output.count("began") >= 2)
        lines = [line.split() for line in host.output.splitlines() if line.startswith(("began", "ended"))]
    (_, ended), (_, began, past_due) = lines[1], lines[2]
    assert began == ended
    assert past_due == "False"


async def test_a_timer_runs_on_where_its_record_cannot_be_kept(tmp_path: Path) -> None:
    """Neither before its first time nor after a run."""
    app, state = write_app(tmp_path, TIMER.format(options=", run_on_startup=True")), tmp_path / "state"
    state.mkdir()
    (state / "timers").symlink_to(tmp_path / "disk" / "that" / "was" / "removed")
    with running_host(app, options=("--state", str(state))) as host:
        await wait_for_output(host, "ran ")
        await until(lambda: host.output.count("hourly: the record of its runs is not kept: ") == 2)
        assert await asyncio.to_thread(host.stop) == 0
