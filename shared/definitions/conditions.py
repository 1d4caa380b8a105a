"""Conditions as data: comparisons joined by all, any and not."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.definitions import operators
from shared.definitions.attributes import AttributeType, fault_of
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.operators import OPERATORS, comparable
from shared.definitions.reader import Reader
from shared.definitions.scope import COMPARED, Scope

MISSING: Final = object()
"""What a lookup returns for a path that has no value."""

NOW: Final = "now"
"""The path under which a lookup gives the decision's time, for `within_last` and `within_next`."""

CONTACT: Final = "contact."
"""Comparisons of these paths are not looked up: a verdict on each is gathered, so that no value is recorded."""

NAMING: Final = ("eq", "ne", "in")
"""Operators that name whole values."""

type Lookup = Callable[[str], object]
type Verdicts = Mapping[str, bool]
type Condition = Compare | InSegment | All | AnyOf | Not
type Asked = Compare | InSegment
NO_VERDICTS: Verdicts = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Compare:
    """`value` is None, a scalar or a tuple of them, as `op` wants it."""

    path: str
    op: str
    value: object
    type: AttributeType


@dataclass(frozen=True, slots=True)
class InSegment:
    """The contact is a member of the segment."""

    name: str


@dataclass(frozen=True, slots=True)
class All:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


def holds(condition: Condition, lookup: Lookup, verdicts: Verdicts = NO_VERDICTS) -> bool:
    """Whether the condition is true; it never raises.

    Every comparison with a missing value is false, `ne` and `is_set` too. A value that is not of the declared type
    (null is of none) counts as missing. `not` turns around whatever is inside it: `not: {op: eq}` is true of a
    missing value where `ne` is false. What is asked of the contact is answered by `verdicts` alone, false where
    there is none.
    """
    match condition:
        case InSegment():
            return verdicts.get(verdict_key(condition), False)
        case Compare(path) if path.startswith(CONTACT):
            return verdicts.get(verdict_key(condition), False)
        case Compare():
            return is_true(condition, lookup)
        case All(conditions):
            return all(holds(each, lookup, verdicts) for each in conditions)
        case AnyOf(conditions):
            return any(holds(each, lookup, verdicts) for each in conditions)
        case Not(inner):
            return not holds(inner, lookup, verdicts)


def is_true(comparison: Compare, lookup: Lookup) -> bool:
    """Whether one comparison holds of what the lookup finds, whatever its path."""
    found, operator = lookup(comparison.path), OPERATORS[comparison.op]
    if fault_of(found, comparison.type):
        return False
    value = comparable(found, comparison.type)
    if operator.operand != "duration":
        return operator.holds(value, comparable(comparison.value, comparison.type))
    now = lookup(NOW)
    if now is MISSING:
        return False
    return operator.holds(value, operators.span(now, comparison.value))


def asks(condition: Condition) -> frozenset[Asked]:
    """What it asks of the contact: the verdicts it needs."""
    match condition:
        case InSegment():
            return frozenset({condition})
        case Compare(path):
            return frozenset({condition}) if path.startswith(CONTACT) else frozenset()
        case Not(inner):
            return asks(inner)
        case All(conditions) | AnyOf(conditions):
            return frozenset().union(*map(asks, conditions))


def verdict_key(asked: Asked) -> str:
    """The name that its verdict goes by, such as `contact.language eq "de"`; equal questions have equal ones."""
    match asked:
        case InSegment(name):
            return f"segment {name}"
        case Compare(path, op, value):
            return f"{path} {op} {json.dumps(value)}" if value is not None else f"{path} {op}"


def attributes_of(condition: Condition) -> frozenset[str]:
    """The paths it names, such as `trigger.error_code`."""
    match condition:
        case Compare(path):
            return frozenset({path})
        case InSegment():
            return frozenset()
        case Not(inner):
            return attributes_of(inner)
        case All(conditions) | AnyOf(conditions):
            return frozenset().union(*map(attributes_of, conditions))


def parse(node: Node, scope: Scope, reader: Reader) -> Condition:
    """`{attribute, op, value}`, `{segment: NAME}`, `{all: [...]}`, `{any: [...]}` or `{not: ...}`."""
    entries = reader.entries(node)
    if "all" in entries:
        return All(_several(node, "all", scope, reader))
    if "any" in entries:
        return AnyOf(_several(node, "any", scope, reader))
    if "not" in entries:
        return Not(parse(reader.fields(node, ["not"])["not"], scope, reader))
    if "segment" in entries:
        return _segment(node, scope, reader)
    return _compare(node, scope, reader)


def _segment(node: Node, scope: Scope, reader: Reader) -> Condition:
    named = reader.fields(node, ["segment"])["segment"]
    known = reader.people.segments
    name = reader.text(named) if known is None else reader.named(named, "segment", known)
    if "contact" not in scope.roots:
        reader.fault(named, "no contact is known here whose segments could be asked for")
    return InSegment(name)


def _several(node: Node, key: str, scope: Scope, reader: Reader) -> tuple[Condition, ...]:
    items = reader.items(reader.fields(node, [key])[key])
    return tuple(parse(item, scope, reader) for item in items)


def _compare(node: Node, scope: Scope, reader: Reader) -> Condition:
    fields = reader.fields(node, ["attribute", "op"], ["value"])
    if "contact" in scope.roots:
        scope = scope.joined_by("contact", {**COMPARED, **reader.people.attributes})
    attribute = scope.read(fields.get("attribute"), reader)
    op = operators.read(fields.get("op"), attribute.type if attribute else None, reader)
    if attribute is None or not op:
        return All(())
    value = operators.read_operand(node, fields.get("value"), op, attribute.type, reader)
    was_published = reader.people.segments is None
    if op in NAMING and attribute.values and not was_published:
        _check_values(fields, attribute.values, reader)
    return Compare(reader.text(fields["attribute"]), op, value, attribute.type)


def _check_values(fields: Mapping[str, Node], known: Collection[str], reader: Reader) -> None:
    """Refuse a value that the path never has: what compares with it would be the same for ever."""
    named = fields.get("value")
    several = named.value if named and isinstance(named.value, Sequence) and not isinstance(named.value, str) else None
    for item in several or ([named] if named else []):
        if isinstance(item.value, str) and item.value not in known:
            path, near = reader.text(fields["attribute"]), nearest(item.value, known)
            reader.fault(item, f"`{path}` is one of {', '.join(known)}, never `{item.value}`{near}")
