"""The journeys we ship do what their scenarios say: every file under definitions/scenarios is a test."""

from functools import cache
from pathlib import Path

import pytest

from shared.definitions.loader import Documents, load, read_tree
from shared.scenarios import files
from shared.scenarios.reports import text
from shared.scenarios.result import Result

DEFINITIONS = Path(__file__).parents[2] / "definitions"
FILES = sorted((DEFINITIONS / files.FOLDER).glob("*.yaml"))


@cache
def documents() -> Documents:
    return load(read_tree(DEFINITIONS))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_expectation_holds(file: Path) -> None:
    results = [Result.of(scenario, documents()) for scenario in files.read([file], None, documents())]
    assert results
    assert all(result.scenario.expect.count() for result in results)
    assert all(result.holds for result in results), text.report(results)


def test_every_journey_has_a_scenario() -> None:
    scenarios = files.read(FILES, None, documents())
    assert {scenario.journey for scenario in scenarios} == documents().journeys.keys()
