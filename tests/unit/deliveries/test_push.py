"""What is different on a push channel: no call is ever repeated, and a subscription that is gone is taken away."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.contacts.messages import RemovePushSubscription, fingerprint
from shared.deliveries.messages import SendPush
from shared.deliveries.send import ATTEMPT_DELAYS, CALL_IS_OVER, REPEATABLE_FOR
from shared.runtime.decision import Outgoing
from tests.unit.deliveries.building import NOON, POINT, Sending, call, facts, state, template


def test_what_is_pushed_has_a_title_a_text_and_a_link() -> None:
    sending = Sending("push")
    said = template(channel="push")
    linked = replace(said, languages={"en": replace(said.languages["en"], link="https://care.example/help")})
    sending.facts = facts("push", template=linked)
    sending.answered("unavailable")
    outgoing = call(sending.again()).outgoing
    assert (outgoing.channel, outgoing.to, outgoing.sender) == ("push", POINT, "mailto:care@example.com")
    assert (outgoing.subject, outgoing.text, outgoing.link) == (
        "Your device",
        "Hello Ada Example",
        "https://care.example/help",
    )


def test_no_window_is_named_for_it() -> None:
    assert set(REPEATABLE_FOR) == {"sms", "email"}


def test_an_unknown_outcome_is_never_asked_about_again() -> None:
    decision = Sending("push").answered("unknown")
    assert (state(decision).state, state(decision).reason) == ("failed", "outcome_unknown")
    assert (decision.messages, decision.call) == ((), None)


def test_a_request_that_comes_again_while_the_call_may_run_looks_again_once_it_is_over() -> None:
    sending = Sending("push")
    sending.now += timedelta(seconds=3)
    decision = sending.again(sending.request)
    [later] = decision.messages
    assert (decision.state, decision.call) == (None, None)
    assert later.at == NOON + CALL_IS_OVER
    assert isinstance(later.body, SendPush)


def test_a_call_that_nobody_answered_for_has_crashed_and_is_not_made_again() -> None:
    sending = Sending("push")
    sending.again(sending.request)
    decision = sending.again()
    assert (state(decision).state, state(decision).reason) == ("failed", "outcome_unknown")
    assert decision.call is None


def test_a_call_that_was_answered_meanwhile_stays_as_it_was_answered() -> None:
    sending = Sending("push")
    sending.again(sending.request)
    later = sending.last.messages
    sending.answered("accepted", provider_id="p1")
    assert sending.again(later[0].body).state is None
    assert sending.delivery.state == "sent"


def test_a_definite_no_that_may_pass_is_another_attempt() -> None:
    sending = Sending("push")
    [again] = sending.answered("unavailable").messages
    assert again.at == NOON + ATTEMPT_DELAYS[0]
    assert call(sending.again()).number == 1


GONE = Outgoing("", RemovePushSubscription("C-1", fingerprint(POINT)))


def test_a_subscription_that_is_gone_is_taken_away() -> None:
    decision = Sending("push").answered("rejected", reason="invalid_contact_point")
    assert (state(decision).state, state(decision).reason) == ("failed", "invalid_contact_point")
    assert [message.body for message in decision.messages] == [GONE.body]


def test_it_is_taken_away_again_where_whoever_said_so_crashed() -> None:
    sending = Sending("push")
    said = sending.answered("rejected", reason="invalid_contact_point").messages
    assert sending.again(sending.request).messages == said


def test_the_tester_whose_subscription_it_was_loses_it() -> None:
    decision = Sending("push", points_of="C-9").answered("rejected", reason="invalid_contact_point")
    assert [message.body for message in decision.messages] == [replace(GONE.body, contact="C-9")]  # type: ignore[type-var]


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_no_other_contact_point_is_taken_away(channel: str) -> None:
    decision = Sending(channel).answered("rejected", reason="invalid_contact_point")  # type: ignore[arg-type]
    assert decision.messages == ()


def test_no_key_of_a_browser_travels() -> None:
    decision = Sending("push").answered("rejected", reason="invalid_contact_point")
    assert "push.example" not in repr(decision.messages) + repr(decision.raised)
