"""What is said to a delivery: send it, what the provider answered, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import AwareDatetime


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Send one template to one contact. Values are what the template's tokens stand for, except the contact's own."""

    delivery: str
    contact: str
    template: str
    values: Mapping[str, Any]
    case: str | None = None
    """The case that the message's ticket link shows."""
    journey: str = ""
    version: int = 0
    """Of the journey: where the message's outcome is counted."""
    run: str = ""
    tile: str = ""
    points_of: str = ""
    """Another contact whose contact points are used: a tester's, in a test run."""
    attempt: int = 0
    """Counts up after a definite refusal; each attempt is a new request to the provider."""
    repeat: int = 0
    """Counts up while an attempt's outcome is unknown; a repeat is the same request again."""


@dataclass(frozen=True, slots=True)
class SendSms(SendMessage):
    kind: ClassVar[str] = "send_sms"
    queue: ClassVar[str] = "send-sms"


@dataclass(frozen=True, slots=True)
class SendEmail(SendMessage):
    kind: ClassVar[str] = "send_email"
    queue: ClassVar[str] = "send-email"


SEND: Mapping[str, type[SendSms | SendEmail]] = {"sms": SendSms, "email": SendEmail}
"""Channel to the message that asks for a send."""


@dataclass(frozen=True, slots=True)
class ProviderAnswered:
    """What a provider call came to: accepted, rejected, unavailable, or unknown. Handled where the call was made."""

    kind: ClassVar[str] = "provider_answered"
    queue: ClassVar[str] = "delivery-reports"

    contact: str
    delivery: str
    attempt: int
    call: int
    outcome: str
    """accepted | rejected | unavailable | unknown | window_closed"""
    provider_id: str = ""
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class DeliveryReported:
    """The provider reports what became of a delivery. Reports come at least once, in any order."""

    kind: ClassVar[str] = "delivery_reported"
    queue: ClassVar[str] = "delivery-reports"

    contact: str
    delivery: str
    report: str
    """delivered | failed | bounced_hard | bounced_soft | opened | clicked"""
    at: AwareDatetime
