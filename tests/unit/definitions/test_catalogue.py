"""What is published can be asked by trigger, and never changes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.definitions.catalogue import Catalogue, Published
from tests.unit.definitions.world import load

JOURNEYS = """
journey: zebra
starts_on: alarm
tiles:
  - {id: wait, if_then: {trigger: case-changed, by: device, within: P1D}}
  - {id: more, if_then: {trigger: case-changed, by: contact, within: P1D}}
---
journey: ant
starts_on: alarm
tiles:
  - {id: hi, send_sms: hello}
---
journey: cow
starts_on: case-changed
tiles:
  - {id: wait, if_then: {trigger: sms-delivered, by: contact, within: P1D}}
  - {id: praise, activate_trigger: praised}
"""


@pytest.fixture
def catalogue() -> Catalogue:
    documents = load(JOURNEYS)
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    journeys = {name: Published(journey, 1, "live", noon) for name, journey in documents.journeys.items()}
    journeys["ant"] = Published(documents.journeys["ant"], 2, "stopped", noon)
    return Catalogue(documents.triggers, journeys, documents.templates)


def test_journeys_are_found_by_their_trigger_whatever_their_state(catalogue: Catalogue) -> None:
    assert [published.journey.name for published in catalogue.starting_on("alarm")] == ["ant", "zebra"]
    assert [published.state for published in catalogue.starting_on("alarm")] == ["stopped", "live"]
    assert catalogue.starting_on("praised") == ()


def test_waits_are_found_by_what_they_compare(catalogue: Catalogue) -> None:
    assert catalogue.waiting_on("case-changed") == {"device", "contact"}
    assert catalogue.waiting_on("sms-delivered") == {"contact"}
    assert catalogue.waiting_on("alarm") == frozenset()


def test_runs_of_earlier_versions_still_wait(catalogue: Catalogue) -> None:
    later = replace(catalogue, waits={"case-changed": frozenset({"case"}), "praised": frozenset({"contact"})})
    assert later.waiting_on("case-changed") == {"case", "device", "contact"}
    assert later.is_used("praised")


def test_a_trigger_is_used_if_it_starts_or_resumes_something(catalogue: Catalogue) -> None:
    used = [name for name in catalogue.triggers if catalogue.is_used(name)]
    assert used == ["alarm", "case-changed", "sms-delivered"]


def test_a_catalogue_does_not_change_with_what_it_was_made_of() -> None:
    documents = load(JOURNEYS)
    triggers = dict(documents.triggers)
    catalogue = Catalogue(triggers, {}, {})
    triggers.clear()
    assert "alarm" in catalogue.triggers
    with pytest.raises(TypeError):
        catalogue.triggers["new"] = documents.triggers["alarm"]  # type: ignore[index]


def test_a_trigger_is_used_in_the_journeys_that_start_on_it_wait_for_it_or_raise_it(catalogue: Catalogue) -> None:
    assert {name: catalogue.used_in(name) for name in catalogue.triggers} == {
        "alarm": ("ant", "zebra"),
        "case-changed": ("cow", "zebra"),
        "sms-delivered": ("cow",),
        "praised": ("cow",),
        "case-requested": (),
    }


def test_a_change_of_a_record_fires_the_ready_triggers_on_it(catalogue: Catalogue) -> None:
    assert [trigger.name for trigger in catalogue.watching("cases", ("status",))] == ["case-changed"]
    assert catalogue.watching("cases", ()) == catalogue.watching("contacts", ("status",)) == ()
    for state in ("draft", "stopped"):
        changed = replace(catalogue.triggers["case-changed"], state=state)
        assert replace(catalogue, triggers={"case-changed": changed}).watching("cases", ("status",)) == ()
