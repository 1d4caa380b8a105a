"""Triggers as they are written."""

from typing import Any

import pytest

from shared.definitions import stored_reader
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


def test_a_business_trigger_may_watch_what_a_deployment_keeps_of_contacts() -> None:
    text = "contact_attributes: c\nattributes: {tariff: text}\n---\ntrigger: t\nkind: business\ntable: contacts\n"
    documents = load(text + "columns: [tariff]")
    assert documents.triggers["t"].columns == ("tariff",)
    assert stored_reader.parse("trigger", documents.sources["trigger", "t"]) == documents.triggers["t"]


@pytest.mark.parametrize(
    ("kind", "table", "columns", "changed", "is_watched"),
    [
        ("business", "cases", (), (), True),
        ("business", "cases", (), ("status",), False),
        ("business", "cases", ("status",), ("status", "priority"), True),
        ("business", "cases", ("status", "priority"), ("priority",), True),
        ("business", "cases", ("status",), ("priority",), False),
        ("business", "cases", ("status",), (), False),
        ("business", "contacts", ("status",), ("status",), False),
        ("custom", None, (), (), False),
    ],
)
def test_a_new_record_or_a_change_of_a_column_is_watched(
    kind: Any, table: str | None, columns: tuple[str, ...], changed: tuple[str, ...], is_watched: bool
) -> None:
    assert Trigger("t", kind, {}, table=table, columns=columns).watches("cases", changed) is is_watched


def test_a_trigger_is_ready_if_nothing_else_is_said() -> None:
    texts = ["", "state: draft", "state: stopped", "state: ready"]
    read = [load(f"trigger: t\nkind: custom\n{text}").triggers["t"] for text in texts]
    assert [(trigger.state, trigger.is_ready) for trigger in read] == [
        ("ready", True),
        ("draft", False),
        ("stopped", False),
        ("ready", True),
    ]


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
        ("trigger: t\nkind: business\ntable: cases\ncolumns: []", ["4: must be a list of at least one item"]),
        ("trigger: t\nkind: business\ntable: case", ["3: there is no table `case` (did you mean `cases`?)"]),
        (
            "trigger: t\nkind: business\ntable: cases\ncolumns:\n- status\n- statsu_reason",
            ["6: `statsu_reason` is not a column of cases (did you mean `status_reason`?)"],
        ),
        (
            "trigger: t\nkind: business\ntable: contacts\ncolumns: [name, tarif]",
            ["4: `tarif` is not a column of contacts"],
        ),
        (
            "trigger: t\nkind: business\ntable: cases\nattributes:\n  case: reference\n  numbr: text\n  status: number",
            [
                "6: a change of cases does not tell `numbr` (did you mean `number`?)",
                "7: `status` of cases is of type text",
            ],
        ),
        (
            "trigger: t\nkind: custom\nstate: stoped",
            ["3: `stoped` is not one of ready, draft, stopped (did you mean `stopped`?)"],
        ),
        ("trigger: t\nkind: custom\nanswer: {a: text}", ["3: `answer` needs the `command` that gives it"]),
    ],
)
def test_a_trigger_at_fault(text: str, expected: list[str]) -> None:
    assert faults(text) == expected
