"""Where the values of attributes come from."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.definitions.attributes import Attribute, AttributeType, fault_of, fits
from shared.definitions.conditions import MISSING, Lookup
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.scope import COMPARED, CONTACT, Scope

type Source = Path | Constant


@dataclass(frozen=True, slots=True)
class Path:
    """Taken from the path when the tile runs, for example `trigger.device_id`."""

    path: str


@dataclass(frozen=True, slots=True)
class Constant:
    value: object


def resolve(mapping: Mapping[str, Source], lookup: Lookup) -> dict[str, object]:
    """The value of each attribute; one whose source is missing or null is left out."""
    values = {name: value_of(source, lookup) for name, source in mapping.items()}
    return {name: value for name, value in values.items() if value is not MISSING and value is not None}


def value_of(source: Source, lookup: Lookup) -> object:
    """The value of one source, MISSING if it has none."""
    match source:
        case Path(path):
            return lookup(path)
        case Constant(value):
            return value


def text_of(value: object) -> str | None:
    """The value as an id, None where there is none."""
    return None if value is MISSING or value is None else str(value)


def parse(node: Node, declared: Mapping[str, Attribute], scope: Scope, reader: Reader) -> Mapping[str, Source]:
    """`{attribute: source}`, with every required attribute and none that is not declared."""
    entries = reader.entries(node)
    for name in entries.keys() - declared.keys():
        reader.fault(entries[name], f"`{name}` is not an attribute{nearest(name, declared)}")
    for name, attribute in declared.items():
        if name not in entries and not attribute.optional:
            reader.fault(node, f"`{name}` is missing")
    known = [(name, item) for name, item in entries.items() if name in declared]
    return {name: parse_source(item, declared[name].type, scope, reader) for name, item in known}


def parse_source(node: Node | None, type_: AttributeType, scope: Scope, reader: Reader) -> Source:
    """A path, or `{value: constant}`, that gives a value of the type."""
    if node is not None and isinstance(node.value, str) and _is_only_compared(node.value, reader):
        reader.fault(node, f"`{node.value}` can only be compared: personal values are not passed on")
        return Path("")
    if node is None or isinstance(node.value, str):
        attribute = scope.read(node, reader)
        if node is not None and attribute is not None and not fits(attribute.type, type_):
            reader.fault(node, f"`{node.value}` is of type {attribute.type}, not {type_}")
        return Path(reader.text(node) if attribute else "")
    constant = reader.fields(node, ["value"]).get("value")
    reason = constant and fault_of(constant.value, type_)
    if constant and reason:
        reader.fault(constant, f"the value {reason}")
    return Constant(constant and constant.value)


def _is_only_compared(path: str, reader: Reader) -> bool:
    root, _, name = path.rpartition(".")
    return root == "contact" and name not in CONTACT and (name in COMPARED or name in reader.people.attributes)
