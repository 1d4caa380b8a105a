"""Triggers that are commands: each needs some attributes, knows others, and answers what it is."""

import pytest

from shared.definitions.commands import COMMANDS
from shared.definitions.trigger import TOLD_BY_EVENTS
from shared.journeys.commands import BY_THEMSELVES, BY_TILES
from tests.unit.definitions.world import faults, load

HEAD = "trigger: t\nkind: custom\ncommand: "


def test_what_can_be_named_can_be_given() -> None:
    assert set(COMMANDS) == {*BY_TILES, *BY_THEMSELVES}
    assert set(BY_THEMSELVES) == set(TOLD_BY_EVENTS)


GOOD = [
    "open_case\nattributes: {device: reference, note: text}\nanswer: {case_id: reference, number: text}",
    "update_case\nattributes: {case: reference, priority: text}\nanswer: {outcome: text}",
    "change_status\nattributes: {case: reference, status_reason: text, text: {type: text, optional: true}}",
    "resolve_case\nattributes: {case: reference, resolution: text, billable_minutes: number}",
    "escalate_case\nattributes: {case: reference, escalated: boolean}",
    "add_activity\nattributes: {case: reference, text: text, anything: datetime}",
    "recover_device\nattributes: {device: reference}",
]


@pytest.mark.parametrize("text", GOOD)
def test_a_command_with_what_it_needs(text: str) -> None:
    assert load(HEAD + text).triggers["t"].command == text.partition("\n")[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resolve_cas", ["3: there is no command `resolve_cas` (did you mean `resolve_case`?)"]),
        ("resolve_case", ["3: `resolve_case` needs an attribute `case` of type reference"]),
        (
            "change_status\nattributes:\n  case: reference\n  status_reason: {type: text, optional: true}",
            ["6: `change_status` needs `status_reason`: it must not be optional"],
        ),
        (
            "update_case\nattributes: {case: reference}",
            [
                "3: `update_case` needs an attribute among description, owner, priority, product, subject, title, type",
            ],
        ),
        (
            "resolve_case\nattributes:\n  case: text\n  billable_minutes: text",
            [
                "5: `case` of `resolve_case` is of type reference",
                "6: `billable_minutes` of `resolve_case` is of type number",
            ],
        ),
        (
            "escalate_case\nattributes: {case: reference}\nanswer:\n  outcome: text\n  numbr: text",
            ["7: `escalate_case` does not answer `numbr` (did you mean `number`?)"],
        ),
        (
            "escalate_case\nattributes: {case: reference}\nanswer:\n  number: number",
            ["6: `number` that `escalate_case` answers is of type text"],
        ),
    ],
)
def test_what_a_command_misses_is_named_with_its_line(text: str, expected: list[str]) -> None:
    assert faults(HEAD + text) == expected


ASKS = """
trigger: wanted
kind: custom
command: change_status
attributes: {case: reference, status_reason: text}
---
journey: j
starts_on: case-changed
tiles:
- id: ask
  activate_trigger: wanted
  with:
    case: trigger.case
    status_reason: {value: %s}
"""


def test_a_constant_that_the_command_would_refuse_is_a_fault_of_the_tile() -> None:
    assert load(ASKS % "researching").journeys
    assert faults(ASKS % "resolved") == [
        "14: `status_reason` of `change_status` is one of in_progress, on_hold, waiting_for_details, researching"
    ]
