"""What the unmodified Node.js SDK does works as it does in the cloud; the tests are JavaScript, in the folder node."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cloud.servicebus import ROOT, Emulator, running_emulator

FOLDER = Path(__file__).with_name("node")
SDK = ROOT / "node_modules" / "@azure" / "service-bus"
RESULT = re.compile(r"^ +(not )?ok \d+ - (.*)$")

SESSIONS = {"RequiresSession": True}
QUEUES: dict[str, dict[str, Any]] = {
    "annotated": {},
    "batches": {},
    "subscribed": {},
    "deleted": {},
    "abandoned": {},
    "dead": {},
    "deferred": {},
    "scheduled": {},
    "peeked": {},
    "renewed": {},
    "duplicates": {"RequiresDuplicateDetection": True},
    "short": {"LockDuration": "PT1S"},
    "too-large": {},
    "by-id": SESSIONS,
    "next": SESSIONS,
    "state": SESSIONS,
    "locked": SESSIONS,
    "short-sessions": {**SESSIONS, "LockDuration": "PT1S"},
}


class Result(NamedTuple):
    """What came of one JavaScript test, with all that node says about it."""

    name: str
    passed: bool
    details: str


def test_the_node_sdk_works_too(tmp_path: Path, subtests: pytest.Subtests) -> None:
    if shutil.which("node") is None or not SDK.exists():
        pytest.fail("the Node.js SDK is missing: install Node.js 20 or newer, then run 'npm ci'")
    with running_emulator(config=write_config(tmp_path)) as emulator:
        results = run_tests(emulator)
    assert len(results) == sum(file.read_text().count("  test(") for file in FOLDER.glob("*.mjs"))
    for result in results:
        with subtests.test(result.name):
            assert result.passed, result.details


def write_config(folder: Path) -> Path:
    queues = [{"Name": name, "Properties": properties} for name, properties in QUEUES.items()]
    file = folder / "config.json"
    file.write_text(json.dumps({"UserConfig": {"Namespaces": [{"Name": "sbemulatorns", "Queues": queues}]}}))
    return file


def run_tests(emulator: Emulator) -> list[Result]:
    """Run them in one process, which writes the Test Anything Protocol."""
    environment = {**os.environ, "SERVICEBUS_CONNECTION": emulator.connection_string}
    command = ["node", "--test-reporter=tap", str(FOLDER / "all.mjs")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    results = list(read_results(run.stdout.splitlines()))
    assert results, run.stdout + run.stderr
    return results


def read_results(lines: list[str]) -> Iterator[Result]:
    """Yield the results of the tests within suites: those lines are indented, and details follow them."""
    for number, line in enumerate(lines):
        if match := RESULT.match(line):
            details = "\n".join(lines[number + 1 : number + 40]).partition("\n    ...")[0]
            yield Result(match[2], match[1] is None, details)
