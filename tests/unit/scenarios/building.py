"""Definitions, and scenarios about them, for the tests of simulation."""

from functools import cache
from pathlib import Path
from textwrap import dedent, indent

from shared.definitions.faults import Invalid
from shared.definitions.loader import Documents, load, read_tree
from shared.scenarios import scenario_reader
from shared.scenarios.result import Result
from shared.scenarios.scenario import Scenario

DEFINITIONS = Path(__file__).parents[3] / "definitions"
OWN = """
contact_attributes: own
attributes: {tariff: {type: text, optional: true}, visits: {type: number, optional: true}}
---
segment: golden
members: {attribute: contact.tariff, op: eq, value: gold}
---
trigger: pinged
kind: custom
attributes: {who: reference, loud: {type: boolean, optional: true}, note: {type: text, optional: true}}
audience: {attribute: who}
---
trigger: ponged
kind: custom
attributes: {who: reference}
audience: {attribute: who}
---
journey: pinging
starts_on: pinged
re_entry: {after: P1D}
entry: {not: {attribute: trigger.loud, op: eq, value: true}}
tiles:
  - id: german
    branch:
      - when: {all: [{attribute: contact.language, op: eq, value: de}, {attribute: trigger.note, op: is_set}]}
        tiles: [{id: greet, send_sms: hello}]
  - id: answer
    if_then:
      trigger: ponged
      by: contact
      within: PT2H
      yes: [{id: thank, send_email: thanks}]
      no: [{id: silence, exit: nobody_came}]
---
template: hello
channel: sms
purpose: commercial
languages:
  en: {text: "Hello {{ contact.name }}. STOP ends this."}
  de: {text: "Guten Tag, {{ contact.name }}. Ende mit STOP."}
---
template: thanks
channel: email
purpose: transactional
languages:
  en: {subject: Thanks, text: "Thank you.\\nReally.", html: "<p>Thank you.</p>"}
  de: {subject: Danke, text: Danke., html: "<p>Danke.</p>"}
"""
HEADER = """
scenario: it is so
journey: pinging
starts: 2026-03-02T09:00:00+01:00
contacts:
  - {id: ada, name: Ada, phone: "+4930901820", email: ada@example.com, language: de,
     consents: {sms/commercial: opted_in}}
  - {id: bo, name: Bo, phone: "+4930901821", email: bo@example.com}
devices:
  - {id: D-1, contact: ada, model: X}
"""


@cache
def documents() -> Documents:
    return load(read_tree(DEFINITIONS) | {"own.yaml": OWN})


def text(events: str, expect: str = "", header: str = HEADER) -> str:
    """A scenario document out of its events and expectations."""
    parts = [header.strip(), "events:", indent(dedent(events).strip(), "  ")]
    if expect:
        parts += ["expect:", indent(dedent(expect).strip(), "  ")]
    return "\n".join(parts) + "\n"


def scenario(events: str, expect: str = "", header: str = HEADER) -> Scenario:
    [found] = scenario_reader.read({"s.yaml": text(events, expect, header)}, documents())
    return found


def result(events: str, expect: str = "", header: str = HEADER, seed: int = 0) -> Result:
    return Result.of(scenario(events, expect, header), documents(), seed)


def faults(written: str) -> list[str]:
    try:
        scenario_reader.read({"s.yaml": written}, documents())
    except Invalid as invalid:
        return str(invalid).splitlines()
    return []


def told(of: Result) -> list[str]:
    """What happened, a line each."""
    return [f"{entry.kind}: {entry.text}" for entry in of.outcome.entries]
