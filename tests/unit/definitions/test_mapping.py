"""Attributes get their values from paths and constants."""

import pytest

from shared.definitions.attributes import Attribute
from shared.definitions.conditions import MISSING
from shared.definitions.mapping import Constant, Path, Source, parse, resolve
from shared.definitions.reader import People
from shared.definitions.scope import CONTACT, Scope
from tests.unit.definitions.world import node

DECLARED = {
    "device": Attribute("reference"),
    "priority": Attribute("text"),
    "code": Attribute("number", optional=True),
}
SCOPE = Scope(
    {"trigger": {"id": Attribute("reference"), "code": Attribute("number")}, "contact": CONTACT},
    {"tiles.later": "the tile `later` has not certainly run before"},
)


def test_sources_are_paths_and_constants() -> None:
    document, reader = node("{device: trigger.id, priority: {value: critical}, code: {value: 0}}")
    mapping = parse(document, DECLARED, SCOPE, reader)
    assert reader.faults == []
    assert mapping == {"device": Path("trigger.id"), "priority": Constant("critical"), "code": Constant(0)}


def test_a_source_without_a_value_is_left_out() -> None:
    mapping: dict[str, Source] = {"a": Path("x"), "b": Path("y"), "c": Path("z"), "d": Constant(False)}
    values = {"x": 1, "y": MISSING, "z": None}
    assert resolve(mapping, values.__getitem__) == {"a": 1, "d": False}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("{device: trigger.id}", ["1: `priority` is missing"]),
        (
            "device: trigger.id\npriority: contact.language\nprio: x",
            ["3: `prio` is not an attribute (did you mean `priority`?)"],
        ),
        (
            "priority: contact.language\ndevice: trigger.ident",
            ["2: `trigger.ident` is not known here (did you mean `trigger.id`?)"],
        ),
        ("priority: contact.language\ndevice: trigger.code", ["2: `trigger.code` is of type number, not reference"]),
        (
            "priority: contact.language\ndevice: contact.language",
            ["2: `contact.language` is of type text, not reference"],
        ),
        (
            "device: trigger.id\npriority: tiles.later.x",
            ["2: `tiles.later.x`: the tile `later` has not certainly run before"],
        ),
        (
            "device: trigger.id\npriority: contact.city",
            ["2: `contact.city` can only be compared: personal values are not passed on"],
        ),
        (
            "device: trigger.id\npriority: contact.tariff",
            ["2: `contact.tariff` can only be compared: personal values are not passed on"],
        ),
        ("device: trigger.id\npriority: {value: 1}", ["2: the value must be text"]),
        ("device: {value: ''}\npriority: {value: x}", ["1: the value must be an id"]),
        (
            "device: trigger.id\npriority: {valu: x}",
            ["2: `value` is missing", "2: unknown key `valu` (did you mean `value`?)"],
        ),
        ("device: trigger.id\npriority: 1", ["2: must be a mapping"]),
        ("device: trigger.id\npriority: ''", ["2: must be text"]),
        ("[]", ["1: `device` is missing", "1: `priority` is missing", "1: must be a mapping"]),
    ],
)
def test_a_mapping_at_fault(text: str, faults: list[str]) -> None:
    document, reader = node(text)
    reader.people = People({"tariff": Attribute("text")})
    parse(document, DECLARED, SCOPE, reader)
    assert sorted(f"{fault.line}: {fault.reason}" for fault in reader.faults) == faults


def test_a_reference_may_stand_where_text_is_wanted() -> None:
    document, reader = node("{device: trigger.id, priority: trigger.id}")
    parse(document, DECLARED, SCOPE, reader)
    assert reader.faults == []
