"""Attributes as they are declared."""

from collections.abc import Mapping

from shared.definitions.attributes import TYPES, Attribute
from shared.definitions.names import ATTRIBUTE
from shared.definitions.node import Node
from shared.definitions.reader import Reader


def parse(node: Node | None, reader: Reader) -> Mapping[str, Attribute]:
    """`{name: type}` or `{name: {type: ..., optional: true}}`."""
    declared: dict[str, Attribute] = {}
    for name, declaration in reader.entries(node).items():
        reader.name(Node(name, declaration.line), ATTRIBUTE)
        declared[name] = _attribute(declaration, reader)
    return declared


def _attribute(node: Node, reader: Reader) -> Attribute:
    if isinstance(node.value, str):
        return Attribute(reader.choice(node, TYPES))
    fields = reader.fields(node, ["type"], ["optional"])
    return Attribute(reader.choice(fields.get("type"), TYPES), reader.flag(fields.get("optional")))
