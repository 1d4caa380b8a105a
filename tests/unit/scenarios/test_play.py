"""Playing: everything that a scenario can do, on a clock that nobody waits for."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat

from shared.contacts.messages import PutContact
from shared.runtime.codec import plain
from shared.runtime.envelope import Envelope
from shared.runtime.errors import Unavailable
from shared.runtime.store import Change
from shared.scenarios.play import play
from shared.scenarios.reports import objects, text
from shared.scenarios.world import VirtualClock, World
from tests.unit.scenarios.building import HEADER, documents, result, scenario, told

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PING = "- {at: PT0S, trigger: pinged, data: {who: ada, note: hi}}"


def test_it_tells_which_condition_held_what_was_waited_for_and_what_was_said() -> None:
    of = result(PING)
    assert told(of) == [
        "event: pinged who=ada note=hi",
        "enters: ada enters pinging",
        "tile: german: branch",
        "tile: greet: send_sms hello",
        "tile: answer: if_then ponged",
        "waits: answer for ponged by contact until 2026-03-02 11:00:00, 2 h",
        "message: sms to ada, +4930901820: hello in de (pinging, greet)",
        "goes on: answer: time is up",
        "tile: silence: exit nobody_came",
        "ends: ada exits pinging: nobody_came",
    ]
    notes = {entry.text: entry.notes for entry in of.outcome.entries}
    assert notes["ada enters pinging"] == ("held: not trigger.loud eq true (is not there)",)
    assert notes["german: branch"] == (
        "held: contact.language eq de (is de) and trigger.note is_set (is hi)",
    )  # fmt: skip
    assert notes["sms to ada, +4930901820: hello in de (pinging, greet)"] == ("Guten Tag, Ada. Ende mit STOP.",)


def test_an_event_that_is_waited_for_moves_the_run() -> None:
    lines = told(result(f"{PING}\n- {{at: PT1H, trigger: ponged, data: {{who: ada}}}}"))
    assert "goes on: answer: yes, the event came: who=ada" in lines
    assert "message: email to ada, ada@example.com: thanks in de (pinging, thank)" in lines


def test_who_is_kept_out_is_told_with_the_condition_that_did_not_hold() -> None:
    of = result("- {at: PT0S, trigger: pinged, data: {who: ada, loud: true}}")
    [_, entry] = of.outcome.entries
    assert (entry.kind, entry.text) == ("stays out", "ada does not enter pinging: condition_not_met")
    assert entry.notes == ("did not hold: not trigger.loud eq true (is true)",)


def test_the_same_event_twice_is_one_run() -> None:
    event = "trigger: pinged, data: {who: ada}, id: e-1}"
    of = result(f"- {{at: PT0S, {event}\n- {{at: P2D, {event}\n- {{at: P3D, trigger: pinged, data: {{who: ada}}}}")
    assert len(of.outcome.runs) == 2


def test_consent_counts_from_when_it_is_said() -> None:
    of = result("""
        - {at: PT0S, consent: {contact: ada, sms/commercial: opted_out}}
        - {at: PT1M, trigger: pinged, data: {who: ada, note: hi}}
    """)
    assert [(letter.state, letter.reason) for letter in of.outcome.letters] == [("blocked", "opted_out")]
    assert "not sent: sms hello to ada: blocked, opted_out" in told(of)


def test_reports_are_about_the_newest_delivery_of_a_tile() -> None:
    of = result(f"""
        {PING}
        - {{at: PT1M, report: greet, as: delivered}}
        - {{at: PT2M, report: greet, as: clicked, contact: ada}}
    """)
    [letter] = of.outcome.letters
    assert (letter.state, letter.engagements) == ("delivered", {"clicked": 1})
    assert told(of)[7:11] == [
        "report: hello to ada: delivered",
        "delivery: sms hello to ada: delivered",
        "report: hello to ada: clicked",
        "delivery: sms hello to ada: clicked",
    ]


def test_agents_work_on_the_newest_case() -> None:
    of = result("""
        - {at: PT0S, trigger: iot-device-malfunction, data: {device_id: D-1, error_code: 11}}
        - {at: PT1H, status: on_hold}
        - {at: PT2H, resolve: newest, contact: ada}
        - {at: PT3H, reactivate: newest}
        - {at: PT4H, cancel: newest}
        - {at: PT5H, cancel: newest}
    """)
    cases = [line.partition(" is ")[2] for line in told(of) if line.startswith("case: ")]
    assert cases == [
        "opened for ada: Device error 11",
        "active, on_hold",
        "resolved, problem_solved",
        "active, in_progress",
        "cancelled, cancelled",
    ]
    assert told(of)[-1] == "refused: cancel_case: transition_not_allowed"


def test_a_step_that_cannot_be_done_is_a_failure() -> None:
    of = result("- {at: PT0S, resolve: newest}\n- {at: PT1S, report: greet, as: opened}")
    assert of.outcome.problems == (
        "Line 11: there is no case.",
        "Line 12: the tile greet of pinging has sent nothing.",
    )
    assert not of.holds


def test_what_cannot_be_set_up_is_a_failure() -> None:
    header = HEADER.replace(', phone: "+4930901820"', "")
    assert result(PING, header=header).outcome.problems == ("Not set up: set_consent: no_contact_point.",)


def test_people_and_devices_may_come_later() -> None:
    of = result("""
        - {at: PT0S, trigger: iot-device-malfunction, data: {device_id: D-2, error_code: 11}}
        - {at: PT1H, put_contact: {id: cy, name: Cy, phone: "+4930901822"}}
        - {at: PT1H, put_device: {id: D-2, contact: cy}}
        - {at: PT2H, trigger: iot-device-malfunction, data: {device_id: D-2, error_code: 11}}
    """)
    assert told(of)[:4] == [
        "event: iot-device-malfunction device_id=D-2 error_code=11",
        "unmatched: iot-device-malfunction: unknown_device",
        "contact: cy",
        "device: D-2 is cy's",
    ]
    assert "ends: cy completes critical-device-error" in told(of)


def test_a_business_trigger_fires_as_if_a_record_had_changed() -> None:
    of = result("""
        - at: PT0S
          trigger: case-status-changed
          data: {case: C-1, number: CAS-1, contact: ada, status: resolved, status_reason: problem_solved, priority: low}
    """)
    assert [letter.request.template for letter in of.outcome.letters] == ["case-resolved"]


def test_it_ends_where_it_shall_whatever_still_waits() -> None:
    of = result(PING, header=f"{HEADER}until: PT1H30M")
    assert [(run.status, run.waiting and run.waiting.tile) for run in of.outcome.runs] == [("running", "answer")]
    assert of.outcome.ended_at == of.scenario.starts + timedelta(minutes=90)
    assert of.outcome.problems == ()


def test_what_takes_too_many_messages_does_not_come_to_rest() -> None:
    played = play(scenario(PING), documents(), most=3)
    assert played.problems == ("It does not come to rest: 3 messages, and more to come.",)


def test_the_same_seed_comes_to_the_same_and_another_one_to_other_ids() -> None:
    events = "- {at: PT0S, trigger: iot-device-malfunction, data: {device_id: D-1, error_code: 11}}"
    first, again, other = (result(events, seed=seed) for seed in (1, 1, 2))
    assert objects.report([first]) == objects.report([again])
    assert text.report([first]) == text.report([again])
    assert {run.id for run in first.outcome.runs}.isdisjoint(run.id for run in other.outcome.runs)


def test_a_year_of_events_is_played_at_once() -> None:
    events = "\n".join(f"- {{at: P{day}D, trigger: pinged, data: {{who: ada}}}}" for day in range(365))
    of = result(events)
    assert len(of.outcome.runs) == 365
    assert of.outcome.ended_at == of.scenario.starts + timedelta(days=364, hours=2)


def put(world: World) -> None:
    envelope = Envelope("put", PutContact.kind, START, plain(PutContact("ada", "Ada")))
    asyncio.run(world.send(PutContact.queue, envelope.encode()))


def test_a_store_that_is_away_costs_virtual_time_only() -> None:
    tries = chain((True,), repeat(False))

    def committed(_table: str, _partition: str, _changes: Sequence[Change]) -> None:
        if next(tries):
            raise Unavailable

    world = World(VirtualClock(START), committed)
    put(world)
    assert world.clock.now() > START
    assert (world.problems, world.left()) == ([], 0)


def test_a_crash_is_told_by_its_place_and_not_by_its_words() -> None:
    def committed(_table: str, _partition: str, _changes: Sequence[Change]) -> None:
        raise ZeroDivisionError("ada@example.com")

    world = World(VirtualClock(START), committed)
    put(world)
    [problem] = world.problems
    assert problem.startswith("A message on contact-commands crashed: ZeroDivisionError at ")
    assert "ada" not in problem
