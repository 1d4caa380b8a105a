"""A customer answers by SMS: kept in their partition, told to journeys by its class only, and STOP and START obeyed.

A reply does not say what it answers: it is taken for an answer to the newest SMS to that customer, which counts it and
tells it. Where there is none, the reply is told by itself.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.contacts.messages import SetConsent
from shared.definitions.catalogue import Catalogue
from shared.deliveries.messages import SAYS, DeliveryReported, SmsReceived, TakeReply, keyword
from shared.events.messages import TriggerFired
from shared.intake.messages import TakeActivity
from shared.runtime.codec import plain
from shared.runtime.decision import Decision, Outgoing, Put
from shared.runtime.envelope import Message, restored
from shared.runtime.ids import derived

TRIGGER = "sms-replied"
PURPOSES = ("transactional", "commercial")
SOURCE = "sms"

CHANNEL = "sms"
"""Of the intake that takes what is not obeyed."""

Published = Callable[[], Awaitable[Catalogue]]
Whose = Callable[[str], Awaitable[list[str]]]
"""Finds the contacts whose phone number this is now."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Row `reply:<id>`: what the customer wrote is personal, and erased with their partition."""

    id: str
    contact: str
    text: str
    keyword: str
    at: datetime
    delivery: str = ""
    """What it is taken to answer."""


class Replies:
    """Finds whose a received SMS is, and owns no state."""

    def __init__(self, whose: Whose, published: Published) -> None:
        self._whose = whose
        self._published = published

    async def route(self, message: Message[SmsReceived], now: datetime) -> Decision[None]:
        """Hand it to everybody who has the number: who opts out opts the number out, whoever else is reached there.

        What is no word to be obeyed also goes to the intake for SMS, where one is published.
        """
        contacts, body = await self._whose(message.body.sender), message.body
        activity = await self._activity(message)
        if not contacts and not activity:
            return _unmatched(message, now)
        takes = [
            Outgoing(derived("reply", message.id, contact), TakeReply(contact, message.id, body.text, body.at))
            for contact in contacts
        ]
        all_ = (*takes, *activity)
        return Decision(messages=tuple(all_[1:]), then=all_[0])

    async def _activity(self, message: Message[SmsReceived]) -> tuple[Outgoing, ...]:
        body = message.body
        if keyword(body.text) in SAYS or CHANNEL not in (await self._published()).intakes:
            return ()
        return (Outgoing(derived("activity", message.id), TakeActivity("sms", body.sender, body.at, text=body.text)),)


def take_reply(message: Message[TakeReply], newest: str, _now: datetime) -> Decision[Reply]:
    """Keep it, as an answer to the `newest` delivery there is; empty for none."""
    body = message.body
    reply = Reply(body.reply, body.contact, body.text, keyword(body.text), body.at, newest)
    return replace(_told(reply), state=reply)


def take_again(reply: Reply, _message: Message[TakeReply], _newest: str, _now: datetime) -> Decision[Reply]:
    """Tell again what it meant: whoever took it may have crashed before telling."""
    return _told(reply)


def _told(reply: Reply) -> Decision[Reply]:
    if not reply.delivery:
        return Decision(raised=(_fired(reply),), messages=_consents(reply))
    report = DeliveryReported(reply.contact, reply.delivery, "replied", reply.at, keyword=reply.keyword)
    counted = Outgoing(derived("replied", reply.id, reply.contact), report)
    return Decision(messages=(*_consents(reply), counted))


def _consents(reply: Reply) -> tuple[Outgoing, ...]:
    status = SAYS.get(reply.keyword)
    if status is None:
        return ()
    return tuple(
        Outgoing(
            derived("reply-consent", reply.id, reply.contact, purpose),
            SetConsent(reply.contact, "sms", purpose, status, SOURCE),
        )
        for purpose in PURPOSES
    )


def _fired(reply: Reply) -> Outgoing:
    attributes = {"contact": reply.contact, "keyword": reply.keyword}
    body = TriggerFired(TRIGGER, attributes, reply.at, contact=reply.contact)
    return Outgoing(derived("interaction", TRIGGER, reply.id, reply.contact), body)


def _unmatched(message: Message[SmsReceived], now: datetime) -> Decision[None]:
    """Keep the whole message: it is replayed once the number is somebody's."""
    line = {
        "reason": "unknown_number",
        "trigger": TRIGGER,
        "source": message.body.source,
        "at": now.isoformat(),
        "queue": SmsReceived.queue,
        "envelope": plain(restored(SmsReceived.kind, message)),
    }
    return Decision(records=(Put("unmatched", now.date().isoformat(), message.id, line),))
