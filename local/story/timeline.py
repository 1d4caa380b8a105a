"""What the story prints: one line per fact with the time since its beginning, and a check list at the end."""

import time
from dataclasses import dataclass, field
from typing import TextIO

MARGIN = " " * 22
BOLD, DIM, GREEN, RED = "1", "2", "32", "31"


@dataclass
class Timeline:
    """Prints as things happen, and keeps what was checked. Colours are for terminals only."""

    out: TextIO
    _began: float = field(default_factory=time.monotonic, init=False)
    _checks: list[tuple[str, bool, str]] = field(default_factory=list, init=False)

    def chapter(self, title: str) -> None:
        """Begin a new part."""
        self._print(f"\n{self._in(BOLD, title)}")

    def fact(self, subject: str, text: str) -> None:
        """Say what was just seen, and of what."""
        since = self._in(DIM, f"+{time.monotonic() - self._began:6.2f} s")
        self._print(f"{since}  {subject:<9}  {text}")

    def quote(self, text: str) -> None:
        """Show what somebody reads, below the fact that they got it."""
        for line in text.rstrip().splitlines():
            self._print(f"{MARGIN}{self._in(DIM, '|')} {line}".rstrip())

    def check(self, claim: str, holds: bool, seen: object = "") -> None:
        """Keep for the check list whether something is as it must be; `seen` is shown where it is not."""
        self._checks.append((claim, holds, str(seen)))

    def verdict(self) -> bool:
        """Print the check list; True where every line of it is a tick."""
        self._print(f"\n{self._in(BOLD, 'Check list')}")
        for claim, holds, seen in self._checks:
            mark = self._in(GREEN, "✓") if holds else self._in(RED, "✗")
            self._print(f"  {mark} {claim}" + ("" if holds or not seen else f": {seen}"))
        return bool(self._checks) and all(holds for _, holds, _ in self._checks)

    def _in(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.out.isatty() else text

    def _print(self, line: str) -> None:
        print(line, file=self.out, flush=True)
