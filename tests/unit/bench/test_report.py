"""Figures are written down, and drawn where there is something to draw."""

import json
from pathlib import Path

from bench.part import Line, Part
from bench.report import MET, MISSED, save

RATIOS = Part([Line("met", 0.8, at_least=0.75), Line("just met", 27, at_most=27, is_gate=True), Line("time", 1)])
LATENCY = Part([Line("p99 over p50", 4, at_most=3.0)], {"percentiles": [number / 100 for number in range(1, 100)]})
PLAIN = Part([Line("nobody asks", 1)])


def test_figures_are_saved_with_everything_behind_them(tmp_path: Path) -> None:
    (figures,) = save({"plain": PLAIN}, tmp_path, "now")
    assert json.loads(figures.read_text(encoding="utf-8"))["plain"]["lines"][0]["value"] == 1


def test_each_chart_is_a_file_and_shows_what_misses_its_aim(tmp_path: Path) -> None:
    _, ratios, latency = save({"ratios": RATIOS, "latency": LATENCY}, tmp_path, "now")
    drawn = ratios.read_text(encoding="utf-8")
    assert (drawn.count(MET), drawn.count(MISSED)) == (2, 1)
    assert "by percentile" in latency.read_text(encoding="utf-8")
