"""The command `python -m tests.sdk`: run azure-servicebus's own tests against the emulator, as `make sdk-tests` does.

Arguments are pytest's: `-k lock -n 4`.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.sdk.scope import read_scope
from tests.sdk.source import fetch_tests

WORKERS = 24
"""Most of the time is waiting: on two cores, fewer take longer, and more of them get into each other's way."""


def main() -> int:
    """Run them; return pytest's exit code."""
    _keep_compiled_modules()
    tests = fetch_tests()
    own = ["-c", str(Path(__file__).with_name("pytest.ini")), "--rootdir", str(tests), "-n", str(WORKERS)]
    files = [str(tests / name) for name in read_scope().files]
    return pytest.main([*own, "--dist", "worksteal", "-q", "-r", "fE", *files, *sys.argv[1:]])


def _keep_compiled_modules() -> None:
    """Let two dozen processes not compile the same modules each for itself."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


if __name__ == "__main__":
    sys.exit(main())
