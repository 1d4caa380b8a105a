"""After the call: accepted, refused, away or unknown; never a second message, and always an end with a reason (I3)."""

from dataclasses import asdict, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from shared.deliveries.messages import SendSms
from shared.deliveries.send import ATTEMPT_DELAYS, REPEAT_DELAYS, TRACKED_FOR
from shared.runtime.decision import Decision, Put
from tests.unit.deliveries.building import NOON, Sending, call, seconds, state

LATE = TRACKED_FOR + seconds(1)


def test_accepted_is_sent() -> None:
    sending = Sending()
    sent = state(sending.answered("accepted", provider_id="p1"))
    assert (sent.state, sent.provider_id, sent.reason) == ("sent", "p1", "")
    assert sent.times == {"sending": NOON, "sent": NOON}


def test_an_emails_id_is_kept_where_its_reports_find_it_before_they_can_come() -> None:
    decision = Sending("email").answered("accepted", provider_id="p/1")
    assert decision.hints == (Put("refs", "provider-message", "p%2F1", {"contact": "C-1", "delivery": "d1"}),)


def test_an_sms_brings_its_tag_back_and_needs_no_reference() -> None:
    assert Sending("sms").answered("accepted", provider_id="p1").hints == ()


def test_accepted_twice_is_sent_once() -> None:
    sending = Sending("email")
    sending.answered("accepted", provider_id="p1")
    assert sending.answered("accepted", provider_id="p1") == Decision()


@pytest.mark.parametrize(
    ("outcome", "reason"), [("rejected", "provider_rejected"), ("window_closed", "outcome_unknown")]
)
def test_what_asking_again_will_not_change_fails_at_once(outcome: str, reason: str) -> None:
    sending = Sending()
    failed = state(sending.answered(outcome))
    assert (failed.state, failed.reason) == ("failed", reason)
    assert sending.last.messages == ()


@pytest.mark.parametrize("outcome", ["accepted", "rejected", "unavailable", "unknown", "window_closed"])
def test_an_answer_to_an_earlier_attempt_changes_nothing(outcome: str) -> None:
    sending = Sending()
    sending.answered("unavailable")
    sending.again()
    assert sending.answered(outcome, attempt=0) == Decision()


@pytest.mark.parametrize("outcome", ["rejected", "unavailable", "unknown", "window_closed"])
@pytest.mark.parametrize("held", ["sent", "delivered", "failed", "blocked"])
def test_a_no_changes_nothing_once_more_is_known(held: str, outcome: str) -> None:
    sending = Sending()
    sending.delivery = replace(sending.delivery, state=held)
    assert sending.answered(outcome) == Decision()


@pytest.mark.parametrize("held", ["delivered", "failed"])
def test_a_report_that_overtook_the_answer_stays(held: str) -> None:
    sending = Sending()
    sending.delivery = replace(sending.delivery, state=held)
    sent = state(sending.answered("accepted", provider_id="p1"))
    assert (sent.state, sent.provider_id) == (held, "p1")
    assert "sent" in sent.times


def test_a_definite_no_that_may_pass_is_another_attempt_later() -> None:
    sending = Sending()
    decision = sending.answered("unavailable")
    waiting = state(decision)
    assert (waiting.state, waiting.attempt, waiting.outgoing) == ("waiting", 1, None)
    [again] = decision.messages
    assert again.at == waiting.attempt_at == NOON + ATTEMPT_DELAYS[0]
    assert again.body == SendSms(**{**asdict(sending.request), "attempt": 1})


def test_each_attempt_is_a_new_request_at_its_own_time() -> None:
    sending = Sending()
    first = sending.delivery.outgoing
    sending.answered("unavailable")
    second = call(sending.again()).outgoing
    assert first is not None
    assert second.request_id != first.request_id
    assert second.first_sent == NOON + ATTEMPT_DELAYS[0]


def test_attempts_grow_apart_and_end() -> None:
    sending = Sending()
    delays = []
    while state(sending.answered("unavailable")).state == "waiting":
        [again] = sending.last.messages
        assert again.at is not None
        delays.append(again.at - sending.now)
        sending.again()
    assert tuple(delays) == ATTEMPT_DELAYS == tuple(seconds(s) for s in (5, 30, 120, 600, 1800))
    assert (sending.delivery.state, sending.delivery.reason) == ("failed", "provider_unavailable")
    assert sending.last.messages == ()


