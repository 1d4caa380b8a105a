"""Routing as it is written: read and checked."""

from collections.abc import Collection, Mapping

from shared.definitions import conditions
from shared.definitions.attributes import fault_of
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.routing import OTHERWISE, ROUTING, Routing, Rule, Target
from shared.definitions.scope import CASE_COLUMNS, Scope
from shared.definitions.skills import read_skills
from shared.definitions.tile_reader import Library

TARGET = ("queue", "person", "skills")


def parse(node: Node, reader: Reader, library: Library) -> Routing:
    """`{routing: cases, rules?: [{rule, when, queue | person, skills?}], otherwise: {queue | person, skills?}}`."""
    fields = reader.fields(node, ["routing", OTHERWISE], ["rules"])
    rules: list[Rule] = []
    for item in reader.items(fields.get("rules")):
        rule = _rule(item, reader, library)
        if rule.id in [OTHERWISE, *(other.id for other in rules)]:
            reader.fault(item, f"the rule `{rule.id}` is there twice")
        rules.append(rule)
    return Routing(
        name=reader.choice(fields.get("routing"), (ROUTING,)),
        rules=tuple(rules),
        otherwise=_target(fields.get(OTHERWISE), (), reader, library),
    )


def _rule(node: Node, reader: Reader, library: Library) -> Rule:
    fields = reader.fields(node, ["rule", "when"], TARGET)
    when: conditions.Condition = conditions.All(())
    if "when" in fields:
        when = conditions.parse(fields["when"], Scope({"case": CASE_COLUMNS}), reader)
    return Rule(reader.name(fields.get("rule")), when, _target(node, ("rule", "when"), reader, library))


def _target(node: Node | None, beside: Collection[str], reader: Reader, library: Library) -> Target:
    fields = reader.fields(node, beside, TARGET)
    named = [key for key in ("queue", "person") if key in fields]
    if node is not None and isinstance(node.value, Mapping) and len(named) != 1:
        reader.fault(node, "a case goes either to a `queue` or to a `person`")
    return Target(
        queue=_queue(fields.get("queue"), reader, library),
        person=_person(fields.get("person"), reader),
        skills=read_skills(fields.get("skills"), reader),
    )


def _queue(node: Node | None, reader: Reader, library: Library) -> str:
    return reader.named(node, "queue", library.queues) if library.checked else reader.text(node)


def _person(node: Node | None, reader: Reader) -> str:
    person = reader.text(node)
    if node is not None and person and (fault := fault_of(person, "reference")):
        reader.fault(node, fault)
    return person
