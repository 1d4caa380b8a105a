"""Whether a message is sent at all, and that everything the provider is given is pinned before it is asked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.definitions.templates import Channel
from shared.deliveries.delivery import Delivery
from shared.deliveries.reasons import REASONS
from shared.deliveries.rendering import filled, request_id
from shared.deliveries.send import send
from shared.runtime.codec import plain, typed
from shared.runtime.ids import joined
from tests.unit.deliveries.building import ADA, NOON, SENDERS, call, facts, message, request, state, template

NOT_SENT: list[tuple[dict[str, Any], str, str]] = [
    ({"recipient": None}, "blocked", "contact_missing"),
    ({"template": None}, "blocked", "template_error"),
    ({"recipient": replace(ADA, points={"email": "ada@example.org"})}, "blocked", "no_contact_point"),
    ({"recipient": replace(ADA, points={"sms": ""})}, "blocked", "no_contact_point"),
    ({"recipient": replace(ADA, consents={"transactional": "opted_out"})}, "blocked", "opted_out"),
    ({"template": template(purpose="commercial")}, "blocked", "no_consent"),
    ({"sender": ""}, "blocked", "channel_not_set_up"),
    ({"template": template("{{ contact.name | date: 'x' | divided_by: 0 }}")}, "failed", "template_error"),
]


@pytest.mark.parametrize(("known", "ended", "reason"), NOT_SENT)
def test_a_message_that_is_not_sent_has_a_reason(known: dict[str, Any], ended: str, reason: str) -> None:
    decision = send(message(request()), facts(**known), NOON)
    delivery = state(decision)
    assert (delivery.state, delivery.reason) == (ended, reason)
    assert decision.call is None
    assert delivery.outgoing is None
    assert delivery.times == {ended: NOON}
    assert reason in REASONS


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"recipient": None, "template": None}, "contact_missing"),
        ({"template": None, "recipient": replace(ADA, points={})}, "template_error"),
        ({"recipient": replace(ADA, points={}, consents={"transactional": "opted_out"})}, "no_contact_point"),
    ],
)
def test_of_several_reasons_the_first_is_told(known: dict[str, Any], reason: str) -> None:
    assert state(send(message(request()), facts(**known), NOON)).reason == reason


def test_a_topic_is_asked_for_too() -> None:
    recipient = replace(ADA, consents={"transactional": "opted_in", "transactional/updates": "opted_out"})
    blocked = state(send(message(request()), facts(recipient=recipient, template=template(topic="updates")), NOON))
    assert (blocked.state, blocked.reason, blocked.consent) == ("blocked", "opted_out", "opted_out")


def test_what_is_sent_is_committed_as_sending_with_one_call() -> None:
    decision = send(message(request()), facts(), NOON)
    delivery = state(decision)
    assert (delivery.state, delivery.attempt, delivery.calls) == ("sending", 0, 1)
    assert (delivery.consent, delivery.template_version, delivery.language) == ("opted_in", 7, "en")
    assert delivery.times == {"sending": NOON}
    assert delivery.request == request()


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_all_that_the_provider_is_given_is_pinned(channel: Channel) -> None:
    decision = send(message(request(channel)), facts(channel), NOON)
    delivery = state(decision)
    assert call(decision).outgoing == delivery.outgoing
    assert delivery.outgoing is not None
    assert delivery.outgoing.channel == channel
    assert delivery.outgoing.to == ADA.points[channel]
    assert delivery.outgoing.sender == SENDERS[channel]
    assert delivery.outgoing.text == "Hello Ada Example"
    assert delivery.outgoing.subject == ("Your device" if channel == "email" else "")
    assert delivery.outgoing.request_id == request_id("d1", 0)
    assert delivery.outgoing.first_sent == NOON
    assert delivery.outgoing.tag == joined("C-1", "d1")


def test_what_is_pinned_comes_back_from_the_store_byte_by_byte() -> None:
    delivery = state(send(message(request("email")), facts("email"), NOON + timedelta(microseconds=1)))
    assert typed(Delivery, plain(delivery)).outgoing == delivery.outgoing


def test_a_ticket_link_is_issued_at_the_time_of_the_attempt() -> None:
    known = facts(template=template("{{ ticket.number }} {{ ticket.link }}"))
    asked = request(case="K1")
    asked = replace(asked, values={**asked.values, "ticket": {"number": "CAS-1"}})
    outgoing = state(send(message(asked), known, NOON)).outgoing
    assert outgoing is not None
    assert outgoing.text == "CAS-1 https://care.example/t/K1-120000"


def test_a_message_about_no_case_has_no_ticket() -> None:
    known = facts(template=template("x{{ ticket.link }}"))
    delivery = state(send(message(request()), known, NOON))
    assert delivery.outgoing is not None
    assert delivery.outgoing.text == "x"


def test_a_token_without_a_value_stands_for_nothing() -> None:
    known = facts(template=template("{{ trigger.code }}{{ trigger.note }}{{ tiles.a.b }}{{ contact.name }}"))
    outgoing = state(send(message(request()), known, NOON)).outgoing
    assert outgoing is not None
    assert outgoing.text == "11Ada Example"


def test_the_language_of_the_contact_is_spoken_where_it_is_known() -> None:
    german = replace(template().languages["en"], text="Guten Tag {{ contact.name }}", language="de")
    known = facts(
        recipient=replace(ADA, language="de-AT"),
        template=template(languages={**template().languages, "de": german}),
    )
    delivery = state(send(message(request()), known, NOON))
    assert delivery.outgoing is not None
    assert (delivery.language, delivery.outgoing.text) == ("de", "Guten Tag Ada Example")


def test_the_values_of_the_contact_cannot_be_said_by_a_request() -> None:
    asked = replace(request(), values={"contact": {"name": "Mallory"}})
    outgoing = state(send(message(asked), facts(), NOON)).outgoing
    assert outgoing is not None
    assert outgoing.text == "Hello Ada Example"


@given(st.text(), st.integers(0, 9), st.text(), st.integers(0, 9))
def test_a_request_id_is_a_guid_of_its_delivery_and_attempt(one: str, n: int, other: str, m: int) -> None:
    assert str(UUID(request_id(one, n), version=4)) == request_id(one, n)
    assert (request_id(one, n) == request_id(other, m)) == ((one, n) == (other, m))


def test_filling_adds_what_is_missing_and_keeps_what_is_there() -> None:
    values = {"a": {"b": 1}, "c": None, "d": 2}
    paths = ("a.b", "a.x.y", "c.z", "d", "e", "f.g")
    assert filled(values, paths) == {
        "a": {"b": 1, "x": {"y": None}},
        "c": {"z": None},
        "d": 2,
        "e": None,
        "f": {"g": None},
    }
    assert values == {"a": {"b": 1}, "c": None, "d": 2}
