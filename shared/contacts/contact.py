"""A contact: who they are, where they are reached, and what they agreed to."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.contacts.messages import PutContact, SetConsent
from shared.events.messages import RecordChanged
from shared.runtime.decision import Answer, Decision, Outgoing, Put, Refusal
from shared.runtime.envelope import Message
from shared.runtime.ids import derived, joined, quoted

TABLE = "contacts"
HEAD = "head"
PHONES = ("refs", "phone")
"""Rows that say who has, or once had, a number; whoever uses one asks the contact. None is taken away: a number moves
from one contact to another, and a late removal would hide its new owner, whose STOP must be heard."""
EMAILS = ("refs", "email")
"""The same of e-mail addresses, by a hash of each: how it is written in capitals does not matter."""
CHANNELS = ("sms", "email", "push")
PURPOSES = ("transactional", "commercial")
SHARDS = tuple("0123456789abcdef")
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
    """Channel to contact point: sms in E.164, email, push a subscription (its three parts as JSON)."""
    said_at: datetime
    """When that was said: what was said before, and comes late, changes nothing."""
    consents: Mapping[str, Consent] = field(default_factory=dict)
    """`<channel>:<contact point>:<purpose>` to consent: a new number starts without one."""
    city: str = ""
    position: str = ""
    account: str = ""
    relationship: str = ""
    preferred_channel: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """The declared ones that are known."""
    registered_at: datetime | None = None
    """When it was created; None for one from before that was kept."""
    push_said_at: datetime | None = None
    """When the push subscription was last put or removed."""

    def consents_for(self, channel: str) -> dict[str, str]:
        """Return purpose (or purpose/topic) to consent status, for the channel's present contact point."""
        prefix = consent_key(channel, self.points.get(channel, ""), "")
        return {key.removeprefix(prefix): held.status for key, held in self.consents.items() if key.startswith(prefix)}

    def compared(self) -> dict[str, object]:
        """Return what conditions may ask about, by name; an empty text is not known."""
        values = {
            **self.attributes,
            "contact_id": self.id,
            "language": self.language,
            "time_zone": self.time_zone,
            "city": self.city,
            "position": self.position,
            "account": self.account,
            "relationship": self.relationship,
            "preferred_channel": self.preferred_channel,
            "registered_at": self.registered_at.isoformat() if self.registered_at else "",
        }
        return {name: value for name, value in values.items() if value != ""}


def shard_of(contact: str) -> str:
    return hashlib.sha256(contact.encode()).hexdigest()[0]


def index(shard: str) -> str:
    """Name the list of the contacts of one shard, in the order of their ids, by which all of them are walked."""
    return joined("contacts", shard)


def consent_key(channel: str, point: str, purpose: str) -> str:
    """Name a consent. One for push is the person's: browsers renew subscriptions unasked, and an opt-out must stay."""
    point = "" if channel == "push" else point
    return f"{channel}:{point}:{purpose}"


def create_contact(message: Message[PutContact], _facts: object, now: datetime) -> Decision[Contact]:
    contact = Contact(message.body.contact, **_said(message), registered_at=now)
    return Decision(
        state=contact,
        outcome="created",
        raised=(_changed(message, contact, (), now),),
        answer=Answer({"outcome": "created"}),
        hints=found_by(contact),
    )


def put_contact(contact: Contact, message: Message[PutContact], _facts: object, now: datetime) -> Decision[Contact]:
    """Update what was sent; consents stay with the contact points they were given for."""
    if message.time < contact.said_at:
        return Decision(refused=Refusal("outdated", "time"))
    said = _said(message)
    push = {channel: point for channel, point in contact.points.items() if channel == "push"}
    changed = replace(contact, **{**said, "points": {**said["points"], **push}})
    columns = _columns(contact, changed)
    raised = (_changed(message, changed, columns, now),) if columns else ()
    answer = Answer({"outcome": "updated"})
    return Decision(state=changed, outcome="updated", raised=raised, answer=answer, hints=_found_by(changed))


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


def _said(message: Message[PutContact]) -> dict[str, Any]:
    """Return the fields of a contact that the message tells: it is replaced as a whole."""
    body = message.body
    return {
        "name": body.name,
        "language": body.language,
        "time_zone": body.time_zone,
        "points": _points(body),
        "said_at": message.time,
        "city": body.city,
        "position": body.position,
        "account": body.account,
        "relationship": body.relationship,
        "preferred_channel": body.preferred_channel,
        "attributes": body.attributes,
    }


def _columns(before: Contact, after: Contact) -> tuple[str, ...]:
    """Return the names of what changed, declared attributes among them."""
    seen, now = _values(before), _values(after)
    return tuple(sorted(name for name in seen.keys() | now.keys() if seen.get(name, "") != now.get(name, "")))


def _values(contact: Contact) -> dict[str, object]:
    points = {"phone": contact.points.get("sms", ""), "email": contact.points.get("email", "")}
    return {**contact.compared(), "name": contact.name, **points}


def _changed(message: Message[PutContact], contact: Contact, columns: tuple[str, ...], now: datetime) -> Outgoing:
    """Tell that it changed and where, and of its values only what may travel."""
    attributes: dict[str, object] = {
        "contact": contact.id,
        "language": contact.language,
        "time_zone": contact.time_zone,
    }
    if columns:
        attributes["changed"] = ",".join(columns)
    change = RecordChanged("contacts", contact.id, columns, attributes, contact.id, now)
    return Outgoing(derived("change", "contacts", contact.id, message.id), change)


def email_key(email: str) -> str:
    """Return the beginning of the keys under which an address is found."""
    return derived("email", email.casefold())


def found_by(contact: Contact) -> tuple[Put, ...]:
    """Return the rows by which a contact is found: in the list of all, and by their contact points."""
    line = {"registered_at": (contact.registered_at or contact.said_at).isoformat()}
    return (*_found_by(contact), Put("views", index(shard_of(contact.id)), quoted(contact.id), line))


def _found_by(contact: Contact) -> tuple[Put, ...]:
    phone, email, whose = contact.points.get("sms"), contact.points.get("email"), {"contact": contact.id}
    by_phone = (Put(*PHONES, joined(phone, contact.id), whose),) if phone else ()
    by_email = (Put(*EMAILS, joined(email_key(email), contact.id), whose),) if email else ()
    return (*by_phone, *by_email)


def _points(body: PutContact) -> dict[str, str]:
    return {channel: point for channel, point in (("sms", body.phone), ("email", body.email)) if point}
