"""Triggers: what can happen, with which attributes, and to whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from shared.definitions import attribute_reader, commands
from shared.definitions.attributes import Attribute, fits
from shared.definitions.names import ATTRIBUTE, nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.tables import TABLES

type Kind = Literal["custom", "business", "interaction"]
KINDS: tuple[Kind, ...] = ("custom", "business", "interaction")
type State = Literal["ready", "draft", "stopped"]
STATES: tuple[State, ...] = ("ready", "draft", "stopped")
VIA = ("device.owner",)
TOLD_BY_EVENTS = ("recover_device", "take_activity")
"""Commands that an event gives by itself, whatever journeys make of it."""


@dataclass(frozen=True, slots=True)
class Audience:
    """The attribute that names the customer: the contact's id itself, or, by `via`, something of theirs."""

    attribute: str
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """`table` and `columns` say when a business trigger fires: a change of one, or, without columns, a new row.

    `answer` is what the command it issues gives back to the tile that raised it. Only a `ready` one fires; `stopped`
    is for good.
    """

    name: str
    kind: Kind
    attributes: Mapping[str, Attribute]
    audience: Audience | None = None
    command: str | None = None
    answer: Mapping[str, Attribute] | None = None
    table: str | None = None
    columns: tuple[str, ...] = ()
    state: State = "ready"

    @property
    def is_for_outside(self) -> bool:
        """Whether events from outside may fire it: a command, which has an answer, is mostly for journeys to give."""
        return self.kind == "custom" and (self.command is None or self.command in TOLD_BY_EVENTS)

    @property
    def is_ready(self) -> bool:
        return self.state == "ready"

    def watches(self, table: str, columns: Collection[str]) -> bool:
        """Whether a change of these columns, or without any a new row, is what it is about."""
        if self.kind != "business" or self.table != table:
            return False
        return not self.columns if not columns else any(column in columns for column in self.columns)


def parse(node: Node, reader: Reader) -> Trigger:
    optional = ["attributes", "audience", "command", "answer", "table", "columns", "state"]
    fields = reader.fields(node, ["trigger", "kind"], optional)
    declared = attribute_reader.parse(fields.get("attributes"), reader)
    trigger = Trigger(
        name=reader.name(fields.get("trigger")),
        kind=reader.choice(fields.get("kind"), KINDS),
        attributes=declared,
        audience=_audience(fields["audience"], declared, reader) if "audience" in fields else None,
        command=reader.name(fields.get("command")) or None,
        answer=attribute_reader.parse(fields["answer"], reader) if "answer" in fields else None,
        table=reader.name(fields.get("table")) or None,
        columns=tuple(reader.name(item, ATTRIBUTE) for item in reader.items(fields.get("columns"))),
        state=reader.choice(fields["state"], STATES) if "state" in fields else "ready",
    )
    if "kind" in fields and fields["kind"].value == trigger.kind:
        _check_kind(trigger.kind, fields, node, reader)
    if trigger.kind == "custom" and trigger.command:
        _check_command(trigger, trigger.command, fields, reader)
    if trigger.kind == "business" and trigger.table:
        _check_table(trigger, fields, reader)
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


def _check_command(trigger: Trigger, command: str, fields: Mapping[str, Node], reader: Reader) -> None:
    if reader.named(fields["command"], "command", commands.COMMANDS) in commands.COMMANDS:
        commands.check(command, trigger.attributes, fields, reader)
        commands.check_answer(command, trigger.answer or {}, reader.entries(fields.get("answer")), reader)


def _check_table(trigger: Trigger, fields: Mapping[str, Node], reader: Reader) -> None:
    """The table is known, its columns are, and an event of it can tell what the trigger promises."""
    name = reader.named(fields["table"], "table", TABLES)
    if name not in TABLES:
        return
    table = TABLES[name]
    columns = [*table.columns, *(reader.people.attributes if name == "contacts" else ())]
    for item in reader.items(fields.get("columns")):
        if item.value not in columns and not (name == "contacts" and reader.people.segments is None):
            reader.fault(item, f"`{item.value}` is not a column of {name}{nearest(str(item.value), columns)}")
    for attribute, node in reader.entries(fields.get("attributes")).items():
        told = table.attributes.get(attribute)
        if told is None:
            reader.fault(node, f"a change of {name} does not tell `{attribute}`{nearest(attribute, table.attributes)}")
        elif not fits(told.type, trigger.attributes[attribute].type):
            reader.fault(node, f"`{attribute}` of {name} is of type {told.type}")
