"""Skills, and how well somebody must have them, as they are written."""

from collections.abc import Mapping

from shared.definitions.names import NAME
from shared.definitions.node import Node
from shared.definitions.reader import Reader

LEAST, MOST = 1, 5
"""Proficiency: from somebody who has just learnt it to one who teaches it."""


def read_skills(node: Node | None, reader: Reader) -> Mapping[str, int]:
    """Read `{SKILL: proficiency}`."""
    skills = {}
    for name, entry in reader.entries(node).items():
        if not NAME.fullmatch(name):
            reader.fault(entry, f"`{name}` is not a name: {NAME.pattern}")
        elif not is_proficiency(entry.value):
            reader.fault(entry, f"must be a whole number from {LEAST} to {MOST}")
        else:
            skills[name] = int(str(entry.value))
    return skills


def is_proficiency(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and LEAST <= value <= MOST
