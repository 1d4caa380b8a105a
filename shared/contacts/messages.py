"""What is said to a contact's partition: who they are, and what they agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class PutContact:
    """Create or update a contact, as a whole. `phone` is E.164; an empty point is none, so is an empty text."""

    kind: ClassVar[str] = "put_contact"
    queue: ClassVar[str] = "contact-commands"

    contact: str
    name: str
    email: str = ""
    phone: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    city: str = ""
    position: str = ""
    account: str = ""
    relationship: str = ""
    preferred_channel: str = ""
    """sms, email or push."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Of those that are declared (`contact_attributes`), the ones that are known."""


@dataclass(frozen=True, slots=True)
class SetConsent:
    """Record what the contact agreed to for one channel's contact point and one purpose."""

    kind: ClassVar[str] = "set_consent"
    queue: ClassVar[str] = "contact-commands"

    contact: str
    channel: str
    """sms or email."""
    purpose: str
    """transactional or commercial, or a topic of one: commercial/newsletter."""
    status: str
    """opted_in, opted_out or not_set."""
    source: str = ""
    """Where it was said: preference page, agent, import."""
