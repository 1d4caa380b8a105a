"""`carebus simulate`: which scenarios are played, how it is told, and with which code it ends."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from tests.unit.cli.laptop import CONTACTS, DEFINITIONS, DEVICES, Laptop, written

EVENT = "{at: PT0S, trigger: iot-device-malfunction, data: {device_id: D-1, error_code: 11}}"
HELD = f"""
scenario: it is told
journey: critical-device-error
contacts: [{{id: ada, phone: "+4930901820"}}]
devices: [{{id: D-1, contact: ada}}]
events: [{EVENT}]
expect: {{messages: [{{to: ada, template: ticket-opened}}]}}
"""
FAILED = HELD.replace("it is told", "it is not told").replace("ticket-opened", "case-resolved")


def simulate(*arguments: str, code: int = 0) -> str:
    ended = Laptop().carebus("simulate", "--definitions", str(DEFINITIONS), *arguments)
    assert ended.exit_code == code, ended.output
    return ended.stdout if code < 2 else ended.stderr


def test_it_plays_the_scenarios_beside_the_journeys() -> None:
    told = simulate()
    assert "a critical error leads to one ticket and one SMS (critical-device-error)" in told
    assert told.endswith("scenarios, none failed.\n")


def test_it_plays_the_examples_with_theirs() -> None:
    told = simulate("--examples", "case-being-worked-on", "--format", "json")
    assert {one["journey"] for one in json.loads(told)} == {"case-being-worked-on"}


def test_it_plays_those_about_one_journey() -> None:
    told = simulate("case-status-update", "--format", "json")
    assert {one["journey"] for one in json.loads(told)} == {"case-status-update"}


def test_it_plays_named_files_and_folders(tmp_path: Path) -> None:
    held = written(tmp_path, "held.yaml", HELD)
    assert "✓ a message to ada, template ticket-opened" in simulate("--scenario", held)
    written(tmp_path, "failed.yaml", FAILED)
    assert "2 scenarios, 1 failed." in simulate("--scenario", str(tmp_path), code=1)


def test_an_expectation_that_does_not_hold_ends_with_1_and_says_what_was_found(tmp_path: Path) -> None:
    told = simulate("--scenario", written(tmp_path, "failed.yaml", FAILED), code=1)
    assert "✗ a message to ada, template case-resolved\n    found: template is ticket-opened; sms to ada" in told


def test_what_cannot_be_read_ends_with_2_and_every_fault(tmp_path: Path) -> None:
    first = written(tmp_path, "a.yaml", HELD.replace("PT0S", "soon"))
    second = written(tmp_path, "b.yaml", b"\xff")
    third = str(tmp_path / "none.yaml")
    told = simulate("--scenario", first, "--scenario", second, "--scenario", third, code=2)
    assert [line.rpartition("/")[2] for line in told.splitlines()] == [
        "a.yaml:6: `soon` is neither a duration, such as PT15M, nor a time with its offset",
        "b.yaml:1: not UTF-8",
        "none.yaml: No such file or directory",
    ]


def test_broken_definitions_end_with_2(tmp_path: Path) -> None:
    written(tmp_path, "j.yaml", "journey: a\n")
    ended = Laptop().carebus("simulate", "--definitions", str(tmp_path))
    assert ended.exit_code == 2
    assert "j.yaml:1: `starts_on` is missing" in ended.stderr


def test_a_journey_that_is_none_or_has_no_scenario_is_told(tmp_path: Path) -> None:
    assert simulate("case-status-updat", code=2) == (
        "There is no journey case-status-updat (did you mean `case-status-update`?).\n"
    )
    path = written(tmp_path, "held.yaml", HELD)
    assert simulate("case-not-started", "--scenario", path, code=2) == (
        "There is no scenario about case-not-started.\n"
    )


def test_recorded_events_are_played_with_those_who_were_imported(tmp_path: Path) -> None:
    event = {"type": "iot-device-malfunction", "data": {"device_id": "D-1", "error_code": 11}}
    events = written(tmp_path, "e.json", json.dumps([event]))
    contacts = written(tmp_path, "c.csv", CONTACTS + "C-1,Anna,,+493023125042,de,\n")
    devices = written(tmp_path, "d.csv", DEVICES + "D-1,C-1,\n")
    files = ("--events", events, "--contacts", contacts, "--devices", devices)
    told = simulate("critical-device-error", *files)
    assert "C-1 in critical-device-error, completed: ticket > known > tell" in told
    assert "journey" not in simulate(*files)
    assert "go with --events" in simulate("--contacts", contacts, code=2)


def test_faults_of_all_files_of_a_recording_are_told(tmp_path: Path) -> None:
    events = written(tmp_path, "e.json", json.dumps([{"type": "nonsense"}]))
    contacts = written(tmp_path, "c.csv", "nonsense")
    told = simulate("--events", events, "--contacts", contacts, "--devices", str(tmp_path / "no.csv"), code=2)
    assert len(told.splitlines()) == 3


def test_a_ci_gets_a_file(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    assert simulate("--format", "junit", "--output", str(report)) == ""
    assert ElementTree.fromstring(report.read_text(encoding="utf-8")).tag == "testsuites"  # noqa: S314
    assert "No such file or directory" in simulate("--output", str(tmp_path / "no" / "report.txt"), code=2)


def test_it_is_the_same_to_the_byte_in_every_process() -> None:
    command = [sys.executable, "-m", "shared.cli", "simulate", "--seed", "7"]
    first, second = (
        subprocess.run(command, cwd=DEFINITIONS.parent, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True)
        for seed in ("1", "2")
    )
    assert first.stdout == second.stdout
    assert first.stdout
