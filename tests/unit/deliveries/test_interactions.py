"""Interaction triggers: told when a state is reached, and the very same again whenever a repeat finds it."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from shared.definitions.attributes import check
from shared.definitions.loader import load, read_tree
from shared.deliveries.interactions import BOUNCED, ENGAGED, REACHED
from shared.deliveries.messages import DeliveryReported
from shared.deliveries.report import apply_report
from shared.events.messages import TriggerFired
from shared.runtime.decision import Decision, Outgoing
from tests.unit.deliveries.building import NOON, Sending, message, state

DEFINITIONS = Path(__file__).parents[3] / "definitions"
LATER = NOON + timedelta(minutes=1)


def told(decision: Decision[Any]) -> list[tuple[str, dict[str, Any]]]:
    """The triggers with what they say beyond whose they are."""
    found = []
    for outgoing in decision.raised:
        assert isinstance(outgoing.body, TriggerFired)
        said = dict(outgoing.body.attributes)
        assert (said.pop("delivery"), said.pop("contact"), said.pop("template")) == ("d1", "C-1", "hello")
        assert outgoing.body.contact == "C-1"
        found.append((outgoing.body.trigger, said))
    return found


def ids(decision: Decision[Any]) -> list[str]:
    return [outgoing.id for outgoing in decision.raised]


def reported(sending: Sending, report: str, id: str = "r1", **more: str) -> Decision[Any]:  # noqa: A002
    body = DeliveryReported("C-1", "d1", report, LATER, **more)
    decision = apply_report(sending.delivery, message(body, id), None, LATER)
    sending.delivery = decision.state or sending.delivery
    return decision


@pytest.mark.parametrize(
    ("channel", "report", "expected"),
    [
        ("sms", "delivered", [("sms-delivered", {})]),
        ("sms", "failed", [("sms-failed", {"reason": "provider_rejected"})]),
        ("email", "delivered", [("email-delivered", {})]),
        ("email", "bounced_hard", [("email-bounced", {"reason": "bounced_hard"})]),
        ("email", "bounced_soft", [("email-bounced", {"reason": "bounced_soft"})]),
        ("email", "failed", []),
        ("email", "opened", [("email-opened", {})]),
        ("email", "replied", []),
        ("push", "opened", []),
    ],
)
def test_a_report_is_told_to_journeys(channel: Any, report: str, expected: list[Any]) -> None:
    sending = Sending(channel)
    sending.answered("accepted", provider_id="p1")
    first = reported(sending, report)
    assert told(first) == expected
    again = reported(sending, report)
    assert again.state is None
    assert again.raised == first.raised


def test_a_click_tells_where_it_led() -> None:
    sending = Sending("email")
    clicked = reported(sending, "clicked", link="https://shop.example/sale")
    assert told(clicked) == [("email-link-clicked", {"link": "https://shop.example/sale"})]


def test_a_reply_tells_its_class() -> None:
    assert told(reported(Sending("sms"), "replied", keyword="help")) == [("sms-replied", {"keyword": "help"})]


def test_each_opening_is_an_event_of_its_own() -> None:
    sending = Sending("email")
    assert ids(reported(sending, "opened", "r1")) != ids(reported(sending, "opened", "r2"))


def test_an_answer_that_ends_it_is_told() -> None:
    failed = Sending("sms").answered("rejected")
    assert told(failed) == [("sms-failed", {"reason": "provider_rejected"})]


def test_that_a_provider_took_it_is_only_told_of_push_for_nobody_reports_more() -> None:
    taken = {channel: Sending(channel).answered("accepted", provider_id="p1") for channel in ("sms", "email", "push")}
    assert {channel: told(decision) for channel, decision in taken.items()} == {
        "sms": [],
        "email": [],
        "push": [("push-delivered", {})],
    }


@pytest.mark.parametrize(
    ("channel", "outcome", "trigger"),
    [("push", "accepted", "push-delivered"), ("push", "rejected", "push-failed"), ("sms", "rejected", "sms-failed")],
)
def test_who_crashed_before_telling_tells_it_when_the_request_comes_again(
    channel: Any, outcome: str, trigger: str
) -> None:
    sending = Sending(channel)
    first = sending.answered(outcome, provider_id="p1" if outcome == "accepted" else "")
    again = sending.again(sending.request)
    assert [name for name, _ in told(again)] == [trigger]
    assert again.raised == first.raised


@pytest.mark.parametrize("report", ["delivered", "failed"])
def test_what_a_terminal_state_contradicts_is_not_told(report: str) -> None:
    sending = Sending("sms")
    sending.answered("accepted", provider_id="p1")
    first = reported(sending, report)
    other = "failed" if report == "delivered" else "delivered"
    assert ids(reported(sending, other, "r2")) == ids(first)


@pytest.mark.parametrize(
    ("channel", "held"), list(product(("sms", "email", "push"), ("waiting", "blocked", "sending")))
)
def test_nothing_is_told_before_anything_happened(channel: Any, held: str) -> None:
    sending = Sending(channel)
    sending.delivery = replace(sending.delivery, state=held)
    assert told(reported(sending, "unheard-of")) == []


def test_two_deliveries_and_two_states_are_different_events() -> None:
    known = [Sending("sms").answered("rejected"), Sending("push").answered("rejected")]
    other = Sending("sms")
    other.delivery = replace(other.delivery, id="d2")
    assert len({*(id_ for decision in known for id_ in ids(decision)), *ids(other.answered("rejected"))}) == 3


def test_each_is_a_trigger_that_journeys_can_wait_for() -> None:
    triggers = load(read_tree(DEFINITIONS)).triggers
    known = {name for name, trigger in triggers.items() if trigger.kind == "interaction"}
    assert known == {*REACHED.values(), BOUNCED, *ENGAGED.values()}


def test_what_they_say_is_what_their_documents_declare() -> None:
    triggers = load(read_tree(DEFINITIONS)).triggers
    sending, told_ = Sending("email"), list[Outgoing]()
    for report, more in (("delivered", {}), ("opened", {}), ("clicked", {"link": "https://shop.example"})):
        told_ += reported(sending, report, report, **more).raised
    told_ += Sending("sms").answered("rejected").raised
    told_ += reported(Sending("sms"), "replied", keyword="other").raised
    for outgoing in told_:
        assert isinstance(outgoing.body, TriggerFired)
        trigger = triggers[outgoing.body.trigger]
        assert list(check(outgoing.body.attributes, trigger.attributes)) == []
        assert trigger.audience is not None
        assert trigger.audience.attribute == "contact"


def test_the_state_is_there_with_what_it_tells() -> None:
    assert state(Sending("sms").answered("rejected")).state == "failed"
