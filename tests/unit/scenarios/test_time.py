"""What only time does to journeys happens in a scenario too, at its very moment."""

from shared.definitions.loader import Documents, load, read_tree
from shared.scenarios import scenario_reader
from shared.scenarios.result import Result
from tests.unit.scenarios.building import DEFINITIONS, OWN, result, told

AGAIN = """
journey: weekly
starts_on: {segment: golden, repeat: {every: P7D}}
tiles: [{id: thank, send_email: thanks}]
---
journey: arriving
starts_on: {segment: golden, repeat: newcomers, at: 2026-03-03T09:00:00+01:00}
tiles:
  - {id: thank, send_email: thanks}
  - {id: later, wait: {for: P30D}}
---
journey: trying
starts_on: pinged
tiles:
  - id: trial
    experiment: {winner_by: opens, ends_after: P2D, default: b, share: 10, b: [{id: thank, send_email: thanks}]}
  - id: parted
    split: [{share: 99}, {share: 1}]
  - id: way
    best_channel: {purpose: transactional, sms: [{exit: sms}], email: [{exit: email}], none: [{exit: nowhere}]}
"""
HEADER = """
scenario: it is time
starts: 2026-03-02T09:00:00+01:00
contacts:
  - {id: ada, name: Ada, email: ada@example.com, phone: "+4930901820", language: de, attributes: {tariff: gold}}
"""


def documents() -> Documents:
    return load(read_tree(DEFINITIONS) | {"own.yaml": f"{OWN}---{AGAIN}"})


def played(events: str, journey: str = "", more: str = "") -> Result:
    about = f"journey: {journey}\n" if journey else ""
    written = f"{HEADER.strip()}\n{about}{more}events: [{events}]\n"
    [scenario] = scenario_reader.read({"s.yaml": written}, documents())
    return Result.of(scenario, documents())


def mails(of: Result, journey: str) -> list[int]:
    """After how many days this journey sent its mails."""
    starts = of.scenario.starts
    return [(letter.times["sent"] - starts).days for letter in of.outcome.letters if letter.request.journey == journey]


def test_a_journey_that_repeats_starts_again_and_again_while_there_is_something_to_wait_for() -> None:
    assert mails(played("", more="until: P22D\n"), "weekly") == [0, 7, 14, 21]


def test_it_keeps_no_scenario_from_coming_to_rest() -> None:
    of = played("{at: P8D, consent: {contact: ada, sms/commercial: opted_in}}")
    assert of.outcome.problems == ()
    assert mails(of, "weekly")[:2] == [0, 7]


def test_a_journey_for_newcomers_starts_at_its_time_and_takes_them_from_then_on() -> None:
    newcomer = "{at: P5D, put_contact: {id: bo, email: bo@example.com, attributes: {tariff: gold}}}"
    assert mails(played(newcomer), "arriving") == [1, 5]


def test_who_comes_into_its_segment_during_a_pause_enters_when_it_goes_on() -> None:
    newcomer = "{at: P5D, put_contact: {id: bo, email: bo@example.com, attributes: {tariff: gold}}}"
    paused = f"{{at: P4D, pause: arriving}}, {newcomer}, {{at: P6D, resume: arriving}}"
    assert mails(played(paused), "arriving") == [1, 6]


def test_a_pause_that_is_too_long_ends_in_a_stop() -> None:
    of = played("{at: P4D, pause: arriving}", "arriving")
    [run] = of.runs()
    assert (run.status, run.reason) == ("exited", "journey_stopped")
    [ended] = [entry for entry in of.outcome.entries if entry.kind == "ends" and entry.journey == "arriving"]
    assert (ended.at - of.scenario.starts).days == 4 + 21


def test_a_journey_that_is_stopped_takes_nobody_any_more() -> None:
    newcomer = "{at: P5D, put_contact: {id: bo, email: bo@example.com, attributes: {tariff: gold}}}"
    of = played(f"{{at: P4D, stop: arriving}}, {newcomer}", "arriving")
    assert [(run.contact, run.status, run.reason) for run in of.runs()] == [("ada", "exited", "journey_stopped")]


def test_an_experiment_is_over_when_its_time_is() -> None:
    events = "{at: P1D, trigger: pinged, data: {who: ada}}, {at: P3D, trigger: pinged, data: {who: ada}}"
    notes = [entry.notes for entry in played(events, "trying").outcome.entries if entry.text.startswith("trial:")]
    assert notes[0][0].endswith("still open, 10 % try a, by their id")
    assert notes[1] == ("took b: it has won",)


def test_it_tells_which_way_a_choice_fell_and_why() -> None:
    told_of = {
        entry.text.partition(":")[0]: entry.notes
        for entry in played("{at: PT0S, trigger: pinged, data: {who: ada}}", "trying").outcome.entries
        if entry.kind == "tile"
    }
    assert told_of["parted"] == ("took way 1 of 2: 99 % go there, by their id",)
    assert told_of["way"] == ("took sms: answered best (may be used: sms 50%, email 33%)",)


def test_an_answer_by_sms_is_heard() -> None:
    events = """
    - {at: PT0S, trigger: pinged, data: {who: ada, note: a}}
    - {at: PT1M, reply: greet, text: stop}
    - {at: P2D, trigger: pinged, data: {who: ada, note: a}}
    """
    lines = told(result(events))
    assert "reply: ada: stop" in lines
    assert "not sent: sms hello to ada: blocked, opted_out" in lines


def test_a_browser_takes_push_messages_until_it_does_no_more() -> None:
    events = "- {at: PT0S, push: subscribed, contact: ada}\n- {at: PT1S, push: removed, contact: ada}"
    assert told(result(events)) == ["push: ada: taken", "push: ada: no more"]


def test_an_event_may_be_about_the_newest_case() -> None:
    events = """
    - {at: PT0S, trigger: iot-device-malfunction, data: {device_id: D-1, error_code: 11}}
    - {at: PT1M, trigger: case-status-changed, about: newest, data: {contact: ada, status: resolved, status_reason: a,
       priority: high}}
    """
    [mail] = [letter for letter in result(events).outcome.letters if letter.request.template == "case-resolved"]
    assert mail.outgoing is not None
    assert "CAS-" in mail.outgoing.text
