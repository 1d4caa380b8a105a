"""Reading scenarios: what they say, and every fault with its line."""

from datetime import datetime, timedelta

import pytest

from shared.contacts.messages import PutContact
from shared.scenarios.scenario import Agree, Command, ExpectedMessage, ExpectedRun, Fire, Person, Report
from shared.scenarios.scenario_reader import START
from tests.unit.scenarios.building import HEADER, faults, scenario, text

PING = "- {at: PT0S, trigger: pinged, data: {who: ada}}"


def test_a_scenario_says_who_there_is_and_when_it_starts() -> None:
    read = scenario(PING)
    assert (read.name, read.journey, read.file, read.line) == ("it is so", "pinging", "s.yaml", 1)
    assert read.starts == datetime.fromisoformat("2026-03-02T09:00:00+01:00")
    ada = PutContact("ada", "Ada", "ada@example.com", "+4930901820", "de")
    assert read.people[0] == Person(ada, {"sms/commercial": "opted_in"})
    assert [device.contact for device in read.devices] == ["ada"]


def test_what_is_not_said_has_a_default() -> None:
    read = scenario("- {at: PT0S, trigger: pinged, data: {who: ada}}", header="scenario: short")
    assert (read.journey, read.starts, read.until, read.expect.count()) == ("", START, None, 0)


def test_steps_come_in_the_order_of_time() -> None:
    read = scenario("""
        - {at: P1D, resolve: newest, resolution: information_provided, text: Done., contact: ada}
        - {at: "2026-03-02T08:30:00Z", report: greet, as: clicked, contact: ada}
        - {at: PT1M, consent: {contact: ada, email/commercial/news: opted_out}}
        - {at: PT0S, trigger: pinged, data: {who: ada, loud: false}, id: e-1}
        - {at: P2D, status: on_hold}
        - {at: P3D, cancel: newest}
        - {at: P4D, reactivate: newest}
    """)
    assert [step.at for step in read.steps[:4]] == [
        timedelta(),
        timedelta(minutes=1),
        timedelta(minutes=30),
        timedelta(days=1),
    ]
    assert [step.action for step in read.steps] == [
        Fire("pinged", {"who": "ada", "loud": False}, "e-1"),
        Agree("ada", {"email/commercial/news": "opted_out"}),
        Report("greet", "clicked", "pinging", "ada"),
        Command("resolve", "information_provided", "Done.", "ada"),
        Command("status", "on_hold"),
        Command("cancel"),
        Command("reactivate"),
    ]


