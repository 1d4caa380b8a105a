"""The editor's JSON Schemas say what the loader says about the structure of a definition."""

import copy
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from shared.definitions import loader, stored_reader
from shared.definitions.faults import Invalid
from shared.definitions.kinds import KINDS, Kind
from tests.unit.definitions.json_schema import JsonSchema
from tests.unit.definitions.world import load

DEFINITIONS = Path(__file__).parents[3] / "definitions"

EVERYTHING = """
trigger: everything
kind: custom
command: open_case
attributes: {device: {type: reference, optional: false}, at: datetime, code: number, name: text, on: boolean}
audience: {attribute: device, via: device.owner}
answer: {number: text}
---
trigger: watched
kind: business
table: cases
columns: [status]
---
template: everything
channel: email
purpose: commercial
topic: news
default_language: de
languages:
  en: {subject: a, text: b, html: c}
  de: {subject: a, text: b}
---
contact_attributes: everything
attributes: {tariff: text, warranty_until: {type: datetime, optional: true}}
---
segment: vip
members: {attribute: contact.tariff, op: in, value: [gold]}
---
segment: everything
members:
  any:
    - {segment: vip}
    - all: [{attribute: contact.city, op: starts_with, value: B}, not: {attribute: contact.account, op: is_set}]
    - {attribute: contact.warranty_until, op: within_next, value: P30D}
    - {attribute: contact.registered_at, op: between, value: ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]}
---
journey: everything
starts_on: alarm
re_entry: {after: PT1H}
entry:
  all:
    - any: [{attribute: trigger.code, op: between, value: [1, 2]}]
    - any: [{attribute: trigger.at, op: before, value: 2026-01-01T00:00:00Z}]
    - not: {attribute: trigger.note, op: is_set}
    - {attribute: trigger.at, op: within_last, value: P1D}
    - {segment: vip}
    - {attribute: contact.tariff, op: is_set}
tiles:
  - {id: open, activate_trigger: case-requested, with: {device: trigger.device, priority: {value: high}}}
  - id: which
    branch:
      - {when: {attribute: trigger.loud, op: eq, value: true}, exit: too_loud}
      - when: {attribute: trigger.note, op: in, value: [a, b]}
        tiles: [{id: tell, send_sms: ticket, about: {case: trigger.device, number: {value: X}}}]
    otherwise:
      - id: wait
        if_then:
          trigger: case-changed
          by: case
          value: tiles.open.case_id
          where: {attribute: event.status, op: ne, value: active}
          within: P1DT1H
          yes: [{id: write, send_email: letter}]
          no: [{id: end, exit: nobody_came}]
---
journey: more
starts_on: {segment: vip, at: 2026-12-01T09:00:00Z, repeat: {every: P1D}}
exclude: vip
ends: 2027-01-01T00:00:00Z
state: live
exits:
  - {trigger: case-changed, by: contact, where: {attribute: event.status, op: eq, value: x}, reason: solved}
  - {trigger: case-changed, by: case, value: {value: C-1}}
  - {segment: vip, reason: is_vip}
goal: {trigger: case-changed, by: contact, where: {attribute: event.status, op: is_set}, share: 20}
tiles:
  - {id: a, wait: {for: P1D}, business_hours: everything}
  - {id: b, wait: {until: 2026-12-24T09:00:00Z}}
  - {id: c, split: [{share: 30, tiles: [{id: c1, send_sms: hello}]}, {share: 70}]}
  - id: d
    experiment:
      winner_by: goal
      share: 20
      ends_after: P10D
      default: b
      a: [{id: d1, send_sms: hello}]
      b: [{id: d2, send_email: letter}]
  - id: e
    best_channel:
      purpose: transactional
      sms: [{id: e1, send_sms: hello}]
      email: [{id: e2, send_email: letter}]
      none: [{id: e3, wait: {for: PT1H}}]
  - {id: f, create_task: Call them, for: {queue: support}, due: P2D, about: {case: {value: K}, number: {value: N}}}
  - {id: g, create_task: Call them, for: {person: kim}}
  - {id: h, send_sms: hello}
  - {id: i, if_then: {trigger: sms-delivered, by: run, of: h, within: P1D, yes: [{id: i1, send_sms: hello}]}}
  - {id: j, if_then: {segment: vip, within: P1D, no: [{id: j1, send_sms: hello}]}}
---
journey: dated
starts_on: alarm
state: draft
tiles:
  - {id: a, wait: {until: trigger.at, before: PT1H}}
  - {id: b, wait: {until: trigger.at, after: PT1H}}
  - id: c
    series:
      within: P9D
      until: {trigger: case-changed, by: device, where: {attribute: event.status, op: is_set}}
      steps: [{after: P1D, tiles: [{id: c1, send_sms: hello}]}, {after: P2D, tiles: [{id: c2, send_sms: hello}]}]
  - {id: d, series: {until: {condition: {segment: vip}}, steps: [{after: P1D, tiles: [{id: d1, send_sms: hello}]}]}}
  - {id: e, series: {until: {segment: vip}, steps: [{after: P1D, tiles: [{id: e1, send_sms: hello}]}]}}
---
journey: joining
starts_on: {segment: vip, repeat: newcomers}
tiles: [{exit: done}]
---
calendar: everything
time_zone: Europe/Berlin
weekdays:
  monday: ["09:00-12:30", "13:00-17:00"]
  tuesday: ["09:00-17:00"]
  wednesday: ["09:00-17:00"]
  thursday: ["09:00-17:00"]
  friday: ["09:00-17:00"]
  saturday: ["00:00-02:00"]
  sunday: ["18:00-24:00"]
holidays: {country: DE, subdivision: BE, dates: [2026-12-24, 06-19, {date: 12-31, name: New Year's Eve}]}
special: {2026-12-05: ["10:00-14:00"], 12-30: ["10:00-14:00"]}
---
policy: cases
alert_key: [device]
reopen_within: P1D
recovery: resolve
flapping: {alerts: 5, within: PT1H, quiet: PT30M}
transitions: {in_progress: [on_hold, problem_solved], problem_solved: [in_progress]}
closing: cascade
---
intake: webhook
unknown_sender: create_contact
limit: {at_most: 5, per: PT1H}
attributes: {form: text, code: {type: number, optional: true}}
rules:
  - {rule: a, when: {attribute: event.form, op: eq, value: spam}, ignore: spam}
  - {rule: b, when: {all: [{attribute: contact.city, op: is_set}, {segment: vip}]}, hold: for_a_person}
  - {rule: c, update: {reopen_within: P1D}, auto_reply: ticket}
  - {rule: d, when: {attribute: case.priority, op: eq, value: high}, update: {}, create: {}, require_entitlement: true}
  - {rule: e, create: {title: activity.subject, priority: {value: high}, error_code: event.code}, auto_reply: ticket}
---
queue: everything
title: All there is
kind: private
assignment: manual
skills: {pumps: 3}
---
routing: cases
rules:
  - rule: a
    when: {all: [{attribute: case.priority, op: eq, value: high}, {not: {attribute: case.product, op: is_set}}]}
    queue: everything
    skills: {german: 1}
  - {rule: b, when: {attribute: case.opened_at, op: within_last, value: P1D}, person: kim}
otherwise: {queue: everything}
---
trigger: promised
kind: custom
attributes: {case: reference, note: {type: text, optional: true}, due: {type: datetime, optional: true}}
---
sla: everything
default: true
reevaluate: true
kpis:
  - kpi: first_response
    applicable_from: case.opened_at
    applicable_when: {all: [{attribute: case.priority, op: in, value: [critical, high]}]}
    succeeds_when: {attribute: case.first_response_at, op: is_set}
    succeeded_at: case.first_response_at
    pauses_when: {not: {any: [{attribute: case.status_reason, op: eq, value: in_progress}]}}
    calendar: everything
    warn_after: PT1H
    fail_after: PT2H
    actions:
      warn: [{raise: promised, with: {case: case.case, note: {value: Soon}, due: kpi.at}}, {activity: Soon}]
      fail: [{escalate: true}, {route: true}, {raise: promised, with: {case: case.case}}]
      success: [{activity: Well done}]
  - kpi: first_response
    succeeds_when: {attribute: case.error_code, op: between, value: [1, 2]}
    fail_after: P3D
"""


