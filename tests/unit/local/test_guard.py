"""What the guard watches over, and that it stops it."""

import signal
import subprocess
import sys
from pathlib import Path

from local.cloud.guard import watched

ROOT = Path(__file__).parents[3]
SLEEPER = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); signal.pause()"


def test_the_last_one_started_is_stopped_first() -> None:
    assert watched(["11\n", "12\n", "13\n"]) == [13, 12, 11]


def test_what_has_ended_is_left_alone() -> None:
    assert watched(["11\n", "12\n", "-12\n"]) == [11]


def test_a_pid_may_come_again() -> None:
    assert watched(["11\n", "-11\n", "11\n"]) == [11]


def test_when_its_input_ends_it_stops_what_is_left_by_sigint() -> None:
    guard = subprocess.Popen([sys.executable, "-m", "local.cloud.guard"], cwd=ROOT, stdin=subprocess.PIPE)
    with guard, subprocess.Popen([sys.executable, "-c", SLEEPER]) as process:
        assert guard.stdin is not None
        guard.stdin.write(f"{process.pid}\n".encode())
        guard.stdin.close()
        assert process.wait() == -signal.SIGINT
        assert guard.wait() == 0


def test_without_anything_to_watch_it_ends_with_its_input() -> None:
    ended = subprocess.run([sys.executable, "-m", "local.cloud.guard"], cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    assert ended.returncode == 0
