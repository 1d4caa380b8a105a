"""Programs for tests from the outside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.processes import Program


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path / "output.txt")
    yield program
    program.end()