@pytest.mark.parametrize(("asked", "delay"), [(0.0, 5), (3.0, 5), (77.0, 77)])
def test_a_provider_that_asks_for_a_longer_pause_gets_it(asked: float, delay: int) -> None:
    [again] = Sending().answered("unavailable", retry_after=asked).messages
    assert again.at == NOON + seconds(delay)


def test_consent_is_asked_again_before_each_attempt() -> None:
    sending = Sending()
    sending.answered("unavailable")
    assert sending.facts.recipient is not None
    opted_out = replace(sending.facts.recipient, consents={"transactional": "opted_out"})
    sending.facts = replace(sending.facts, recipient=opted_out)
    assert (state(sending.again()).state, sending.delivery.reason) == ("blocked", "opted_out")


def test_a_repeated_request_for_an_earlier_attempt_only_says_when_the_next_one_is() -> None:
    sending = Sending()
    scheduled = sending.answered("unavailable").messages
    assert sending.again(sending.request) == Decision(messages=scheduled)


def test_a_request_that_comes_again_while_sending_repeats_the_very_same_call() -> None:
    sending = Sending()
    first = sending.delivery.outgoing
    sending.now += seconds(60)
    decision = sending.again(sending.request)
    assert call(decision).outgoing == first
    assert call(decision).number == state(decision).calls == 2


@pytest.mark.parametrize(("after", "repeated"), [(TRACKED_FOR, True), (LATE, False)])
def test_a_call_is_only_repeated_inside_the_providers_window(after: timedelta, repeated: bool) -> None:
    sending = Sending()
    sending.now += after
    decision = sending.again(sending.request)
    assert (decision.call is not None) == repeated
    if not repeated:
        assert (state(decision).state, state(decision).reason) == ("failed", "outcome_unknown")


@pytest.mark.parametrize("held", ["sent", "delivered", "failed", "blocked"])
def test_a_request_that_comes_again_after_the_end_changes_nothing(held: str) -> None:
    sending = Sending()
    sending.delivery = replace(sending.delivery, state=held)
    assert replace(sending.again(sending.request), raised=(), records=()) == Decision()


def test_a_request_for_an_attempt_that_is_over_changes_nothing() -> None:
    sending = Sending()
    sending.answered("unavailable")
    sending.again()
    assert sending.again(sending.request) == Decision()


def test_an_unknown_outcome_is_asked_about_again_with_the_same_request() -> None:
    sending = Sending()
    first = sending.delivery.outgoing
    decision = sending.answered("unknown")
    assert decision.state is None
    [repeat] = decision.messages
    assert repeat.at == NOON + REPEAT_DELAYS[0]
    assert call(sending.again()).outgoing == first


def test_unknown_to_the_end_of_the_window_is_a_failure_of_its_own() -> None:
    sending = Sending()
    at, ids = [sending.now], set()
    while not sending.delivery.reason:
        if sending.answered("unknown").messages:
            ids.add(sending.last.messages[0].id)
            sending.again()
            at.append(sending.now)
    assert (sending.delivery.state, sending.delivery.reason) == ("failed", "outcome_unknown")
    assert tuple(later - earlier for earlier, later in pairwise(at)) == REPEAT_DELAYS
    assert len(ids) == len(REPEAT_DELAYS)
    assert sum(REPEAT_DELAYS, timedelta()) <= TRACKED_FOR


def test_a_no_is_only_definite_where_one_call_was_made() -> None:
    """One of two calls may have been accepted: another attempt could be a second message."""
    sending = Sending()
    sending.answered("unknown")
    sending.again()
    decision = sending.answered("unavailable")
    assert decision.state is None
    assert sending.delivery.state == "sending"
    [repeat] = decision.messages
    assert isinstance(repeat.body, SendSms)
    assert (repeat.body.attempt, repeat.body.repeat) == (0, 2)


def test_the_answer_to_a_repeat_tells_what_became_of_the_first_call() -> None:
    sending = Sending()
    sending.answered("unknown")
    sending.again()
    assert state(sending.answered("accepted", provider_id="p1")).state == "sent"


@pytest.mark.parametrize("outcome", ["unavailable", "unknown"])
def test_the_same_answer_again_asks_for_the_same_message(outcome: str) -> None:
    one, other = Sending(), Sending()
    assert one.answered(outcome) == other.answered(outcome)


def test_every_message_it_sends_later_can_be_told_apart() -> None:
    sending, ids = Sending(), list[Any]()
    for outcome in ("unknown", "unavailable"):
        ids += [message.id for message in sending.answered(outcome).messages]
        sending.again()
    other = Sending()
    ids += [message.id for message in other.answered("unavailable").messages]
    assert len(set(ids)) == len(ids) == 3
