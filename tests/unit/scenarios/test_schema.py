"""The editor's JSON Schema of scenarios says what the reader says about their structure."""

import copy
import json
from collections.abc import Iterator
from itertools import product
from typing import Any

from shared.definitions.node import of_plain
from shared.definitions.reader import Reader
from shared.definitions.yaml_text import YamlText
from shared.scenarios import scenario_reader
from tests.unit.definitions.json_schema import JsonSchema
from tests.unit.definitions.test_schemas import STRUCTURAL, mappings
from tests.unit.scenarios.building import DEFINITIONS, documents, text

SCHEMA = JsonSchema(json.loads((DEFINITIONS / "schema" / "scenario.json").read_text(encoding="utf-8")))
OTHERS: tuple[Any, ...] = (None, "x", 1, True, [], {})
EVERYTHING = text(
    """
    - {at: PT0S, trigger: pinged, data: {who: ada}, id: e-1}
    - {at: 2026-03-02T08:30:00Z, resolve: newest, resolution: problem_solved, text: a, contact: ada}
    - {at: PT1H, cancel: newest, text: a, contact: ada}
    - {at: PT1H, reactivate: newest, text: a, contact: ada}
    - {at: PT1H, status: on_hold, text: a, contact: ada}
    - {at: PT1H, report: greet, as: opened, journey: pinging, contact: ada}
    - {at: PT1H, consent: {contact: ada, sms/commercial: opted_in}}
    - at: PT1H
      put_contact: {id: cy, name: Cy, phone: "+4930901822", email: c@example.com, language: de,
                    time_zone: Europe/Berlin, consents: {email/commercial/news: not_set}}
    - {at: PT1H, put_device: {id: D-2, contact: cy, model: X}}
    - {at: PT1H, report: greet, as: clicked, link: a}
    - {at: PT1H, reply: greet, text: STOP, journey: pinging, contact: ada}
    - {at: PT1H, push: subscribed, contact: ada}
    - {at: PT1H, pause: pinging}
    - {at: PT1H, resume: pinging}
    - {at: PT1H, stop: pinging}
    - {at: PT1H, trigger: case-opened, about: newest, contact: ada, data: {contact: ada, status: a, status_reason: a,
       priority: high}}
    - at: PT1H
      put_contact: {id: di, city: a, position: a, account: a, relationship: a, preferred_channel: sms, push: true,
                    attributes: {tariff: a, visits: 3}, consents: {push/commercial: opted_in}}
    """,
    """
    runs: [{contact: ada, journey: pinging, status: exited, reason: "", path: [german], goal: false}]
    messages:
      - {to: ada, channel: sms, template: hello, journey: pinging, tile: greet, language: de, state: sent, reason: "",
         subject: "", at: PT0S, contains: a}
      - {to: ada, contains: [a, b]}
    not_entered: [{contact: ada, journey: pinging, reason: re_entry}]
    nothing_else: true
    """,
)


def sources() -> Iterator[Any]:
    files = [path.read_text(encoding="utf-8") for path in (DEFINITIONS / "scenarios").glob("*.yaml")]
    for written in (*files, EVERYTHING, EVERYTHING + "until: P1D\n"):
        for node in YamlText("s.yaml", written).documents:
            yield node.plain()


def refusal(source: Any) -> list[str]:
    reader = Reader("s.yaml")
    scenario_reader.parse(of_plain(source), reader, documents())
    return [fault.reason for fault in reader.faults]


def variants(source: Any) -> Iterator[Any]:
    """The source with one key more, one less, or one value of another type, at every place in turn."""
    for place, mapping in enumerate(mappings(source)):
        for key, other in product(["another_key", *mapping], OTHERS):
            copied = copy.deepcopy(source)
            list(mappings(copied))[place][key] = other
            yield copied
        for key in mapping:
            copied = copy.deepcopy(source)
            del list(mappings(copied))[place][key]
            yield copied


def test_every_scenario_is_accepted() -> None:
    assert [source for source in sources() if not SCHEMA.accepts(source)] == []
    assert [refusal(source) for source in sources() if refusal(source)] == []


def test_every_scenario_of_the_examples_is_accepted() -> None:
    files = [path.read_text(encoding="utf-8") for path in (DEFINITIONS / "examples" / "scenarios").glob("*.yaml")]
    plain = [node.plain() for written in files for node in YamlText("s.yaml", written).documents]
    assert [source for source in plain if not SCHEMA.accepts(source)] == []


def test_what_the_editor_marks_the_reader_refuses_and_so_for_structure_the_other_way_round() -> None:
    everything = list(sources())[-1]
    judged = [(variant, SCHEMA.accepts(variant), refusal(variant)) for variant in variants(everything)]
    assert [variant for variant, accepted, reasons in judged if not accepted and not reasons] == []
    assert [
        (variant, reason)
        for variant, accepted, reasons in judged
        for reason in reasons
        if accepted and reason.startswith(STRUCTURAL)
    ] == []
    assert {accepted for _, accepted, _ in judged} == {True, False}
