"""Recorded events: the forms they come in, and what is wrong with them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.contacts.messages import PutContact
from shared.definitions.faults import Invalid
from shared.devices.messages import PutDevice
from shared.scenarios import files, recorded
from shared.scenarios.recorded import Known
from shared.scenarios.result import Result
from shared.scenarios.scenario import Fire, Scenario
from shared.scenarios.scenario_reader import START
from tests.unit.scenarios.building import documents, told


def event(**changed: Any) -> dict[str, Any]:
    whole = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/plants/berlin/4",
        "type": "iot-device-malfunction",
        "time": "2026-02-27T23:00:00Z",
        "data": {"device_id": "D-1", "error_code": 11},
    }
    return whole | changed


EVENTS = [event(id="e-2", time="2026-02-28T01:00:00+01:00"), event()]
KNOWN = Known([PutContact("ada", "Ada", "", "+4930901820")], [PutDevice("D-1", "ada")])


def read(text: str, file: str = "e.json", known: Known = KNOWN) -> Scenario:
    return recorded.read(file, text, documents(), known)


def faults(text: str, file: str = "e.json") -> list[str]:
    with pytest.raises(Invalid) as raised:
        read(text, file)
    return str(raised.value).splitlines()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("e.json", json.dumps(EVENTS)),
        ("e.json", json.dumps(EVENTS, indent="\t")),
        ("e.json", json.dumps({"events": EVENTS})),
        ("e.jsonl", "\n\n".join(json.dumps(each) for each in EVENTS)),
        ("e.yaml", "\n---\n".join(json.dumps(each) for each in EVENTS)),
        ("e.yaml", "events:\n" + "\n".join(f"  - {json.dumps(each)}" for each in EVENTS)),
    ],
)
def test_events_come_as_json_as_lines_or_as_yaml(file: str, text: str) -> None:
    scenario = read(text, file)
    assert scenario.starts == datetime.fromisoformat("2026-02-27T23:00:00Z")
    assert [(step.at, step.action) for step in scenario.steps] == [
        (timedelta(), Fire("iot-device-malfunction", EVENTS[1]["data"], "e-1", "/plants/berlin/4")),
        (timedelta(hours=1), Fire("iot-device-malfunction", EVENTS[0]["data"], "e-2", "/plants/berlin/4")),
    ]


def test_they_are_played_with_those_they_are_about() -> None:
    lines = told(Result.of(read(json.dumps(EVENTS)), documents()))
    assert "ends: ada completes critical-device-error" in lines
    assert "ends: ada exits critical-device-error: case_already_open" in lines


def test_a_file_may_bring_those_they_are_about() -> None:
    people = {"contacts": [{"id": "bo"}], "devices": [{"id": "D-2", "contact": "bo"}]}
    scenario = read(json.dumps({**people, "events": [event()]}))
    assert [person.contact.contact for person in scenario.people] == ["ada", "bo"]
    assert [device.device for device in scenario.devices] == ["D-1", "D-2"]


def test_what_is_written_by_hand_names_only_what_matters() -> None:
    scenario = read("- {type: pinged, data: {who: ada}}", "e.yaml")
    assert (scenario.starts, scenario.steps[0].at) == (START, timedelta())
    assert scenario.steps[0].action == Fire("pinged", {"who": "ada"}, "event-1", "/recorded")


def test_every_fault_of_every_event_is_told_with_its_line() -> None:
    text = "\n".join(
        f"- {json.dumps(each)}"
        for each in (event(id="", time="yesterday"), event(type="nonsense"), event(data={"device_id": "D-1"}), 7)
    )
    assert faults(text, "e.yaml") == [
        "e.yaml:1: event 1: id must not be empty",
        "e.yaml:1: event 1: time must be a date and time with its offset (RFC 3339)",
        "e.yaml:2: there is no trigger `nonsense`",
        "e.yaml:3: `error_code` is missing",
        "e.yaml:4: event 4: body must be a JSON object",
    ]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("e.json", '[\n{"a": }]', "e.json:2: not JSON: Expecting value"),
        ("e.jsonl", json.dumps(event()) + "\n{", "e.jsonl:2: not JSON"),
        ("e.yaml", "", "e.yaml:1: is empty"),
        ("e.yaml", "[", "e.yaml:1: not YAML: expected the node content, but found '<stream end>'"),
        ("e.json", "[]", "e.json:1: must be a list of at least one item"),
        ("e.json", '{"events": [], "event": 1}', "e.json:1: unknown key `event` (did you mean `events`?)"),
        ("e.json", json.dumps([event(time="0001-01-01T00:00:00Z")]),
         "e.json:1: its times cannot be played: they are not within ten years"),
        ("e.json", json.dumps([event(), event(time="9999-12-31T00:00:00Z")]),
         "e.json:1: its times cannot be played: they are not within ten years"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_events_is_told(file: str, text: str, told: str) -> None:
    assert told in faults(text, file)


def test_contacts_come_with_the_attributes_that_are_declared(tmp_path: Path) -> None:
    contacts = tmp_path / "contacts.csv"
    contacts.write_text(
        "contact_id,name,email,phone,language,time_zone,attribute.tariff\nada,Ada,,,de,,gold\n", encoding="utf-8"
    )
    events = tmp_path / "events.json"
    events.write_text('[{"type": "pinged", "data": {"who": "ada"}}]', encoding="utf-8")
    [found] = files.read([], files.Recording(events, contacts), documents())
    assert [person.contact.attributes for person in found.people] == [{"tariff": "gold"}]
