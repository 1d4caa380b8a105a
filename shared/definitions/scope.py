"""Which paths a definition may name at one point, and what they hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from shared.definitions.attributes import Attribute
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader

CONTACT: Mapping[str, Attribute] = {
    "contact_id": Attribute("reference"),
    "language": Attribute("text", optional=True),
    "time_zone": Attribute("text", optional=True),
}
"""What may be passed on about a contact: nothing that tells who it is, for messages and steps carry it."""
COMPARED: Mapping[str, Attribute] = {
    **CONTACT,
    "city": Attribute("text", optional=True),
    "position": Attribute("text", optional=True),
    "account": Attribute("text", optional=True),
    "relationship": Attribute("text", optional=True),
    "preferred_channel": Attribute("text", optional=True),
    "registered_at": Attribute("datetime"),
}
"""What conditions may ask about, besides declared attributes: steps record verdicts, never these values."""
ADDRESSEE: Mapping[str, Attribute] = {
    **CONTACT,
    "name": Attribute("text", optional=True),
    "email": Attribute("text", optional=True),
    "phone": Attribute("text", optional=True),
}
"""What a message may say to a contact about themselves."""
CASE_VALUES: Mapping[str, tuple[str, ...]] = {
    "status": ("active", "resolved", "cancelled"),
    "status_reason": (
        "in_progress",
        "on_hold",
        "waiting_for_details",
        "researching",
        "problem_solved",
        "information_provided",
        "cancelled",
        "merged",
    ),
    "priority": ("critical", "high", "normal", "low"),
    "origin": ("phone", "email", "web", "sms", "iot", "chat"),
    "type": ("question", "problem", "request"),
}
"""Columns of a case whose values are closed lists."""
CASE: Mapping[str, Attribute] = {
    "case": Attribute("reference"),
    "number": Attribute("text"),
    **{name: Attribute("text") for name in CASE_VALUES},
    "product": Attribute("text", optional=True),
    "queue": Attribute("text", optional=True),
    "owner": Attribute("reference", optional=True),
    "escalated": Attribute("boolean"),
    "parent": Attribute("reference", optional=True),
    "error_code": Attribute("number", optional=True),
    "opened_at": Attribute("datetime"),
    "first_response_at": Attribute("datetime", optional=True),
    "closed_at": Attribute("datetime", optional=True),
}
"""What conditions and mappings see of the case that a run is about, as it is when they are asked."""
CASE_COLUMNS: Mapping[str, Attribute] = {
    **CASE,
    **{name: Attribute("text", values=values) for name, values in CASE_VALUES.items()},
    "contact": Attribute("reference"),
    "title": Attribute("text"),
    "description": Attribute("text", optional=True),
    "subject": Attribute("text", optional=True),
    "device": Attribute("reference", optional=True),
    "worked_by": Attribute("reference", optional=True),
    "entitlement": Attribute("reference", optional=True),
    "resolution": Attribute("text", optional=True),
    "changed_at": Attribute("datetime"),
}
"""What definitions about cases see of one: their decisions are made where the case is, and pass nothing on."""
DEVICE: Mapping[str, Attribute] = {"model": Attribute("text", optional=True)}
"""What they see of the device that the starting trigger names."""
DEVICES = ("device", "device_id")
"""The attributes of a trigger that name a device."""
RUN: Mapping[str, Attribute] = {"id": Attribute("reference")}
"""What a run says of itself: given to another system, it comes back with the answer that the run waits for."""
TICKET: Mapping[str, Attribute] = {"number": Attribute("text"), "link": Attribute("text")}


class UnknownPath(Exception):
    """The path cannot be used at this point; the argument says why."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Roots (`trigger`, `contact`, `tiles.ticket`) with their attributes, and those closed at this point with why.

    A root without attributes (None) is one whose own definition is at fault: all of its paths pass.
    """

    roots: Mapping[str, Mapping[str, Attribute] | None]
    closed: Mapping[str, str] = field(default_factory=dict)

    def joined_by(self, root: str, attributes: Mapping[str, Attribute]) -> Self:
        """The same with one root more, or another one in its place."""
        return replace(self, roots={**self.roots, root: attributes})

    def without(self, *roots: str) -> Self:
        """The same without some roots."""
        return replace(self, roots={root: held for root, held in self.roots.items() if root not in roots})

    def find(self, path: str) -> Attribute | None:
        """What the path holds, None if that cannot be known; UnknownPath if it may not be used."""
        root, _, name = path.rpartition(".")
        if root in self.closed:
            raise UnknownPath(f"`{path}`: {self.closed[root]}")
        attributes = self.roots.get(root, {})
        if attributes is None:
            return None
        if name not in attributes:
            raise UnknownPath(f"`{path}` is not known here{nearest(path, self._paths())}")
        return attributes[name]

    def read(self, node: Node | None, reader: Reader) -> Attribute | None:
        """What the path written here holds; None if that is unknown, or the path is at fault."""
        path = reader.text(node)
        if node is None or not path:
            return None
        try:
            return self.find(path)
        except UnknownPath as error:
            reader.fault(node, str(error))
            return None

    def _paths(self) -> Iterator[str]:
        for root, attributes in self.roots.items():
            yield from (f"{root}.{name}" for name in attributes or ())
