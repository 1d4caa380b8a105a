"""Judging: what holds is a tick; what does not says what was found instead."""

import pytest

from tests.unit.scenarios.building import HEADER, result

EVENTS = """
- {at: PT0S, trigger: pinged, data: {who: ada, note: hi}}
- {at: PT1H, trigger: ponged, data: {who: ada}}
- {at: PT2H, trigger: pinged, data: {who: ada}}
- {at: PT3H, trigger: pinged, data: {who: bo, note: hi, loud: true}}
"""
TRUE = """
runs: [{contact: ada, status: completed, reason: "", path: [german, greet, answer, thank]}]
messages:
  - {to: ada, channel: sms, template: hello, journey: pinging, tile: greet, language: de, state: sent, at: PT0S}
  - {to: ada, subject: Danke, contains: [Danke., Danke]}
not_entered: [{contact: ada, reason: re_entry}, {contact: bo}]
nothing_else: true
"""
SMS = 'sms to ada, hello: "Guten Tag, Ada. Ende mit STOP."'
MAIL = 'email to ada, thanks: "Danke."'


def test_what_was_expected_holds() -> None:
    judged = result(EVENTS, TRUE)
    assert judged.failures() == []
    assert [verdict.expected for verdict in judged.verdicts] == [
        "ada runs pinging: completed, german > greet > answer > thank",
        "sms to ada, template hello, journey pinging, tile greet, language de, state sent, at the start",
        "a message to ada, subject Danke, with 'Danke.', with 'Danke'",
        "ada does not enter pinging: re_entry",
        "bo does not enter pinging",
        "no other message",
    ]


def test_what_is_not_named_is_not_checked() -> None:
    assert result(EVENTS).verdicts == ()
    assert result(EVENTS).holds


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        ("runs: [{contact: ada, status: exited}]", "completed, german > greet > answer > thank"),
        ("runs: [{contact: ada, path: [german]}]", "completed, german > greet > answer > thank"),
        ("runs: [{contact: ada, reason: nobody_came}]", "completed, german > greet > answer > thank"),
        ("runs: [{contact: ada, goal: true}]", "completed, german > greet > answer > thank"),
        ("runs: [{contact: bo}]", "did not enter: condition_not_met"),
        ("runs: [{contact: ada, journey: case-status-update}]", "no run (or none more)"),
        ("not_entered: [{contact: bo, reason: re_entry}]", "did not enter: condition_not_met"),
        ("not_entered: [{contact: bo, journey: case-status-update}]", "no event asked for it"),
        ("messages: [{to: bo, template: hello}]", f"to is ada; {SMS}"),
        ("messages: [{to: ada, template: hello, language: en}]", f"language is de; {SMS}"),
        ("messages: [{to: ada, template: hello, state: delivered}]", f"state is sent; {SMS}"),
        ("messages: [{to: ada, template: hello, at: PT1M}]", f"it left at the start; {SMS}"),
        ("messages: [{to: ada, template: thanks, at: PT1M}]", f"it left 1 h after the start; {MAIL}"),
        ("messages: [{to: ada, tile: greet, contains: [Hallo]}]", f"it does not contain 'Hallo'; {SMS}"),
        ("messages: [{to: ada, template: thanks, subject: Bitte}]", f"subject is Danke; {MAIL}"),
        ("messages: [{to: ada, template: hello}]\nnothing_else: true", MAIL),
        ("nothing_else: true", f"{SMS}; {MAIL}"),
    ],
)
def test_what_does_not_hold_says_what_was_found(expect: str, found: str) -> None:
    judged = result(EVENTS, expect)
    assert [verdict.found for verdict in judged.failures()] == [found]
    assert not judged.holds


def test_each_run_and_each_message_answers_one_expectation_only() -> None:
    expect = """
    runs: [{contact: ada}, {contact: ada}]
    messages: [{to: ada, template: hello}, {to: ada, channel: email}, {to: ada}]
    """
    assert [verdict.found for verdict in result(EVENTS, expect).failures()] == [
        "did not enter: re_entry",
        "no message (or none more)",
    ]


def test_who_entered_was_not_kept_out() -> None:
    [failure] = result("- {at: PT0S, trigger: pinged, data: {who: bo}}", "not_entered: [{contact: bo}]").failures()
    assert (failure.expected, failure.found) == ("bo does not enter pinging", "entered")


def test_a_run_that_waits_is_found_where_it_waits() -> None:
    event = "- {at: PT0S, trigger: pinged, data: {who: bo}}"
    [failure] = result(event, "runs: [{contact: bo, status: completed}]", f"{HEADER}until: PT1H").failures()
    assert failure.found == "running at answer, german > answer"


def test_a_message_that_was_blocked_is_none_and_may_be_expected_as_such() -> None:
    event = "- {at: PT0S, trigger: pinged, data: {who: ada, note: hi}}"
    header = HEADER.replace("opted_in", "opted_out")
    assert result(event, "messages: [{to: ada, state: blocked, reason: opted_out}]\nnothing_else: true", header).holds
    [failure] = result(event, "messages: [{to: ada}]", header).failures()
    assert failure.found == "it is blocked, opted_out; sms to ada, hello"


def test_what_could_not_be_done_fails_a_scenario_that_expects_nothing() -> None:
    [failure] = result("- {at: PT0S, cancel: newest}").failures()
    assert failure.expected == "everything can be done, and comes to rest"
    assert failure.found.endswith("there is no case.")
