"""A contact: who they are, where they are reached, and what they agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.contacts.messages import PutContact, SetConsent
from shared.runtime.decision import Decision, Refusal
from shared.runtime.envelope import Message

TABLE = "contacts"
HEAD = "head"
CHANNELS = ("sms", "email")
PURPOSES = ("transactional", "commercial")
STATUSES = ("opted_in", "opted_out", "not_set")


@dataclass(frozen=True, slots=True)
class Consent:
    status: str
    source: str
    at: datetime
    """When it was said."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Row `head` in the contact's partition: all personal values sit here, in one erasable row."""

    id: str
    name: str
    language: str
    time_zone: str
    points: Mapping[str, str]
    """Channel to contact point: sms in E.164, email."""
    said_at: datetime
    """When that was said: what was said before, and comes late, changes nothing."""
    consents: Mapping[str, Consent] = field(default_factory=dict)
    """`<channel>:<contact point>:<purpose>` to consent: a new number starts without one."""

    def consents_for(self, channel: str) -> dict[str, str]:
        """Return purpose (or purpose/topic) to consent status, for the channel's present contact point."""
        prefix = consent_key(channel, self.points.get(channel, ""), "")
        return {key.removeprefix(prefix): held.status for key, held in self.consents.items() if key.startswith(prefix)}


def consent_key(channel: str, point: str, purpose: str) -> str:
    return f"{channel}:{point}:{purpose}"


def create_contact(message: Message[PutContact], _facts: object, _now: datetime) -> Decision[Contact]:
    body = message.body
    contact = Contact(body.contact, body.name, body.language, body.time_zone, _points(body), message.time)
    return Decision(state=contact, outcome="created")


def put_contact(contact: Contact, message: Message[PutContact], _facts: object, _now: datetime) -> Decision[Contact]:
    """Update what was sent; consents stay with the contact points they were given for."""
    body = message.body
    if message.time < contact.said_at:
        return Decision(refused=Refusal("outdated", "time"))
    points = _points(body)
    changed = replace(
        contact,
        name=body.name,
        language=body.language,
        time_zone=body.time_zone,
        points=points,
        said_at=message.time,
    )
    return Decision(state=changed, outcome="updated")


def set_consent(contact: Contact, message: Message[SetConsent], _facts: object, _now: datetime) -> Decision[Contact]:
    """Record it; what was said before an opt-out but comes after it, late by retries, does not undo it."""
    body = message.body
    purpose = body.purpose.partition("/")[0]
    for name, value, allowed in (
        ("channel", body.channel, CHANNELS),
        ("purpose", purpose, PURPOSES),
        ("status", body.status, STATUSES),
    ):
        if value not in allowed:
            return Decision(refused=Refusal("unknown_value", f"body.{name}"))
    if body.channel not in contact.points:
        return Decision(refused=Refusal("no_contact_point", "body.channel"))
    key = consent_key(body.channel, contact.points[body.channel], body.purpose)
    held = contact.consents.get(key)
    opted_out_since = held.at if held is not None and held.status == "opted_out" else message.time
    if body.status != "opted_out" and message.time < opted_out_since:
        return Decision(refused=Refusal("outdated", "time"))
    consents = {**contact.consents, key: Consent(body.status, body.source, message.time)}
    return Decision(state=replace(contact, consents=consents), outcome=body.status)


def _points(body: PutContact) -> dict[str, str]:
    return {channel: point for channel, point in (("sms", body.phone), ("email", body.email)) if point}
