"""Conditions as data: comparisons joined by all, any and not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared.definitions import operators
from shared.definitions.attributes import AttributeType, fault_of
from shared.definitions.node import Node
from shared.definitions.operators import OPERATORS, comparable
from shared.definitions.reader import Reader
from shared.definitions.scope import Scope

MISSING: Final = object()
"""What a lookup returns for a path that has no value."""

type Lookup = Callable[[str], object]
type Condition = Compare | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Compare:
    """`value` is None, a scalar or a tuple of them, as `op` wants it."""

    path: str
    op: str
    value: object
    type: AttributeType


@dataclass(frozen=True, slots=True)
class All:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


def holds(condition: Condition, lookup: Lookup) -> bool:
    """Whether the condition is true; it never raises.

    Every comparison with a missing value is false, `ne` and `is_set` too. A value that is not of the declared type
    (null is of none) counts as missing. `not` turns around whatever is inside it: `not: {op: eq}` is true of a
    missing value where `ne` is false.
    """
    match condition:
        case Compare(path, op, value, type_):
            found = lookup(path)
            if fault_of(found, type_):
                return False
            return OPERATORS[op].holds(comparable(found, type_), comparable(value, type_))
        case All(conditions):
            return all(holds(each, lookup) for each in conditions)
        case AnyOf(conditions):
            return any(holds(each, lookup) for each in conditions)
        case Not(inner):
            return not holds(inner, lookup)


def attributes_of(condition: Condition) -> frozenset[str]:
    """The paths it names, such as `trigger.error_code`."""
    match condition:
        case Compare(path):
            return frozenset({path})
        case Not(inner):
            return attributes_of(inner)
        case All(conditions) | AnyOf(conditions):
            return frozenset().union(*map(attributes_of, conditions))


def parse(node: Node, scope: Scope, reader: Reader) -> Condition:
    """`{attribute, op, value}`, `{all: [...]}`, `{any: [...]}` or `{not: ...}`."""
    entries = reader.entries(node)
    if "all" in entries:
        return All(_several(node, "all", scope, reader))
    if "any" in entries:
        return AnyOf(_several(node, "any", scope, reader))
    if "not" in entries:
        return Not(parse(reader.fields(node, ["not"])["not"], scope, reader))
    return _compare(node, scope, reader)


def _several(node: Node, key: str, scope: Scope, reader: Reader) -> tuple[Condition, ...]:
    items = reader.items(reader.fields(node, [key])[key])
    return tuple(parse(item, scope, reader) for item in items)


def _compare(node: Node, scope: Scope, reader: Reader) -> Condition:
    fields = reader.fields(node, ["attribute", "op"], ["value"])
    attribute = scope.read(fields.get("attribute"), reader)
    op = operators.read(fields.get("op"), attribute.type if attribute else None, reader)
    if attribute is None or not op:
        return All(())
    value = operators.read_operand(node, fields.get("value"), op, attribute.type, reader)
    return Compare(reader.text(fields["attribute"]), op, value, attribute.type)
