"""Rules for incoming messages are read with every fault, each with its line."""

from datetime import timedelta

import pytest

from shared.definitions.conditions import Compare
from shared.definitions.intake import Create, Hold, Ignore, Intake, Limit, Rule, Update
from shared.definitions.mapping import Constant, Path
from tests.unit.definitions.world import faults, load


def read(text: str, channel: str = "email") -> Intake:
    found = load(text).of_cases["intake"][channel]
    assert isinstance(found, Intake)
    return found


def test_rules_are_read_in_their_order() -> None:
    text = """
intake: email
unknown_sender: create_contact
limit: {at_most: 20, per: PT2H}
rules:
  - {rule: robots, when: {attribute: activity.automatic, op: eq, value: true}, ignore: automatic_mail}
  - {rule: legal, when: {attribute: activity.text, op: contains, value: lawyer}, hold: legal}
  - {rule: replies, update: {reopen_within: P14D}}
  - rule: all
    create: {title: activity.subject, priority: {value: high}}
    auto_reply: ticket
    require_entitlement: true
"""
    assert read(text) == Intake(
        "email",
        (
            Rule("robots", Compare("activity.automatic", "eq", True, "boolean"), ends=Ignore("automatic_mail")),
            Rule("legal", Compare("activity.text", "contains", "lawyer", "text"), ends=Hold("legal")),
            Rule("replies", update=Update(timedelta(days=14))),
            Rule(
                "all",
                create=Create({"title": Path("activity.subject"), "priority": Constant("high")}),
                auto_reply="ticket",
                require_entitlement=True,
            ),
        ),
        "create_contact",
        Limit(20, timedelta(hours=2)),
    )


def test_a_webhook_compares_and_passes_on_what_its_events_bring() -> None:
    text = """
intake: webhook
attributes: {form: text, device: reference, code: number}
rules:
  - rule: forms
    when: {attribute: event.form, op: eq, value: contact}
    create: {device: event.device, error_code: event.code}
"""
    intake = read(text, "webhook")
    [rule] = intake.rules
    assert rule.create == Create({"device": Path("event.device"), "error_code": Path("event.code")})
    assert set(intake.attributes) == {"form", "device", "code"}


@pytest.mark.parametrize(
    ("within", "wanted"),
    [("", timedelta(days=7)), ("reopen_within: P0D", timedelta()), ("reopen_within: PT1H", timedelta(hours=1))],
)
def test_a_closed_case_is_opened_again_for_a_week_or_as_long_as_the_rule_says(within: str, wanted: timedelta) -> None:
    [rule] = read(f"intake: sms\nrules: [{{rule: a, update: {{{within}}}}}]", "sms").rules
    assert rule.update == Update(wanted)


FAULTY = [
    ("intake: fax\nrules: [{rule: a, create: {}}]", "1: `fax` is not one of email, sms, webhook"),
    ("intake: email", "1: `rules` is missing"),
    ("intake: email\nrules: []", "2: must be a list of at least one item"),
    ("intake: email\nattributes: {a: text}\nrules: [{rule: a, create: {}}]", "2: only a webhook brings attributes"),
    (
        "intake: email\nunknown_sender: shoo\nrules: [{rule: a, create: {}}]",
        "2: `shoo` is not one of hold, create_contact, reject",
    ),
    (
        "intake: email\nlimit: {at_most: 0, per: PT1H}\nrules: [{rule: a, create: {}}]",
        "2: must be a whole number from 1 to 1000",
    ),
    ("intake: email\nlimit: {at_most: 9, per: P2D}\nrules: [{rule: a, create: {}}]", "2: `P2D` is longer than 1 days"),
    ("intake: email\nrules:\n- {rule: a}", "3: say what to do: create, update, ignore, hold"),
    ("intake: email\nrules:\n- {rule: a, create: {}, ignore: no}", "3: `create` and `ignore` exclude one another"),
    (
        "intake: email\nrules:\n- {rule: a, ignore: no, auto_reply: ticket}",
        "3: `auto_reply` goes with `create` or `update`",
    ),
    (
        "intake: email\nrules:\n- {rule: a, create: {prio: {value: high}}}",
        "3: `prio` is not an attribute (did you mean `priority`?)",
    ),
    (
        "intake: email\nrules:\n- {rule: a, create: {priority: {value: urgent}}}",
        "3: `urgent` is not one of critical, high, normal, low",
    ),
    (
        "intake: email\nrules:\n- {rule: a, create: {error_code: activity.text}}",
        "3: `activity.text` is of type text, not number",
    ),
    (
        "intake: email\nrules:\n- {rule: a, create: {title: event.title}}",
        "3: `event.title`: only a webhook brings attributes",
    ),
    (
        "intake: sms\nrules:\n- {rule: a, when: {attribute: activity.to, op: is_set}, create: {}}",
        "3: `activity.to` is not known here (did you mean `activity.at`?)",
    ),
    ("intake: email\nrules:\n- {rule: a, create: {}, auto_reply: nothing}", "3: there is no template `nothing`"),
    ("intake: email\nrules:\n- {rule: a, when: {segment: nobody}, create: {}}", "3: there is no segment `nobody`"),
    (
        "intake: email\nrules:\n- {rule: a, create: {}}\n- {rule: b, update: {}}",
        "4: is never reached: the rule `a` takes everything",
    ),
    ("intake: email\nrules:\n- {rule: a, update: {}}\n- {rule: a, create: {}}", "4: the rule `a` is there twice"),
    (
        "intake: email\nrules:\n- {rule: a, update: {reopen_within: soon}}",
        "3: `soon` is not a duration, such as PT15M or P2D",
    ),
    (
        "intake: email\nrules: [{rule: a, create: {}}]\n---\nintake: email\nrules: [{rule: a, create: {}}]",
        "4: the intake `email` is already in x.yaml:1",
    ),
]


@pytest.mark.parametrize(("text", "fault"), FAULTY)
def test_every_fault_is_told_with_its_line(text: str, fault: str) -> None:
    assert fault in faults(text)


def test_an_auto_reply_says_nothing_that_is_not_known() -> None:
    template = """
template: wrong
channel: email
purpose: transactional
languages:
  en: {subject: Hello, text: "{{ trigger.code }}"}
  de: {subject: Hallo, text: "{{ trigger.code }}"}
---
intake: email
rules: [{rule: a, create: {}, auto_reply: wrong}]
"""
    assert faults(template) == ["10: the template `wrong` says `trigger.code` is not known here"]
