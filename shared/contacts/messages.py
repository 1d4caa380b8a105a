"""What is said to a contact's partition: who they are, and what they agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from shared.runtime.ids import derived


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
    """sms, email or push."""
    purpose: str
    """transactional or commercial, or a topic of one: commercial/newsletter."""
    status: str
    """opted_in, opted_out or not_set."""
    source: str = ""
    """Where it was said: preference page, agent, import, sms."""


@dataclass(frozen=True, slots=True)
class PutPushSubscription:
    """The contact's browser takes push messages here; a newer subscription replaces the one before."""

    kind: ClassVar[str] = "put_push_subscription"
    queue: ClassVar[str] = "contact-commands"

    contact: str
    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemovePushSubscription:
    """Push no more. `subscription` is the fingerprint of the one that is meant; empty means whichever there is."""

    kind: ClassVar[str] = "remove_push_subscription"
    queue: ClassVar[str] = "contact-commands"

    contact: str
    subscription: str = ""


def fingerprint(point: str) -> str:
    """Name a contact point without telling it: a push subscription is a key to somebody's browser."""
    return derived("contact-point", point)
