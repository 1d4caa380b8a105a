"""`make run`: everything on this machine, until somebody stops it."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.processes import LOOK_AGAIN, PATIENCE_SECONDS, Program

LAST_WORDS = "carebus --help"
EXAMPLE = re.compile(r"^  # (.+)\n  (.+)$", re.MULTILINE)
ANSWERS = {
    "A device reports an error": '"accepted"',
    "A second or two later its owner has got an SMS with a link to the ticket's page": "/t/k1.",
    "The open cases, the newest one last": '"number"',
    "Resolve the newest one; its owner gets an e-mail": '"status":"resolved"',
    "The command line": "publish",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


def start(program: Program, folder: Path) -> str:
    program.start("local.up", "--folder", str(folder), "--port", "0")
    return program.until_printed(LAST_WORDS)


def shell(command: str) -> str:
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout


def eventually(command: str, answer: str) -> str:
    """Run a command as often as a person would until its answer is there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while answer not in (printed := shell(command)):
        assert time.monotonic() < deadline, f"{command} printed {printed}"
        time.sleep(LOOK_AGAIN)
    return printed


def test_the_commands_it_prints_work_as_they_are(program: Program, folder: Path) -> None:
    examples = dict(EXAMPLE.findall(start(program, folder)))
    assert examples.keys() == ANSWERS.keys()
    for what, command in examples.items():
        eventually(command, ANSWERS[what])
    program.interrupt()
    assert program.wait() == 0
    assert program.alive() == {}
    assert "Traceback" not in program.text()


def test_killed_it_leaves_nothing_running_and_the_next_start_finds_what_was_kept(
    program: Program, folder: Path
) -> None:
    examples = dict(EXAMPLE.findall(start(program, folder)))
    shell(examples["A device reports an error"])
    cases = examples["The open cases, the newest one last"]
    kept = eventually(cases, '"number"')
    program.send(signal.SIGKILL)
    program.until_nothing_is_left()
    examples = dict(EXAMPLE.findall(start(program, folder)))
    assert shell(examples["The open cases, the newest one last"]) == kept


def test_a_service_that_ends_ends_everything_and_is_named(program: Program, folder: Path) -> None:
    start(program, folder)
    [bus] = [pid for pid, command in program.alive().items() if "-m local.servicebus" in command]
    os.kill(bus, signal.SIGKILL)
    assert program.wait() == 1
    assert "servicebus ended with exit code -9" in program.text()
    assert program.alive() == {}
