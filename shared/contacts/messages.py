"""What is said to a contact's partition: who they are, and what they agreed to."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class PutContact:
    """Create or update a contact. `phone` is E.164; an empty point is none."""

    kind: ClassVar[str] = "put_contact"
    queue: ClassVar[str] = "contact-commands"

    contact: str
    name: str
    email: str = ""
    phone: str = ""
    language: str = "en"
    time_zone: str = "UTC"


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
