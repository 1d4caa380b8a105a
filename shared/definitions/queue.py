"""Queues: where cases wait until an agent works on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.skills import read_skills
from shared.definitions.tile_reader import Library

type Access = Literal["public", "private"]
ACCESSES: tuple[Access, ...] = ("public", "private")
type Assignment = Literal["automatic", "manual"]
ASSIGNMENTS: tuple[Assignment, ...] = ("automatic", "manual")


@dataclass(frozen=True, slots=True)
class Queue:
    """Of a `private` one only members take cases; in a `manual` one they wait until somebody picks them."""

    name: str
    title: str
    access: Access = "public"
    assignment: Assignment = "automatic"
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill to the least proficiency, 1 to 5, that every case in it needs."""

    @property
    def is_private(self) -> bool:
        return self.access == "private"

    @property
    def is_automatic(self) -> bool:
        return self.assignment == "automatic"


def parse(node: Node, reader: Reader, library: Library) -> Queue:  # noqa: ARG001 - every reader is given one
    """`{queue, title?, kind?: public | private, assignment?: automatic | manual, skills?: {SKILL: 1 to 5}}`."""
    fields = reader.fields(node, ["queue"], ["title", "kind", "assignment", "skills"])
    name = reader.name(fields.get("queue"))
    return Queue(
        name=name,
        title=reader.text(fields.get("title")) or name,
        access=reader.choice(fields["kind"], ACCESSES) if "kind" in fields else "public",
        assignment=reader.choice(fields["assignment"], ASSIGNMENTS) if "assignment" in fields else "automatic",
        skills=read_skills(fields.get("skills"), reader),
    )
