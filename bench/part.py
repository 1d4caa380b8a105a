"""What one part of the bench has found."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console


@dataclass(frozen=True, slots=True)
class Line:
    """One figure; an aim is told, and only a gate decides over the exit code."""

    what: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    exactly: float | None = None
    is_gate: bool = False

    @property
    def aim(self) -> str:
        word = "gate" if self.is_gate else "aim"
        if self.exactly is not None:
            return f"{word} = {self.exactly:g}"
        if self.at_least is not None:
            return f"{word} >= {self.at_least:g}"
        return f"{word} <= {self.at_most:g}" if self.at_most is not None else ""

    @property
    def is_met(self) -> bool:
        if self.exactly is not None and self.value != self.exactly:
            return False
        enough = self.at_least is None or self.value >= self.at_least
        return enough and (self.at_most is None or self.value <= self.at_most)


@dataclass(frozen=True, slots=True)
class Part:
    """A part's lines for the table, and everything else for the file."""

    lines: list[Line]
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """What every part is given: where to say how far it is, a folder of its own, and whether a smoke run is enough."""

    console: Console
    folder: Path
    is_quick: bool = False
