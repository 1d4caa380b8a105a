"""A step knows what every tile needs that it may come through, however it gets there."""

import pytest

from shared.definitions import needs
from tests.unit.journeys.building import journey

GERMAN = """- id: speaks
  branch:
    - {when: {attribute: contact.language, op: eq, value: de}, exit: german}
"""


def asked(tiles: str) -> int:
    """How many questions about the contact the entry must have answers to."""
    return len(needs.of_entry(journey(tiles)).asked)


@pytest.mark.parametrize(
    "tile",
    [
        "{id: until, wait: {until: trigger.at}}",
        "{id: until, wait: {until: 2026-01-01T00:00:00Z}}",
        "{id: maybe, split: [{share: 50}, {share: 50}]}",
        "{id: hi, send_sms: hello}",
    ],
    ids=["a date that an attribute says", "a moment", "a choice", "a message"],
)
def test_what_stands_behind_a_tile_that_may_not_hold_the_run_up_is_known(tile: str) -> None:
    assert asked(f"- {tile}\n{GERMAN}") == 1


@pytest.mark.parametrize(
    "tile",
    ["{id: day, wait: {for: P1D}}", "{id: change, if_then: {trigger: case-changed, by: device, within: P1D}}"],
    ids=["a while", "an event"],
)
def test_what_stands_behind_a_tile_that_waits_is_asked_when_the_run_is_there(tile: str) -> None:
    assert asked(f"- {tile}\n{GERMAN}") == 0
