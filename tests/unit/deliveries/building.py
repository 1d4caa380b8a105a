"""Deliveries on their way, with everything but what a test is about filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.definitions.templates import Channel, Template, Text
from shared.deliveries.delivery import Call, Delivery
from shared.deliveries.facts import Recipient, SendFacts
from shared.deliveries.messages import ProviderAnswered, SendEmail, SendMessage, SendPush, SendSms
from shared.deliveries.send import provider_answered, send, send_again
from shared.runtime.decision import Decision
from shared.runtime.envelope import Message

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SENDERS = {"sms": "+15550100", "email": "care@example.com", "push": "mailto:care@example.com"}
REQUESTS: dict[str, type[SendMessage]] = {"sms": SendSms, "email": SendEmail, "push": SendPush}
POINT = '{"auth":"a","endpoint":"https://push.example/1","p256dh":"p"}'
ADA = Recipient(
    "Ada Example",
    "en",
    "UTC",
    {"sms": "+4930123456", "email": "ada@example.org", "push": POINT},
    {"transactional": "opted_in"},
)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def request(channel: str = "sms", **fields: Any) -> SendMessage:
    return REQUESTS[channel]("d1", "C-1", "hello", {"trigger": {"code": 11}}, **fields)


def message[B](body: B, id: str = "m1", at: datetime = NOON) -> Message[B]:  # noqa: A002
    return Message(id, at, body)


def template(text: str = "Hello {{ contact.name }}", channel: Channel = "sms", **fields: Any) -> Template:
    said = Text(text, "Your device" if channel != "sms" else "", language="en")
    return replace(Template("hello", channel, "transactional", None, {"en": said}), **fields)


def facts(channel: Channel = "sms", **fields: Any) -> SendFacts:
    known = SendFacts(channel, ADA, template(channel=channel), 7, SENDERS[channel], ticket_link)
    return replace(known, **fields)


def ticket_link(case: str, at: datetime) -> str:
    return f"https://care.example/t/{case}-{at:%H%M%S}"


def state(decision: Decision[Delivery]) -> Delivery:
    assert decision.state is not None
    return decision.state


def call(decision: Decision[Delivery]) -> Call:
    assert isinstance(decision.call, Call)
    return decision.call


class Sending:
    """One delivery through its decisions; `now` is when the next one is made."""

    def __init__(self, channel: Channel = "sms", **request_fields: Any) -> None:
        self.facts = facts(channel)
        self.request = request(channel, **request_fields)
        self.now = NOON
        self.last = send(message(self.request), self.facts, self.now)
        self.delivery = state(self.last)

    def answered(self, outcome: str, **fields: Any) -> Decision[Delivery]:
        """Apply the provider's answer to the last call."""
        known = {"attempt": self.delivery.attempt, "call": self.delivery.calls, **fields}
        body = ProviderAnswered("C-1", "d1", outcome=outcome, **known)
        return self._apply(provider_answered(self.delivery, message(body), None, self.now))

    def again(self, body: Any = None) -> Decision[Delivery]:
        """Ask once more, by default with the message that was scheduled last."""
        if body is None:
            [scheduled] = self.last.messages
            assert scheduled.at is not None
            self.now, body = scheduled.at, scheduled.body
        return self._apply(send_again(self.delivery, message(body), self.facts, self.now))

    def _apply(self, decision: Decision[Delivery]) -> Decision[Delivery]:
        self.last = decision
        self.delivery = decision.state or self.delivery
        return decision