def test_expectations_are_only_what_is_named() -> None:
    read = scenario(
        PING,
        """
        runs: [{contact: ada, path: [german, greet, answer]}, {contact: bo, journey: case-status-update, reason: ""}]
        messages: [{to: ada, at: PT1H, contains: Guten}]
        not_entered: [{contact: bo, reason: re_entry}]
        nothing_else: true
        """,
    )
    assert read.expect.runs == (
        ExpectedRun("pinging", "ada", path=("german", "greet", "answer")),
        ExpectedRun("case-status-update", "bo", reason=""),
    )
    assert read.expect.messages == (ExpectedMessage("ada", at=timedelta(hours=1), contains=("Guten",)),)
    assert read.expect.not_entered == (ExpectedRun("pinging", "bo", reason="re_entry"),)
    assert read.expect.count() == 5


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ("{at: PT0S, trigger: pingd, data: {}}", "there is no trigger `pingd` (did you mean `pinged`?)"),
        ("{at: PT0S, trigger: pinged, data: {who: 7}}", "`who` must be an id"),
        ("{at: PT0S, trigger: pinged}", "`who` is missing"),
        ("{at: PT0S, trigger: case-requested, data: {device: D, error_code: 1, priority: low}}",
         "`case-requested` issues a command: only a journey raises it"),
        ("{at: soon, resolve: newest}", "`soon` is neither a duration, such as PT15M, nor a time with its offset"),
        ("{at: '2026-03-02T08:00:00', resolve: newest}",
         "`2026-03-02T08:00:00` is neither a duration, such as PT15M, nor a time with its offset"),
        ("{at: 2026-03-01T08:00:00Z, resolve: newest}", "is before the scenario starts"),
        ("{at: 9999-12-31T08:00:00Z, resolve: newest}", "is more than ten years after the start"),
        ("{at: P3654D, resolve: newest}", "is more than ten years after the start"),
        ("{resolve: newest}", "`at` is missing"),
        ("{at: PT1S, resolve: oldest}", "`oldest` is not one of newest"),
        ("{at: PT1S, resolve: newest, resolution: magic}",
         "`magic` is not one of problem_solved, information_provided"),
        ("{at: PT1S, status: solved}", "`solved` is not one of in_progress, on_hold, waiting_for_details, researching"),
        ("{at: PT1S, report: gret, as: opened}", "there is no tile of pinging `gret` (did you mean `greet`?)"),
        ("{at: PT1S, report: greet}", "`as` is missing"),
        ("{at: PT1S, consent: {sms/commercial: opted_in}}", "`contact` is missing"),
        ("{at: PT1S, consent: {contact: adda, sms/commercial: opted_in}}",
         "there is no contact `adda` (did you mean `ada`?)"),
        ("{at: PT1S, consent: {contact: ada, fax/commercial: opted_in}}",
         "`fax/commercial` is no channel with a purpose, such as sms/commercial (did you mean `email/commercial`?)"),
        ("{at: PT1S}", "a step is one of trigger, resolve, cancel, reactivate, status, report, reply, consent, push,"
         " pause, resume, stop, put_contact, put_device"),
        ("{at: PT1S, reply: greet}", "`text` is missing"),
        ("{at: PT1S, reply: gret, text: a}", "there is no tile of pinging `gret` (did you mean `greet`?)"),
        ("{at: PT1S, report: greet, as: opened, link: a}", "`link` says what was `clicked`"),
        ("{at: PT1S, push: subscribed}", "`contact` is missing"),
        ("{at: PT1S, push: on, contact: ada}", "`on` is not one of subscribed, removed"),
        ("{at: PT1S, pause: pingin}", "there is no journey `pingin` (did you mean `pinging`?)"),
        ("{at: PT1S, trigger: pinged, data: {who: ada}, contact: ada}",
         "`contact` goes with `about`: whose newest case"),
        ("{at: PT1S, trigger: pinged, data: {who: ada}, about: newest}",
         "`pinged` has no attribute `case` that could be about one"),
        ("{at: PT1S, put_contact: {id: cy, attributes: {tarif: a}}}",
         "no attribute `tarif` of contacts is declared (did you mean `tariff`?)"),
        ("{at: PT1S, put_contact: {id: cy, attributes: {visits: a}}}", "`visits` must be a number"),
        ("{at: PT1S, put_contact: {id: cy, preferred_channel: fax}}", "is not one of sms, email, push"),
        ("{at: PT1S, put_contact: {id: cy, phone: '030 1234'}}",
         "is not international: begin with + and the country's code"),
        ("{at: PT1S, put_contact: {id: cy, phone: 49301234}}", "must be text: put it in quotes"),
        ("{at: PT1S, put_device: {id: D-2}}", "`contact` is missing"),
    ],
)  # fmt: skip
def test_a_fault_in_an_event_is_told_with_its_line(event: str, fault: str) -> None:
    line = len(HEADER.strip().splitlines()) + 2
    assert faults(text(f"- {event}")) == [f"s.yaml:{line}: {fault}"]


@pytest.mark.parametrize(
    ("expect", "fault"),
    [
        ("runs: [{contact: cy}]", "there is no contact `cy`"),
        ("runs: [{contact: ada, path: [answr]}]", "there is no tile of pinging `answr` (did you mean `answer`?)"),
        ("runs: [{contact: ada, status: done}]", "`done` is not one of running, completed, exited"),
        ("messages: [{to: ada, template: helo}]", "there is no template `helo` (did you mean `hello`?)"),
        ("messages: [{to: ada, channel: mail}]", "there is no channel `mail` (did you mean `email`?)"),
        ("message: [{to: ada}]", "unknown key `message` (did you mean `messages`?)"),
        ("nothing_else: yes", "must be true or false"),
    ],
)
def test_a_fault_in_an_expectation_is_told_with_its_line(expect: str, fault: str) -> None:
    line = len(HEADER.strip().splitlines()) + 4
    assert faults(text(PING, expect)) == [f"s.yaml:{line}: {fault}"]


def test_all_faults_of_a_file_are_told_at_once() -> None:
    written = """
scenario: a
journey: pining
starts: tomorrow
until: PT1H
devices:
  - {id: D-1, contact: nobody}
events:
  - {at: PT2H, resolve: newest}
---
scenario: a
events: []
"""
    assert faults(written) == [
        "s.yaml:3: there is no journey `pining` (did you mean `pinging`?)",
        "s.yaml:4: `tomorrow` is not a time with its offset, such as 2026-03-02T09:00:00+01:00",
        "s.yaml:7: there is no contact `nobody`",
        "s.yaml:9: is after the scenario's end, `until`",
        "s.yaml:11: the scenario `a` is already in s.yaml:2",
    ]


def test_what_is_no_yaml_is_told() -> None:
    assert faults("scenario: [") == ["s.yaml:1: not YAML: expected the node content, but found '<stream end>'"]


def test_runs_and_reports_of_a_scenario_without_a_journey_name_theirs() -> None:
    written = text("- {at: PT0S, report: greet, as: opened}", "runs: [{contact: ada}]",
                   HEADER.replace("journey: pinging\n", ""))  # fmt: skip
    assert [fault.partition(": ")[2] for fault in faults(written)] == ["of which journey? Name it by `journey:`"] * 2
