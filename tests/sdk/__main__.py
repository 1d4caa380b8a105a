"""The command `python -m tests.sdk`: run azure-servicebus's own tests against the emulator, as `make sdk-tests` does.

Arguments are pytest's: `-k lock -n 4`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sdk.scope import read_scope
from tests.sdk.source import ROOT, fetch_tests

WORKERS = 24
"""Most of the time is waiting: with this many, two cores are done soon after the longest test."""


def main() -> int:
    """Run them; return pytest's exit code."""
    tests = fetch_tests()
    own = ["-c", str(Path(__file__).with_name("pytest.ini")), "--rootdir", str(tests), "-q"]
    own += [str(tests / name) for name in read_scope().files]
    _compile(own)
    return pytest.main([*own, "-n", str(WORKERS), "--dist", "worksteal", "-r", "fE", *sys.argv[1:]])


def _compile(options: list[str]) -> None:
    """Import everything once, so that two dozen processes find it compiled: else they take half a minute to start."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", *options, "--collect-only"]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main())
