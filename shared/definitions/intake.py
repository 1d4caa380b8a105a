"""Record creation and update rules: what becomes of a message that somebody writes to us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from shared.definitions.attributes import Attribute
from shared.definitions.conditions import Condition
from shared.definitions.mapping import Source

type Channel = Literal["email", "sms", "webhook"]
CHANNELS: tuple[Channel, ...] = ("email", "sms", "webhook")
type UnknownSender = Literal["hold", "create_contact", "reject"]
UNKNOWN_SENDERS: tuple[UnknownSender, ...] = ("hold", "create_contact", "reject")

TEXT, PERHAPS, FLAG = Attribute("text"), Attribute("text", optional=True), Attribute("boolean")
EVERY: Mapping[str, Attribute] = {
    "subject": PERHAPS,
    "text": PERHAPS,
    "at": Attribute("datetime"),
    "known_sender": FLAG,
    "on_thread": FLAG,
}
COLUMNS: Mapping[Channel, Mapping[str, Attribute]] = {
    "email": {
        **EVERY,
        "from": TEXT,
        "from_domain": TEXT,
        "from_name": PERHAPS,
        "to": PERHAPS,
        "automatic": FLAG,
        "automatic_kind": PERHAPS,
        "attachments": Attribute("number"),
    },
    "sms": {**EVERY, "from": TEXT},
    "webhook": {**EVERY, "trigger": TEXT, "source": TEXT},
}
"""What rules see of a message, as `activity.<column>`. Addresses are in lower case."""

FIELDS: Mapping[str, Attribute] = {
    "title": PERHAPS,
    "description": PERHAPS,
    "priority": PERHAPS,
    "type": PERHAPS,
    "origin": PERHAPS,
    "subject": PERHAPS,
    "product": PERHAPS,
    "queue": PERHAPS,
    "sla": PERHAPS,
    "device": Attribute("reference", optional=True),
    "error_code": Attribute("number", optional=True),
}
"""What a rule may say of a case that it opens."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many messages of one address are taken in a rolling window; the others are held."""

    at_most: int = 30
    per: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Create:
    """Open a case. Without fields, its title is the message's subject, and its description the text."""

    fields: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Update:
    """Add to the case of the thread. One that was closed is opened again, or a new one goes on from it."""

    reopen_within: timedelta = timedelta(days=7)
    """After that long a closed case stays closed; zero: always."""


@dataclass(frozen=True, slots=True)
class Ignore:
    reason: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Leave it to a person."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The first rule whose condition holds counts; one that only updates also needs a case of the thread."""

    name: str
    when: Condition | None = None
    create: Create | None = None
    update: Update | None = None
    ends: Ignore | Hold | None = None
    auto_reply: str = ""
    """The template that is sent back, in the template's channel."""
    require_entitlement: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    channel: Channel
    rules: tuple[Rule, ...]
    unknown_sender: UnknownSender = "hold"
    limit: Limit = Limit()
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    """Of a webhook: what rules see as `event.<attribute>`."""
