"""A piece of a definition together with the line it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

type Scalar = str | int | float | bool | None
type Plain = Scalar | list[Plain] | dict[str, Plain]


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping, a list or a scalar; the line of a mapping's entry is that of its key."""

    value: Scalar | Mapping[str, Node] | Sequence[Node]
    line: int = 0
    text_line: int = 0
    """Where the first line of a text stands: below its key if the text is a block."""

    def plain(self) -> Plain:
        """The same as JSON has it, without lines."""
        match self.value:
            case Mapping() as entries:
                return {key: node.plain() for key, node in entries.items()}
            case str() | int() | float() | None as scalar:
                return scalar
            case items:
                return [node.plain() for node in items]


def of_plain(value: object) -> Node:
    """The node of a stored value, which has no lines."""
    match value:
        case dict():
            return Node({str(key): of_plain(item) for key, item in value.items()})
        case list():
            return Node([of_plain(item) for item in value])
        case str() | int() | float() | None:
            return Node(value)
        case _:
            raise TypeError(f"{type(value).__name__} is not JSON")
