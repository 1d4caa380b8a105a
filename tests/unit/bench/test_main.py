"""What was measured is told, whatever comes after it."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from bench.__main__ import run
from bench.part import Bench, Line, Part


async def good(_: Bench) -> Part:
    return Part([Line("requests a story", 27, at_most=27)])


async def bad(_: Bench) -> Part:
    raise RuntimeError("the cloud went away")


def test_a_part_that_fails_takes_nothing_with_it(tmp_path: Path) -> None:
    console = Console(record=True, width=120)
    with pytest.raises(RuntimeError, match="the cloud went away"):
        run({"good": good, "bad": bad, "never": good}, Bench(console, tmp_path), tmp_path / "results")
    assert "requests a story" in console.export_text()
    (figures,) = (tmp_path / "results").glob("*.json")
    assert json.loads(figures.read_text(encoding="utf-8")).keys() == {"good"}


def test_where_the_first_part_fails_there_is_nothing_to_tell(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        run({"bad": bad}, Bench(Console(), tmp_path), tmp_path / "results")
    assert not (tmp_path / "results").exists()
