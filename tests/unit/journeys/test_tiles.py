"""What each kind of tile does when a run arrives at it."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from shared.cases.messages import OpenCase
from shared.definitions.tiles import Tile
from shared.deliveries.messages import SendEmail, SendMessage, SendSms
from shared.devices.messages import RecoverDevice
from shared.events.messages import TriggerFired
from shared.journeys.commands import BY_TILES
from shared.journeys.facts import RunFacts
from shared.journeys.messages import Answered, TimeUp
from shared.journeys.run import Run, Wait
from shared.journeys.tiles import ANSWER_WITHIN, EFFECTS, Arrival, Effect
from shared.journeys.walk import lookup
from shared.runtime.decision import Outgoing, Put
from shared.runtime.envelope import ReplyTo
from shared.runtime.ids import derived
from tests.unit.journeys.building import ALARM, HELLO, NOON, OPEN, TICKET, WAIT, journey, run

ANSWER = {"case_id": "K1", "number": "CAS-1", "outcome": "opened"}


def effect(tiles: str, tile: str, at: Run | None = None, **known: Any) -> Effect:
    """Let a run arrive at one tile, with these facts."""
    arriving = at or run()
    definition = journey(tiles).tiles[tile]
    facts = RunFacts(journey(tiles), **known)
    return EFFECTS[type(definition)](definition, Arrival(arriving, facts, lookup(arriving, facts, NOON), NOON))


def arrival(arriving: Run) -> Arrival:
    facts = RunFacts(journey(OPEN))
    return Arrival(arriving, facts, lookup(arriving, facts, NOON), NOON)


def sent(of: Effect) -> Outgoing:
    [outgoing] = of.messages
    return outgoing


@pytest.mark.parametrize(
    ("tile", "body"), [("{id: hi, send_sms: hello}", SendSms), ("{id: hi, send_email: letter}", SendEmail)]
)
def test_a_send_tile_asks_for_one_message_and_goes_on(tile: str, body: type[Any]) -> None:
    done = effect(f"- {tile}\n- {{id: bye, send_sms: hello}}\n", "hi")
    asked = sent(done).body
    assert type(asked) is body
    assert isinstance(asked, SendMessage)
    assert (asked.contact, asked.journey, asked.run, asked.tile) == ("C-1", "j", "r1", "hi")
    assert (done.next, done.wait, done.exit) == ("bye", None, "")


def test_a_run_and_tile_have_one_delivery() -> None:
    first, again = sent(effect(HELLO, "hi")), sent(effect(HELLO, "hi"))
    assert first == again
    assert first.id == derived("delivery", "r1", "hi")
    assert sent(effect(HELLO, "hi", run(id="r2"))).id != first.id


def test_a_message_is_given_what_the_run_knows() -> None:
    body = sent(effect(OPEN + TICKET, "tell", run(answers={"open": ANSWER}))).body
    assert isinstance(body, SendSms)
    assert body.values == {"trigger": ALARM, "tiles": {"open": ANSWER}, "ticket": {"number": "CAS-1"}}
    assert body.case == "K1"


def test_a_message_about_no_case_names_none() -> None:
    body = sent(effect(HELLO, "hi")).body
    assert isinstance(body, SendSms)
    assert body.case is None
    assert "ticket" not in body.values


def test_a_trigger_that_names_no_command_is_raised_and_the_run_goes_on() -> None:
    done = effect("- {id: praise, activate_trigger: praised}\n" + HELLO, "praise")
    [raised] = done.raised
    assert raised.body == TriggerFired("praised", {}, NOON, source="carebus/journeys", contact="C-1")
    assert (done.next, done.wait) == ("hi", None)


def test_a_trigger_that_names_a_command_is_sent_as_it_and_the_run_waits_for_the_answer() -> None:
    done = effect(OPEN, "open")
    identity = derived("activation", "r1", "open")
    assert done.wait == Wait(derived("answer", identity), "open", NOON + ANSWER_WITHIN)
    assert sent(done).id == identity
    address = {"journey": "j", "contact": "C-1", "run": "r1", "token": done.wait.token}
    assert sent(done).reply_to == ReplyTo(Answered.queue, Answered.kind, address)


def test_a_command_is_given_the_mapped_attributes() -> None:
    body = sent(effect(OPEN, "open")).body
    assert body == OpenCase(
        case=derived("case", derived("activation", "r1", "open")),
        contact="C-1",
        title="Request",
        priority="high",
        device="D-1",
        seen=NOON,
    )


def test_a_case_may_be_given_what_the_trigger_says_of_it() -> None:
    said = {"title": "Leak", "product": "Valve X", "queue": "heating", "alert_key": "line 4", "type": None}
    body = BY_TILES["open_case"]("i", {"error_code": 11, **said}, run())
    assert isinstance(body, OpenCase)
    assert (body.title, body.product, body.queue_name, body.alert_key, body.type) == (
        "Leak",
        "Valve X",
        "heating",
        "line 4",
        "problem",
    )


def test_an_error_was_seen_when_its_event_says_so_and_a_recovery_too() -> None:
    told = run(event_at=NOON - timedelta(minutes=5), entered_at=NOON)
    opening = BY_TILES["open_case"]("i", {}, told)
    recovered = BY_TILES["recover_device"]("i", {"device_id": "D-1", "error_code": 11}, told)
    assert isinstance(opening, OpenCase)
    assert opening.seen == NOON - timedelta(minutes=5)
    assert recovered == RecoverDevice("D-1", NOON - timedelta(minutes=5), 11)


def test_answers_are_addressed_as_the_message_that_brings_them() -> None:
    reply_to = sent(effect(OPEN, "open")).reply_to
    assert reply_to is not None
    assert Answered(**reply_to.body, answer=ANSWER).token == reply_to.body["token"]


BRANCHES = """- id: which
  branch:
    - when: {attribute: trigger.code, op: gt, value: 20}
      exit: over_twenty
    - when: {attribute: trigger.code, op: gt, value: 10}
      exit: over_ten
    - when: {attribute: trigger.code, op: gt, value: 5}
      exit: over_five
  otherwise:
    - exit: small
