"""Files become documents as a whole or not at all, and what is stored reads back the same."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.definitions import kinds, loader, stored_reader
from shared.definitions.contact_attributes import ContactAttributes
from shared.definitions.faults import Fault, Invalid
from tests.unit.definitions.world import TEMPLATES, TRIGGERS, faults, load

ROOT = Path(__file__).parents[3]
JOURNEY = "journey: j\nstarts_on: alarm\ntiles:\n- {id: hi, send_sms: hello}\n"
CALENDAR = "---\ncalendar: c\ntime_zone: Europe/Berlin\nweekdays: {monday: ['09:00-17:00']}\nholidays: {country: DE}\n"
WAITING = JOURNEY + "- {id: wait, if_then: {trigger: case-changed, within: P1D}}\n"
VIP = """
contact_attributes: ours
attributes: {tariff: text, seats: {type: number, optional: true}}
---
segment: vip
members: {all: [{attribute: contact.tariff, op: eq, value: gold}, {attribute: contact.language, op: eq, value: de}]}
"""


def all_faults(**texts: str) -> list[str]:
    with pytest.raises(Invalid) as caught:
        loader.load({f"{name}.yaml": text for name, text in texts.items()})
    assert str(caught.value) == "\n".join(map(str, caught.value.faults))
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", ["1: must be a mapping"]),
        ("\njorney: j", [f"2: a document is one of {', '.join(kinds.KINDS)} (did you mean `journey`?)"]),
        (JOURNEY + "---\n" + JOURNEY, ["6: the journey `j` is already in x.yaml:1"]),
        ("trigger: alarm\nkind: custom", ["1: the trigger `alarm` is already in triggers.yaml:2"]),
    ],
)
def test_a_document_at_fault(text: str, expected: list[str]) -> None:
    assert faults(text, "x.yaml") == expected


def test_faults_of_all_files_are_told_at_once_in_their_order() -> None:
    assert all_faults(
        b="trigger: t\nkind: odd\n",
        a="trigger: u\nkind: custom\nx: red\n---\ntemplate: x\nchannel: sms\n",
    ) == [
        "a.yaml:3: unknown key `x`",
        "a.yaml:5: `languages` is missing",
        "a.yaml:5: `purpose` is missing",
        "b.yaml:2: `odd` is not one of custom, business, interaction",
    ]


def test_a_faulty_document_is_not_said_to_be_unknown_where_it_is_used() -> None:
    triggers = TRIGGERS.replace("code: number", "code: integer")
    templates = TEMPLATES.replace("Hello {{ contact.name }}", "Hello {{ contact.name")
    journey = JOURNEY.replace("tiles:", "entry: {attribute: trigger.code, op: gt, value: 10}\ntiles:")
    assert all_faults(triggers=triggers, templates=templates, journey=journey) == [
        "templates.yaml:6: not Liquid: expected '}}', found end of file",
        "triggers.yaml:4: `integer` is not one of text, number, boolean, datetime, reference",
    ]


def test_where_a_text_is_not_yaml_its_meaning_is_not_judged() -> None:
    assert all_faults(triggers="trigger: [", twice="a: 1\na: 2", journey=JOURNEY) == [
        "triggers.yaml:1: not YAML: expected the node content, but found '<stream end>'",
        "twice.yaml:2: `a` is given twice",
    ]


def test_the_languages_of_templates_are_configured() -> None:
    assert loader.load({"t.yaml": TRIGGERS, "x.yaml": TEMPLATES}, languages=("en", "de")).templates
    with pytest.raises(Invalid) as caught:
        loader.load({"x.yaml": TEMPLATES}, languages=("en",))
    assert caught.value.faults[0] == Fault("x.yaml", 7, "`de` is not one of en")


def test_sources_are_json_and_read_back_the_same() -> None:
    documents = load(WAITING + "---\n" + VIP + CALENDAR)
    of_kind = {
        "trigger": documents.triggers,
        "template": documents.templates,
        "journey": documents.journeys,
        "segment": documents.segments,
        "calendar": documents.calendars,
        "contact_attributes": {"ours": ContactAttributes("ours", documents.contact_attributes)},
    }
    assert {kind for kind, _ in documents.sources} == set(of_kind)
    for (kind, name), source in documents.sources.items():
        stored = json.loads(json.dumps(source))
        assert stored == source
        assert stored_reader.parse(kind, stored) == of_kind[kind][name]


def test_a_stored_journey_means_what_it_meant_when_it_was_stored() -> None:
    before = load(WAITING)
    changed = {"triggers.yaml": TRIGGERS.replace("case: reference, ", ""), "templates.yaml": TEMPLATES}
    after = loader.load({**changed, "x.yaml": WAITING})
    source = before.sources["journey", "j"]
    uses = source["uses"]
    assert isinstance(uses, dict)
    assert uses.keys() == {"alarm", "case-changed"}
    assert source != after.sources["journey", "j"]
    assert stored_reader.parse("journey", source) == before.journeys["j"]


def test_a_stored_condition_knows_the_types_of_the_attributes_it_names_and_of_no_other() -> None:
    asking = JOURNEY.replace("tiles:", "entry: {not: {attribute: contact.seats, op: gt, value: 3}}\ntiles:")
    documents = load(asking + "---" + VIP)
    assert documents.sources["journey", "j"]["uses"]["contact.*"] == {  # type: ignore[index,call-overload]
        "seats": {"type": "number", "optional": True}
    }
    assert documents.sources["segment", "vip"]["uses"] == {"contact.*": {"tariff": {"type": "text", "optional": False}}}
    assert "contact.*" not in load(JOURNEY).sources["journey", "j"]["uses"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ({"journey": "j"}, "journey j: `uses` is missing"),
        (
            {"journey": "j", "starts_on": "alarm", "tiles": [{"id": "hi", "send_sms": "hello"}], "uses": {}},
            "journey j: there is no trigger `alarm`",
        ),
    ],
)
def test_a_stored_source_that_cannot_be_read_any_more_is_named(source: dict[str, object], fault: str) -> None:
    with pytest.raises(Invalid) as caught:
        stored_reader.parse("journey", source)
    assert str(caught.value) == fault


def test_what_is_stored_is_read_without_the_parsers_of_texts() -> None:
    """A function reads stored definitions as it starts cold; YAML and Liquid would double what it imports."""
    sources = [[kind, source] for (kind, _), source in load(WAITING).sources.items()]
    program = (
        "import json, sys; from shared.definitions.stored_reader import parse\n"
        "for kind, source in json.load(sys.stdin): parse(kind, source)\n"
        "print(sorted({'liquid', 'ruamel.yaml', 'pydantic'} & sys.modules.keys()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(sources), capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout == "[]\n"


def test_a_tree_is_read_by_the_paths_in_it(tmp_path: Path) -> None:
    (tmp_path / "journeys" / "old").mkdir(parents=True)
    (tmp_path / "journeys" / "old" / "a.yaml").write_text("grüße", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("b")
    (tmp_path / "notes.txt").write_text("c")
    assert loader.read_tree(tmp_path) == {"b.yaml": "b", "journeys/old/a.yaml": "grüße"}


def test_the_examples_in_a_tree_are_only_read_where_asked_for(tmp_path: Path) -> None:
    for folder in ("journeys", "examples/journeys", "journeys/examples"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "one.yaml").write_text("journey: one", encoding="utf-8")
    assert list(loader.read_tree(tmp_path)) == ["journeys/examples/one.yaml", "journeys/one.yaml"]
    assert "examples/journeys/one.yaml" in loader.read_tree(tmp_path, examples=True)


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff")
    with pytest.raises(Invalid) as caught:
        loader.read_tree(tmp_path)
    assert str(caught.value) == "a.yaml:1: not UTF-8"


def test_a_scenario_is_no_definition() -> None:
    scenario = "scenario: all is well\njourney: case-status-update\nevents: []\n"
    assert loader.load({"s.yaml": scenario}).sources == {}
