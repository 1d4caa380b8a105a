"""What the page on simulating shows holds, and its commands do what it says."""

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shared.cli.app import app
from shared.definitions.loader import load, read_tree
from shared.scenarios import scenario_reader
from shared.scenarios.reports import text
from shared.scenarios.result import Result
from shared.scenarios.scenario import REPORTS
from shared.scenarios.step_reader import KINDS
from tests.docs.markdown import ROOT, Document

PAGE = Document(ROOT / "docs" / "simulating.md")
COMMANDS = [command for command in PAGE.commands() if command.startswith("carebus simulate")]
EVENT = {
    "type": "iot-device-malfunction",
    "time": "2026-03-02T09:00:00Z",
    "data": {"device_id": "D-1001", "error_code": 11},
}


def test_the_scenario_it_shows_holds() -> None:
    documents = load(read_tree(ROOT / "definitions"))
    [scenario] = scenario_reader.read({"page.yaml": PAGE.blocks("yaml")[0]}, documents)
    result = Result.of(scenario, documents)
    assert result.holds, text.report([result])


def test_it_names_every_event_and_every_report() -> None:
    named = set(re.findall(r"\w+", " ".join(PAGE.names())))
    assert {*KINDS, *REPORTS} - named == set()


def test_it_shows_commands() -> None:
    assert len(COMMANDS) > 4


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_succeed(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder with what they name, so that nothing is written into the project."""
    for folder in ("definitions", "local"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "recorded.jsonl").write_text(json.dumps(EVENT), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, shlex.split(command)[1:])
    assert (done.exit_code, done.stderr) == (0, "")
    written = tmp_path / "report.xml"
    assert "testsuite" in written.read_text(encoding="utf-8") if "report.xml" in command else done.stdout
