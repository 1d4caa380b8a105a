"""The journeys we ship, and the examples, do what their scenarios say: every file of scenarios is a test."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from shared.definitions.loader import EXAMPLES, Documents, load, read_tree
from shared.definitions.outline import TILES
from shared.definitions.tiles import (
    ActivateTile,
    BranchTile,
    ChannelTile,
    ExitTile,
    ExperimentTile,
    IfThenTile,
    SendTile,
    SplitTile,
    TaskTile,
    Tile,
    WaitTile,
)
from shared.scenarios import files
from shared.scenarios.reports import text
from shared.scenarios.result import Result
from shared.scenarios.words import Tiles

DEFINITIONS = Path(__file__).parents[2] / "definitions"
FOLDERS = (DEFINITIONS, DEFINITIONS / EXAMPLES)
FILES = [file for folder in FOLDERS for file in sorted((folder / files.FOLDER).glob("*.yaml"))]
KINDS = {
    ActivateTile: "activate_trigger",
    WaitTile: "wait",
    IfThenTile: "if_then",
    BranchTile: "branch",
    SplitTile: "split",
    ExperimentTile: "experiment",
    ChannelTile: "best_channel",
    TaskTile: "create_task",
    ExitTile: "exit",
}


@cache
def documents(*, examples: bool) -> Documents:
    return load(read_tree(DEFINITIONS, examples=examples))


@cache
def results(file: Path) -> list[Result]:
    """Played with what is published where the file belongs: the examples with everything."""
    around = documents(examples=EXAMPLES in file.parts)
    return [Result.of(scenario, around) for scenario in files.read([file], None, around)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_expectation_holds(file: Path) -> None:
    assert results(file)
    assert all(result.scenario.expect.count() for result in results(file))
    assert all(result.holds for result in results(file)), text.report(results(file))


def test_every_journey_has_a_scenario() -> None:
    played = {result.scenario.journey for file in FILES for result in results(file)}
    assert played == documents(examples=True).journeys.keys()


def test_there_are_eight_journeys_at_least_and_three_are_published() -> None:
    assert len(documents(examples=True).journeys) >= 8
    assert set(documents(examples=False).journeys) == {
        "critical-device-error",
        "case-status-update",
        "case-not-started",
    }


def test_every_kind_of_tile_is_walked_through() -> None:
    assert sorted(TILES.keys() - {kind for file in FILES for result in results(file) for kind in walked(result)}) == []


def walked(result: Result) -> Iterator[str]:
    """The kinds of the tiles on the way of the journey's runs; a step of a series is one of a series."""
    around = documents(examples=True)
    tiles = Tiles(around)
    for run in result.runs():
        for tile in run.path:
            series = tiles.words(run.journey, tile).startswith("series")
            yield "series" if series else kind_of(around.journeys[run.journey].tiles[tile])


def kind_of(tile: Tile) -> str:
    return f"send_{tile.channel}" if isinstance(tile, SendTile) else KINDS[type(tile)]