"""


@pytest.mark.parametrize(
    ("code", "reason"),
    [(21, "over_twenty"), (20, "over_ten"), (11, "over_ten"), (6, "over_five"), (5, "small"), (None, "small")],
)
def test_a_branch_takes_the_first_case_that_holds_else_otherwise(code: int | None, reason: str) -> None:
    taken = effect(BRANCHES, "which", run(attributes={**ALARM, "code": code})).next
    assert taken is not None
    assert effect(BRANCHES, taken).exit == reason


def test_a_branch_without_otherwise_goes_on_with_the_next_tile() -> None:
    tiles = BRANCHES.partition("  otherwise")[0] + HELLO
    assert effect(tiles, "which", run(attributes={**ALARM, "code": 1})).next == "hi"


def test_an_exit_tile_ends_the_run_with_its_reason() -> None:
    [exit_tile] = [name for name, tile in journey(BRANCHES).tiles.items() if getattr(tile, "reason", "") == "small"]
    assert effect(BRANCHES, exit_tile) == Effect(exit="small")


def test_a_wait_sets_its_timer_and_leaves_a_hint() -> None:
    done = effect(WAIT, "wait")
    token = derived("wait", "r1", "wait~0")
    assert done.wait == Wait(token, "wait", NOON + timedelta(days=1), "case-changed~device~D-1")
    assert sent(done).at == NOON + timedelta(days=1)
    assert sent(done).body == TimeUp("j", "C-1", "r1", token)
    address = {"journey": "j", "contact": "C-1", "run": "r1", "token": token}
    assert done.hints == (Put("waiters", "case-changed~device~D-1", f"r1~{token}", address),)


def test_a_wait_by_contact_is_found_by_the_runs_contact() -> None:
    done = effect(WAIT.replace("by: device", "by: contact"), "wait", run(contact="C/1"))
    assert [hint.partition for hint in done.hints] == ["case-changed~contact~C%2F1"]


def test_a_wait_without_a_value_to_be_found_by_can_only_time_out() -> None:
    unknown = {name: value for name, value in ALARM.items() if name != "device"}
    done = effect(WAIT, "wait", run(attributes=unknown))
    assert done.wait is not None
    assert (done.wait.hint, done.hints) == ("", ())
    assert sent(done).at == done.wait.until


def test_a_run_that_comes_to_a_tile_again_says_the_same() -> None:
    """A redelivered step is decided on the same state, and must not be a second message."""
    for tiles, tile in ((HELLO, "hi"), (OPEN, "open"), (WAIT, "wait")):
        assert effect(tiles, tile) == effect(tiles, tile)


def test_two_tiles_of_a_run_are_two_messages() -> None:
    tiles = HELLO + HELLO.replace("hi", "again")
    one, other = sent(effect(tiles, "hi")), sent(effect(tiles, "again"))
    assert one.id != other.id
    assert asdict(one.body) | {"tile": "", "delivery": ""} == asdict(other.body) | {"tile": "", "delivery": ""}  # type: ignore[call-overload]


def test_every_kind_of_tile_has_its_effect() -> None:
    assert set(EFFECTS) == set(Tile.__value__.__args__)
