"""What an event may say, from where, and what is told where it may not."""

from typing import Any

import pytest

from shared.events.accept import accept
from shared.events.cloudevent import Event, event_id, parse
from shared.events.credentials import Credential
from shared.events.refusal import Refused
from shared.runtime.envelope import Envelope
from tests.unit.events.building import CATALOGUE, NOW, event

ANYTHING = Credential("*", ("*",), ("*",))
ACME = Credential("acme", ("/plants/*",), ("iot-device-malfunction",))


def accepted(*events: Event, credential: Credential = ANYTHING) -> list[Envelope]:
    return accept(events, credential, CATALOGUE.triggers, NOW)


def refused(*events: Event, credential: Credential = ANYTHING) -> Refused:
    with pytest.raises(Refused) as raised:
        accepted(*events, credential=credential)
    return raised.value


def told(refusal: Refused) -> list[tuple[str, str, str]]:
    return [(fault.reason, fault.field, fault.why) for fault in refusal.faults]


def test_an_event_becomes_the_trigger_it_names() -> None:
    [envelope] = accepted(parse(event()), credential=ACME)
    assert envelope == Envelope(
        id=event_id("/plants/berlin/4", "e-1"),
        kind="trigger_fired",
        time=NOW,
        body={
            "trigger": "iot-device-malfunction",
            "attributes": {"device_id": "D-1001", "error_code": 11},
            "time": "2026-03-01T10:59:00Z",
            "timed": True,
            "source": "/plants/berlin/4",
            "contact": None,
        },
    )


def test_an_event_without_a_time_happened_when_it_was_accepted() -> None:
    [envelope] = accepted(parse(event(time=None)))
    assert envelope.body["time"] == "2026-03-01T12:00:00Z"
    assert envelope.body["timed"] is False


def test_source_and_id_together_are_the_identity() -> None:
    assert event_id("a", "bc") != event_id("ab", "c")
    assert event_id("a", "b") != event_id("b", "a")
    changed = event(data={"device_id": "D-2", "error_code": 1}, time=None)
    assert accepted(parse(event()))[0].id == accepted(parse(changed))[0].id


@pytest.mark.parametrize(
    ("changes", "status", "fault"),
    [
        (
            {"type": "iot-device-malfuntion"},
            422,
            ("unknown_trigger", "type", "is no trigger (did you mean `iot-device-malfunction`?)"),
        ),
        ({"type": "zzz"}, 422, ("unknown_trigger", "type", "is no trigger")),
        (
            {"type": "case-status-changed"},
            403,
            ("forbidden_trigger", "type", "is of kind business: it only fires from inside"),
        ),
        (
            {"type": "email-opened"},
            403,
            ("forbidden_trigger", "type", "is of kind interaction: it only fires from inside"),
        ),
        ({"data": {"device_id": "D-1"}}, 422, ("invalid_attribute", "data.error_code", "is missing")),
        (
            {"data": {"device_id": "D-1", "error_code": "11"}},
            422,
            ("invalid_attribute", "data.error_code", "must be a number"),
        ),
        (
            {"data": {"device_id": "D-1", "error_code": True}},
            422,
            ("invalid_attribute", "data.error_code", "must be a number"),
        ),
    ],
)
def test_a_fault_is_named(changes: dict[str, Any], status: int, fault: tuple[str, str, str]) -> None:
    refusal = refused(parse(event(**changes)))
    assert (refusal.kind.status, told(refusal)) == (status, [fault])


def test_only_a_trigger_that_the_credential_may_raise_is_suggested() -> None:
    refusal = refused(parse(event(type="device-heartbeats")), credential=ACME)
    assert told(refusal) == [("unknown_trigger", "type", "is no trigger")]


def test_a_credential_keeps_to_its_sources_and_triggers() -> None:
    refusal = refused(parse(event(source="/lab", type="device-heartbeat")), credential=ACME)
    assert refusal.kind.status == 403
    assert [(fault.reason, fault.field) for fault in refusal.faults] == [
        ("forbidden_source", "source"),
        ("forbidden_trigger", "type"),
    ]


def test_a_credential_without_anything_may_nothing() -> None:
    assert refused(parse(event()), credential=Credential("*")).kind.status == 403


def test_all_faults_of_a_batch_are_told_and_the_gravest_gives_the_status() -> None:
    good = parse(event(), "0.")
    wrong = parse(event(data={"device_id": ""}), "1.")
    foreign = parse(event(source="/elsewhere"), "2.")
    refusal = refused(good, wrong, foreign, credential=ACME)
    assert refusal.kind.name == "forbidden-source"
    assert refusal.detail == "2.source is not one that this credential may use. 3 faults in all."
    assert [error.field for error in refusal.errors] == ["1.data.device_id", "1.data.error_code", "2.source"]


def test_in_headers_the_type_is_named_as_the_header_and_data_as_data() -> None:
    assert refused(parse(event(type="zzz"), "ce-")).first.field == "ce-type"
    assert refused(parse(event(data={}), "ce-")).first.field == "data.device_id"


def test_no_answer_repeats_a_value() -> None:
    refusal = refused(parse(event(data={"device_id": "", "error_code": "s3cret"}, source="/s3cret")), credential=ACME)
    assert b"s3cret" not in refusal.encode()


@pytest.mark.parametrize(
    ("trigger", "why"),
    [
        ("device-greeting", "is a draft trigger: only a ready one fires"),
        ("device-farewell", "is a stopped trigger: only a ready one fires"),
    ],
)
def test_only_a_ready_trigger_fires(trigger: str, why: str) -> None:
    refusal = refused(parse(event(type=trigger, data={})))
    assert told(refusal) == [("trigger_not_ready", "type", why)]
    assert (refusal.kind.status, refusal.kind.name) == (422, "trigger-not-ready")
    assert refusal.undecodable().reason == "trigger_not_ready"


def test_who_may_not_raise_a_trigger_does_not_hear_what_state_it_is_in() -> None:
    [(reason, _, _)] = told(refused(parse(event(type="device-greeting", data={})), credential=ACME))
    assert reason == "forbidden_trigger"


def test_a_trigger_that_is_not_ready_is_nobodys_next_guess() -> None:
    [(reason, _, why)] = told(refused(parse(event(type="device-greetin", data={}))))
    assert reason == "unknown_trigger"
    assert "device-greeting" not in why
