"""What each invocation of a recorded host has asked of tables and bus, read from its tape."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNCOUNTED = "definitions"
"""Read once a cache period by each process, however many steps there are."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One message, and what was called for it."""

    message: str
    kind: str
    body: Mapping[str, Any]
    tables: tuple[tuple[str, str], ...]
    """Table and method of each request, in order."""
    batches: tuple[str, ...]
    """The queue of each batch that was sent."""
    messages: int
    written: int
    """Characters of the rows it wrote."""

    def asked(self) -> Counter[str]:
        """Count its requests by table."""
        return Counter(table for table, _ in self.tables)


def read(tape: Path) -> list[Invocation]:
    """Return the invocations by messages so far; a line that is being written counts later."""
    lines = tape.read_text(encoding="utf-8").splitlines(keepends=True)
    return list(_invocations([json.loads(line) for line in lines if line.endswith("\n")]))


def _invocations(lines: list[Any]) -> Iterator[Invocation]:
    for line in lines:
        envelope = json.loads(line["body"] or "{}")
        if "kind" not in envelope:
            continue
        tables = [call[1:] for call in line["calls"] if call[0] == "table" and call[1] != UNCOUNTED]
        sends = [call[1:] for call in line["calls"] if call[0] == "send"]
        yield Invocation(
            line["message"],
            envelope["kind"],
            envelope["body"],
            tuple((table, method) for table, method, _, _ in tables),
            tuple(queue for queue, _ in sends),
            sum(len(messages) for _, messages in sends),
            sum(_size(arguments) for _, method, arguments, _ in tables if method != "get_entity"),
        )


def _size(arguments: Any) -> int:
    """Return how much content is in entities, however deep they are."""
    if isinstance(arguments, dict):
        return len(arguments.get("data", ""))
    return sum(_size(each) for each in arguments) if isinstance(arguments, list) else 0
