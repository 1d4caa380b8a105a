"""The comparisons a condition may use."""

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.definitions import duration
from shared.definitions.attributes import TYPES, AttributeType, fault_of
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader


@dataclass(frozen=True, slots=True)
class Operator:
    """What it means, which types it compares, and what it is given to compare with."""

    holds: Callable[[Any, Any], bool]
    types: Collection[AttributeType]
    operand: Literal["none", "one", "two", "many", "duration"] = "one"


ORDERED: tuple[AttributeType, ...] = ("number", "datetime")
TEXT: tuple[AttributeType, ...] = ("text",)
DATETIME: tuple[AttributeType, ...] = ("datetime",)
LONGEST = timedelta(days=36500)

OPERATORS: Mapping[str, Operator] = {
    "eq": Operator(operator.eq, TYPES),
    "ne": Operator(operator.ne, TYPES),
    "gt": Operator(operator.gt, ORDERED),
    "gte": Operator(operator.ge, ORDERED),
    "lt": Operator(operator.lt, ORDERED),
    "lte": Operator(operator.le, ORDERED),
    "between": Operator(lambda value, limits: bool(limits[0] <= value <= limits[1]), ORDERED, "two"),
    "in": Operator(lambda value, values: value in values, TYPES, "many"),
    "contains": Operator(operator.contains, TEXT),
    "starts_with": Operator(str.startswith, TEXT),
    "is_set": Operator(lambda _value, _none: True, TYPES, "none"),
    "within_last": Operator(lambda value, span: timedelta() <= span.now - value <= span.length, DATETIME, "duration"),
    "within_next": Operator(lambda value, span: timedelta() <= value - span.now <= span.length, DATETIME, "duration"),
}
"""Limits are included, in `between` and `within_*` too; text is compared exactly, capitals matter."""

DATETIME_ALIASES: Mapping[str, str] = {"before": "lt", "after": "gt"}


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time seen from the moment of a decision."""

    now: datetime
    length: timedelta


def span(now: object, length: object) -> Span:
    """What `within_*` compares with: the decision's time, and the duration that was read."""
    return Span(datetime.fromisoformat(str(now)), duration.parse(str(length)) or timedelta())


def comparable(value: object, type_: AttributeType) -> object:
    """The value in the form that compares by meaning: datetimes as instants, whatever their offset."""
    if type_ != "datetime" or value is None:
        return value
    if isinstance(value, tuple):
        return tuple(comparable(item, type_) for item in value)
    return datetime.fromisoformat(str(value))


def read(node: Node | None, type_: AttributeType | None, reader: Reader) -> str:
    """The operator written here; empty if it is none, or none for the type. `before` and `after` read as lt, gt."""
    op = reader.text(node)
    if node is None or not op:
        return ""
    meant = DATETIME_ALIASES.get(op, op)
    if meant not in OPERATORS:
        reader.fault(node, f"unknown operator `{op}`{nearest(op, [*OPERATORS, *DATETIME_ALIASES])}")
    elif type_ and (type_ not in OPERATORS[meant].types or (op != meant and type_ != "datetime")):
        reader.fault(node, f"`{op}` does not compare {type_}")
    else:
        return meant
    return ""


def read_operand(node: Node, value: Node | None, op: str, type_: AttributeType, reader: Reader) -> object:
    """What the comparison `node` compares with: None, one value, or a tuple of them."""
    wanted = OPERATORS[op].operand
    if wanted == "none":
        if value is not None:
            reader.fault(value, f"`{op}` takes no value")
        return None
    if value is None:
        reader.fault(node, "`value` is missing")
        return None
    if wanted == "duration":
        reader.duration(value, LONGEST)
        return value.value
    if wanted == "one":
        return _value(value, type_, reader)
    values = tuple(_value(item, type_, reader) for item in reader.items(value))
    if wanted == "two" and not any(fault_of(limit, type_) for limit in values):
        _check_limits(value, values, op, type_, reader)
    return values


def _check_limits(node: Node, limits: tuple[object, ...], op: str, type_: AttributeType, reader: Reader) -> None:
    if len(limits) != 2:
        reader.fault(node, f"`{op}` takes the lower and the upper limit")
    elif not OPERATORS["lte"].holds(*(comparable(limit, type_) for limit in limits)):
        reader.fault(node, "the lower limit is above the upper one")


def _value(node: Node, type_: AttributeType, reader: Reader) -> object:
    reason = fault_of(node.value, type_)
    if reason:
        reader.fault(node, f"the value {reason}")
    return node.value