SCHEMAS = {
    kind: JsonSchema(json.loads((DEFINITIONS / "schema" / f"{kind}.json").read_text(encoding="utf-8")))
    for kind in KINDS
}

OTHERS: tuple[Any, ...] = (None, "", "x", 1, True, [], {})
STRUCTURAL = (
    "unknown key",
    "must be a mapping",
    "must be a list",
    "must be text",
    "must be true",
    "must be a whole number",
    "a tile is one of",
    "a wait has either",
    "an if_then waits either",
    "an exit is either",
    "a task is `for`",
    "a case has either",
    "a series goes on",
    "say what to do",
    "`auto_reply` goes with",
    "`require_entitlement` goes with",
    "a case goes either",
    "an action is one of",
)


def sources() -> Iterator[tuple[Kind, Any, Any]]:
    """(kind, source, the triggers it uses) of all we ship, and of one of each kind that uses all there is."""
    for documents in (loader.load(loader.read_tree(DEFINITIONS)), load(EVERYTHING)):
        for (kind, _), source in documents.sources.items():
            yield kind, {key: value for key, value in source.items() if key != "uses"}, source.get("uses")


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from mappings(inner)


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


def refusal(kind: Kind, source: Any, uses: Any) -> list[str]:
    try:
        stored_reader.parse(kind, {**source, "uses": uses})
    except Invalid as invalid:
        return [fault.reason for fault in invalid.faults]
    return []


def test_every_definition_is_accepted() -> None:
    found = list(sources())
    assert {kind for kind, _, _ in found} == set(KINDS)
    assert [source for kind, source, _ in found if not SCHEMAS[kind].accepts(source)] == []


def test_what_the_editor_marks_the_loader_refuses_and_so_for_structure_the_other_way_round() -> None:
    judged = [
        (variant, SCHEMAS[kind].accepts(variant), refusal(kind, variant, uses))
        for kind, source, uses in sources()
        for variant in variants(source)
    ]
    assert [variant for variant, accepted, reasons in judged if not accepted and not reasons] == []
    assert [
        (variant, reason)
        for variant, accepted, reasons in judged
        for reason in reasons
        if accepted and reason.startswith(STRUCTURAL)
    ] == []
    assert {accepted for _, accepted, _ in judged} == {True, False}
