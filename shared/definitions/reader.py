"""Takes typed pieces out of nodes and collects every fault on the way."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.definitions import duration
from shared.definitions.attributes import Attribute
from shared.definitions.faults import Fault
from shared.definitions.names import NAME, nearest
from shared.definitions.node import Node


@dataclass(frozen=True, slots=True)
class People:
    """What a document may ask about a contact besides what every contact has."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    """The declared ones, by name."""
    segments: Collection[str] | None = None
    """Names of segments; None where they are not to be checked, as for what was published before."""


class Reader:
    """Reads one document.

    An absent node, and one with a fault, reads as an empty value: whatever is built of it is thrown away,
    because a document with a fault is never used. So readers need not stop at the first fault.
    """

    def __init__(self, file: str, people: People = People()) -> None:
        self.file = file
        self.people = people
        self.faults: list[Fault] = []

    def fault(self, node: Node, reason: str) -> None:
        self.fault_at(node.line, reason)

    def fault_at(self, line: int, reason: str) -> None:
        """Note the fault, once: a node may be looked at again for another purpose."""
        fault = Fault(self.file, line, reason)
        if fault not in self.faults:
            self.faults.append(fault)

    def entries(self, node: Node | None) -> Mapping[str, Node]:
        """The entries of a mapping whose keys are free."""
        if node is None:
            return {}
        if isinstance(node.value, Mapping):
            return node.value
        self.fault(node, "must be a mapping")
        return {}

    def fields(
        self, node: Node | None, required: Collection[str], optional: Collection[str] = ()
    ) -> Mapping[str, Node]:
        """The entries of a mapping whose keys are fixed, without the unknown ones."""
        entries = self.entries(node)
        known = [*required, *optional]
        for key in entries.keys() - set(known):
            self.fault(entries[key], f"unknown key `{key}`{nearest(key, known)}")
        if node is not None and isinstance(node.value, Mapping):
            for key in [key for key in required if key not in entries]:
                self.fault(node, f"`{key}` is missing")
        return {key: entries[key] for key in known if key in entries}

    def items(self, node: Node | None) -> Sequence[Node]:
        """A list of at least one item."""
        if node is None:
            return ()
        if isinstance(node.value, Sequence) and not isinstance(node.value, str) and node.value:
            return node.value
        self.fault(node, "must be a list of at least one item")
        return ()

    def text(self, node: Node | None) -> str:
        if node is None:
            return ""
        if isinstance(node.value, str) and node.value.strip():
            return node.value
        self.fault(node, "must be text")
        return ""

    def name(self, node: Node | None, pattern: re.Pattern[str] = NAME) -> str:
        text = self.text(node)
        if node is None or not text or pattern.fullmatch(text):
            return text
        self.fault(node, f"`{text}` is not a name: {pattern.pattern}")
        return ""

    def choice[C: str](self, node: Node | None, choices: Sequence[C]) -> C:
        """One of a closed list; the first one stands in for a fault."""
        text = self.text(node)
        for choice in choices:
            if choice == text:
                return choice
        if node is not None and text:
            self.fault(node, f"`{text}` is not one of {', '.join(choices)}{nearest(text, choices)}")
        return choices[0]

    def known[D](self, node: Node | None, kind: str, documents: Mapping[str, D | None]) -> D | None:
        """The document of that name; None after a fault, its own ones included."""
        return documents.get(self.named(node, kind, documents))

    def named(self, node: Node | None, kind: str, names: Collection[str]) -> str:
        """The name of one of these documents."""
        name = self.text(node)
        if node is not None and name and name not in names:
            self.fault(node, f"there is no {kind} `{name}`{nearest(name, names)}")
        return name

    def flag(self, node: Node | None) -> bool:
        if node is None or isinstance(node.value, bool):
            return node is not None and bool(node.value)
        self.fault(node, "must be true or false")
        return False

    def duration(self, node: Node | None, longest: timedelta) -> timedelta:
        """An ISO 8601 duration, longer than zero and at most `longest`."""
        text = self.text(node)
        if node is None or not text:
            return timedelta()
        found = duration.parse(text)
        if not found:
            self.fault(node, f"`{text}` is not a duration, such as PT15M or P2D")
        elif found > longest:
            self.fault(node, f"`{text}` is longer than {longest.days} days")
        return found or timedelta()

    def percent(self, node: Node | None, least: int, most: int) -> int:
        """A whole number of percent."""
        if node is None:
            return least
        if isinstance(node.value, int) and not isinstance(node.value, bool) and least <= node.value <= most:
            return node.value
        self.fault(node, f"must be a whole number of percent from {least} to {most}")
        return least

    def moment(self, node: Node | None) -> datetime | None:
        """A date and time with its offset (RFC 3339); None after a fault."""
        text = self.text(node)
        if node is None or not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            self.fault(node, f"`{text}` is not a date and time with its offset, such as 2026-12-24T09:00:00+01:00")
            return None
        return found
