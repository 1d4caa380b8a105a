"""Tables for people, JSON for scripts, and progress on stderr."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]
Advance = Callable[[int], None]

PIPED_WIDTH = 10_000
"""Where nobody looks, lines are not folded: scripts read them."""

IDENTIFIERS = ("number", "id", "key", "contact", "name")
"""Columns that are copied into the next command: never folded, however narrow the terminal is."""

_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)$")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def show(rows: Sequence[Row], columns: Sequence[str], *, as_json: bool = False, nothing: str = "Nothing.") -> None:
    """Print the columns of the rows, or as JSON all of them."""
    if as_json:
        dump(rows)
    elif rows:
        _console().print(_table(rows, columns))
    else:
        typer.echo(nothing)


def dump(value: object) -> None:
    """Print as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def facts(row: Row) -> None:
    """Print what is known of one thing, a line each; what is not known is left out."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in row.items():
        if value not in (None, ""):
            table.add_row(name.replace("_", " "), Text(legible(value)))
    _console().print(table)


def draw(picture: object) -> None:
    """Print something that rich draws."""
    _console().print(picture)


def is_watched() -> bool:
    """Whether somebody looks at a terminal, instead of a script."""
    return sys.stdout.isatty()


def printable(text: str) -> str:
    """Return text of several lines without what would steer the terminal."""
    return "\n".join(legible(line) for line in text.splitlines())


def legible(value: object) -> str:
    """Return a value in one line: what came from outside must not steer the terminal."""
    return _CONTROLS.sub(" ", "" if value is None else str(value))


@contextmanager
def progress(doing: str, total: int) -> Iterator[Advance]:
    """Tell how far long work is: a bar on a terminal, else a line for each tenth."""
    if sys.stderr.isatty():
        with _bar(doing, total) as advance:
            yield advance
        return
    done = told = 0

    def advance_plainly(count: int) -> None:
        nonlocal done, told
        done += count
        if (tenth := done * 10 // max(total, 1)) > told:
            told = tenth
            typer.echo(f"{doing}: {done} of {total}", err=True)

    yield advance_plainly


@contextmanager
def counting(doing: str) -> Iterator[Advance]:
    """Tell how far work is whose end nobody knows: a line on a terminal, else one for each thousand."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if sys.stderr.isatty():
            typer.echo(f"\r{doing}: {done} ", nl=False, err=True)
        elif done % 1000 == 0:
            typer.echo(f"{doing}: {done}", err=True)

    yield advance
    if sys.stderr.isatty() and done:
        typer.echo("\r\x1b[K", nl=False, err=True)


@contextmanager
def _bar(doing: str, total: int) -> Iterator[Advance]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda count: bar.advance(task, count)


def _table(rows: Sequence[Row], columns: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD if sys.stdout.isatty() else None, pad_edge=False)
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    for place, column in enumerate(columns):
        whole = max(len(line[place]) for line in cells) if column in IDENTIFIERS else None
        table.add_column(column.replace("_", " "), overflow="fold", no_wrap=whole is not None, min_width=whole)
    for line in cells:
        table.add_row(*map(Text, line))
    return table


def _cell(value: object) -> str:
    """Return a value in one line, times to the second."""
    return _MOMENT.sub(r"\1T\2Z", legible(value))


def _console() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
