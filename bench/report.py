"""The findings of all parts: a table on the screen, plots and a JSON file in a folder."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import leather
from rich.table import Table

from bench.part import Line, Part

MET, MISSED, LINE = "#4daf4a", "#e41a1c", "#377eb8"


def table(parts: Mapping[str, Part]) -> Table:
    """Return every figure with its aim; an aim is information, a gate decides."""
    found = Table(title="Carebus bench: ratios, medians")
    for column in ("part", "figure"):
        found.add_column(column)
    for column in ("value", "aim", ""):
        found.add_column(column, justify="right")
    for name, part in parts.items():
        found.add_section()
        for number, line in enumerate(part.lines):
            mark = "" if not line.aim else "[green]✓[/green]" if line.is_met else "[red]✗[/red]"
            found.add_row(
                name if number == 0 else "", line.what, f"{line.value:.2f} {line.unit}".strip(), line.aim, mark
            )
    return found


def save(parts: Mapping[str, Part], folder: Path, stamp: str) -> list[Path]:
    """Write everything to files, and return which."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = folder / f"{stamp}.json"
    content = {name: {"lines": [asdict(line) for line in part.lines], **part.figures} for name, part in parts.items()}
    figures.write_text(json.dumps(content, indent=2), encoding="utf-8")
    charts = {"ratios": _ratios(parts), "latency": _latency(parts)}
    return [figures, *(_plotted(chart, folder / f"{stamp}-{name}.svg") for name, chart in charts.items() if chart)]


def _plotted(chart: leather.Chart, file: Path) -> Path:
    """Write a chart to a file of its own: two beside each other are wider than a screen, and nothing scales them."""
    grid = leather.Grid()  # has a background, which a chart alone has not
    grid.add_one(chart)
    grid.to_svg(str(file))
    return file


def _ratios(parts: Mapping[str, Part]) -> leather.Chart | None:
    """Show how much of its aim each figure uses up: 1 is just met, less is better."""
    used = [(_used(line), line.what) for part in parts.values() for line in part.lines if line.aim]
    if not used:
        return None
    chart = leather.Chart("Share of aim or gate used up (1: just met)")
    chart.add_bars(used, fill_color=_color)
    chart.add_x_scale(0, max(1.5, *(share for share, _ in used)))
    return chart


def _color(bar: Any) -> str:
    return MET if bar.x <= 1 else MISSED


def _used(line: Line) -> float:
    if line.at_least is not None:
        return line.at_least / line.value
    return line.value / (line.at_most or line.exactly or 1)


def _latency(parts: Mapping[str, Part]) -> leather.Chart | None:
    if "latency" not in parts:
        return None
    chart = leather.Chart("Webhook to SMS: milliseconds by percentile")
    percentiles = parts["latency"].figures["percentiles"]
    chart.add_line([(number, 1e3 * seconds) for number, seconds in enumerate(percentiles, start=1)], stroke_color=LINE)
    chart.add_y_scale(0, 1e3 * percentiles[-1])
    return chart
