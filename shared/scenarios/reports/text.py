"""A timeline that people like to read, then the expectations as ticks and crosses."""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.scenarios import words
from shared.scenarios.chronicle import DETAILS, Entry
from shared.scenarios.judge import path
from shared.scenarios.result import Result
from shared.scenarios.rows import RunRow

UNFOLDED = 10_000
"""Where no terminal is, lines are not folded: the same file gives the same bytes everywhere."""
STYLES: Mapping[str, str] = {
    "event": "bold cyan",
    "agent": "bold cyan",
    "consent": "bold cyan",
    "contact": "bold cyan",
    "device": "bold cyan",
    "report": "bold cyan",
    "reply": "bold cyan",
    "push": "bold cyan",
    "operator": "bold cyan",
    "goal": "bold green",
    "message": "bold green",
    "waits": "yellow",
    "ends": "bold",
    "stays out": "bold",
    "not sent": "bold red",
    "refused": "bold red",
    "rejected": "bold red",
    "unmatched": "bold red",
    "trouble": "bold red",
}


def report(results: Sequence[Result], width: int = 0) -> str:
    """All results as text; with the width of a terminal, folded to it and in colours."""
    output = io.StringIO()
    console = Console(
        file=output,
        width=width or UNFOLDED,
        force_terminal=bool(width),
        color_system="standard" if width else None,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    for result in results:
        _one(result, console)
    if len(results) > 1:
        failed = [result for result in results if not result.holds]
        console.print(f"{len(results)} scenarios, {len(failed) or 'none'} failed.", style="bold")
        for result in failed:
            console.print(Text(f"  ✗ {_title(result)}", style="red"))
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()) + "\n"


def _one(result: Result, console: Console) -> None:
    console.print(Text(_title(result), style="bold"))
    console.print(_timeline(result))
    if runs := result.runs():
        console.print()
        for run in runs:
            console.print(Text(_run(run)))
    if result.verdicts:
        console.print()
        for verdict in result.verdicts:
            mark, style = ("✓", "green") if verdict.holds else ("✗", "red")
            console.print(Text(f"{mark} {_legible(verdict.expected)}", style=style))
            if not verdict.holds:
                console.print(Text(f"    found: {_legible(verdict.found)}"))
    console.print()


def _title(result: Result) -> str:
    scenario = result.scenario
    return _legible(f"{scenario.name} ({scenario.journey})" if scenario.journey else scenario.name)


def _timeline(result: Result) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    before = None
    several = len({entry.contact for entry in result.shown() if entry.contact}) > 1
    for entry in result.shown():
        when = ("", "") if entry.at == before else _when(entry, result)
        before = entry.at
        table.add_row(*when, Text(entry.kind, style=STYLES.get(entry.kind, "")), _told(entry, several))
    if before is None:
        table.add_row("", "", "", "nothing happened")
    return table


def _when(entry: Entry, result: Result) -> tuple[str, str]:
    starts = result.scenario.starts
    after = entry.at - starts
    return words.moment(entry.at, starts.tzinfo), f"+{words.span(after)}" if after > timedelta() else ""


def _told(entry: Entry, several: bool) -> Text:
    """Tiles say whose run it is where there are runs of several contacts."""
    whose = f"{entry.contact} at " if several and entry.kind in DETAILS else ""
    told = Text(_legible(whose + entry.text))
    for note in entry.notes:
        told.append(f"\n    {_legible(note)}".rstrip(" "), style="dim")
    return told


def _run(run: RunRow) -> str:
    at = f" at {run.waiting.tile}" if run.waiting else ""
    because = f" ({run.reason})" if run.reason else ""
    tiles = f": {path(run.path)}" if run.path else ""
    return _legible(f"{run.contact} in {run.journey}, {run.status.replace('_', ' ')}{at}{because}{tiles}")


def _legible(text: str) -> str:
    """What comes from a scenario must not steer the terminal."""
    return "".join(_plain(text))


def _plain(text: str) -> Iterator[str]:
    return (character if character.isprintable() else " " for character in text)
