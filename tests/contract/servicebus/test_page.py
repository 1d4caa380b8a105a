"""What the page on the emulator shows works when it is typed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cloud.servicebus import CONFIG, ROOT, Emulator, running_emulator

PAGE = ROOT / "docs" / "servicebus-emulator.md"


def shown(language: str) -> str:
    """Return the page's one block of a language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture
def project_queues() -> Iterator[Emulator]:
    """Run an emulator with the project's queues."""
    with running_emulator(config=CONFIG) as emulator:
        yield emulator


@pytest.mark.parametrize("language", ["py", "js"])
def test_a_program_that_it_shows_sends_receives_and_completes(
    language: str, project_queues: Emulator, tmp_path: Path
) -> None:
    program = tmp_path / f"shown.{'mjs' if language == 'js' else 'py'}"
    program.write_text(shown(language).replace(":5672", f":{project_queues.port}"), encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    command = [shutil.which("node") or "node" if language == "js" else sys.executable, str(program)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (0, "hello\n", "")
    counts = project_queues.counts("device-events")
    assert (counts["active"], counts["locked"], counts["completed"]) == (0, 0, 1)


def test_the_command_that_it_shows_listens_where_it_says(tmp_path: Path) -> None:
    setting_up, command = (line.split() for line in shown("sh").splitlines())
    assert setting_up[0] == "make"
    assert command[:3] == [".venv/bin/python", "-m", "local.servicebus"]
    options = command[3:]
    options[options.index("--data") + 1] = str(tmp_path)
    options[options.index("--port") + 1] = "0"
    started = [sys.executable, *command[1:3], *options, "--admin-port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(started, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
    promised = re.escape("listening on 127.0.0.1:5672 (admin 5300)")
    assert re.fullmatch(promised.replace("5672", r"\d+").replace("5300", r"\d+"), line.strip())
    assert "listening on 127.0.0.1:5672 (admin 5300)" in PAGE.read_text(encoding="utf-8")


def test_it_tells_every_option_of_the_command() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "local.servicebus", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    options = set(re.findall(r"--[a-z-]+", told.stdout)) - {"--help"}
    assert {each for each in options if each not in PAGE.read_text(encoding="utf-8")} == set()
