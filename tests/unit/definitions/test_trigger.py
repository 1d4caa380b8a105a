"""Triggers as they are written."""

import pytest

from shared.definitions.attributes import Attribute
from shared.definitions.trigger import Audience, Trigger
from tests.unit.definitions.world import faults, load


def test_a_custom_trigger_with_a_command() -> None:
    text = """
    trigger: case-wanted
    kind: custom
    command: open_case
    attributes: {device: reference, note: {type: text, optional: true}}
    audience: {attribute: device, via: device.owner}
    answer: {number: text}
    """
    assert load(text).triggers["case-wanted"] == Trigger(
        name="case-wanted",
        kind="custom",
        attributes={"device": Attribute("reference"), "note": Attribute("text", optional=True)},
        audience=Audience("device", "device.owner"),
        command="open_case",
        answer={"number": Attribute("text")},
    )


def test_a_business_trigger_watches_columns() -> None:
    text = """
    trigger: renamed
    kind: business
    table: contacts
    columns: [name, email]
    attributes: {contact: reference}
    audience: {attribute: contact}
    """
    trigger = load(text).triggers["renamed"]
    assert (trigger.table, trigger.columns) == ("contacts", ("name", "email"))
    assert (trigger.audience, trigger.answer) == (Audience("contact"), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trigger: t", ["1: `kind` is missing"]),
        ("kind: custom\ntrigger: A b", ["2: `A b` is not a name: [a-z][a-z0-9_-]{0,63}"]),
        ("trigger: 1\nkind: custom", ["1: must be text"]),
        (
            "trigger: t\nkind: costum",
            ["2: `costum` is not one of custom, business, interaction (did you mean `custom`?)"],
        ),
        ("trigger: t\nkind: custom\nattribute: {}", ["3: unknown key `attribute` (did you mean `attributes`?)"]),
        ("trigger: t\nkind: custom\nattributes: [a]", ["3: must be a mapping"]),
        (
            "trigger: t\nkind: custom\nattributes:\n  a: txt",
            ["4: `txt` is not one of text, number, boolean, datetime, reference (did you mean `text`?)"],
        ),
        ("trigger: t\nkind: custom\nattributes:\n  a: {optional: true}", ["4: `type` is missing"]),
        ("trigger: t\nkind: custom\nattributes:\n  a: {type: text, optional: 1}", ["4: must be true or false"]),
        ("trigger: t\nkind: custom\nattributes:\n  a b: text", ["4: `a b` is not a name: [A-Za-z_][A-Za-z0-9_]{0,63}"]),
        (
            "trigger: t\nkind: custom\nattributes: {contact: reference}\naudience: {attribute: contakt}",
            ["4: `contakt` is not an attribute (did you mean `contact`?)"],
        ),
        (
            "trigger: t\nkind: custom\nattributes: {name: text}\naudience: {attribute: name}",
            ["4: `name` must be a reference to name the audience"],
        ),
        (
            "trigger: t\nkind: custom\nattributes: {d: reference}\naudience: {attribute: d, via: device}",
            ["4: `device` is not one of device.owner (did you mean `device.owner`?)"],
        ),
        ("trigger: t\nkind: custom\ntable: cases", ["3: only a business trigger has `table`"]),
        ("trigger: t\nkind: custom\ncolumns: [a]", ["3: only a business trigger has `columns`"]),
        ("trigger: t\nkind: business\ntable: cases\ncommand: x", ["4: only a custom trigger has `command`"]),
        ("trigger: t\nkind: interaction\ntable: cases", ["3: only a business trigger has `table`"]),
        ("trigger: t\nkind: business", ["1: `table` is missing: a business trigger watches one"]),
        ("trigger: t\nkind: business\ntable: x\ncolumns: []", ["4: must be a list of at least one item"]),
        ("trigger: t\nkind: custom\nanswer: {a: text}", ["3: `answer` needs the `command` that gives it"]),
    ],
)
def test_a_trigger_at_fault(text: str, expected: list[str]) -> None:
    assert faults(text) == expected
