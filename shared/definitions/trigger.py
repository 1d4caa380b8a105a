"""Triggers: what can happen, with which attributes, and to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.definitions import attributes
from shared.definitions.attributes import Attribute
from shared.definitions.names import ATTRIBUTE, nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader

type Kind = Literal["custom", "business", "interaction"]
KINDS: tuple[Kind, ...] = ("custom", "business", "interaction")
VIA = ("device.owner",)


@dataclass(frozen=True, slots=True)
class Audience:
    """The attribute that names the customer: the contact's id itself, or, by `via`, something of theirs."""

    attribute: str
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """`table` and `columns` say when a business trigger fires: a change of one, or, without columns, a new row.

    `answer` is what the command it issues gives back to the tile that raised it.
    """

    name: str
    kind: Kind
    attributes: Mapping[str, Attribute]
    audience: Audience | None = None
    command: str | None = None
    answer: Mapping[str, Attribute] | None = None
    table: str | None = None
    columns: tuple[str, ...] = ()


def parse(node: Node, reader: Reader) -> Trigger:
    optional = ["attributes", "audience", "command", "answer", "table", "columns"]
    fields = reader.fields(node, ["trigger", "kind"], optional)
    declared = attributes.parse(fields.get("attributes"), reader)
    trigger = Trigger(
        name=reader.name(fields.get("trigger")),
        kind=reader.choice(fields.get("kind"), KINDS),
        attributes=declared,
        audience=_audience(fields["audience"], declared, reader) if "audience" in fields else None,
        command=reader.name(fields.get("command")) or None,
        answer=attributes.parse(fields["answer"], reader) if "answer" in fields else None,
        table=reader.name(fields.get("table")) or None,
        columns=tuple(reader.name(item, ATTRIBUTE) for item in reader.items(fields.get("columns"))),
    )
    if "kind" in fields and fields["kind"].value == trigger.kind:
        _check_kind(trigger.kind, fields, node, reader)
    return trigger


def _audience(node: Node, declared: Mapping[str, Attribute], reader: Reader) -> Audience:
    fields = reader.fields(node, ["attribute"], ["via"])
    name = reader.text(fields.get("attribute"))
    if name and name not in declared:
        reader.fault(fields["attribute"], f"`{name}` is not an attribute{nearest(name, declared)}")
    elif name and declared[name].type != "reference":
        reader.fault(fields["attribute"], f"`{name}` must be a reference to name the audience")
    return Audience(name, reader.choice(fields["via"], VIA) if "via" in fields else None)


def _check_kind(kind: Kind, fields: Mapping[str, Node], node: Node, reader: Reader) -> None:
    allowed = {"custom": {"command", "answer"}, "business": {"table", "columns"}, "interaction": set[str]()}
    for key in ("command", "answer", "table", "columns"):
        if key in fields and key not in allowed[kind]:
            owner = next(kind for kind, keys in allowed.items() if key in keys)
            reader.fault(fields[key], f"only a {owner} trigger has `{key}`")
    if kind == "business" and "table" not in fields:
        reader.fault(node, "`table` is missing: a business trigger watches one")
    if "answer" in fields and "command" not in fields:
        reader.fault(fields["answer"], "`answer` needs the `command` that gives it")
