"""What is said to a delivery: send it, what the provider answered, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import AwareDatetime

KEYWORDS: Mapping[str, str] = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL"), "stop"),
    **dict.fromkeys(("START", "UNSTOP"), "start"),
    **dict.fromkeys(("HELP", "INFO"), "help"),
}
"""What a whole SMS says, without regard to case and punctuation, to its class; any other is `other`."""
SAYS: Mapping[str, str] = {"stop": "opted_out", "start": "opted_in"}
"""Class to the consent that it gives or takes."""


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
    automatic: bool = False
    """Whether it is sent because somebody wrote, with no person behind it; whoever answers it is answered by none."""
    answers: str = ""
    """The Message-ID of the mail that it answers."""
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


@dataclass(frozen=True, slots=True)
class SendPush(SendMessage):
    kind: ClassVar[str] = "send_push"
    queue: ClassVar[str] = "send-push"


SEND: Mapping[str, type[SendSms | SendEmail | SendPush]] = {"sms": SendSms, "email": SendEmail, "push": SendPush}
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
    reason: str = ""
    """Why it was rejected, in our closed list."""


@dataclass(frozen=True, slots=True)
class DeliveryReported:
    """The provider reports what became of a delivery. Reports come at least once, in any order."""

    kind: ClassVar[str] = "delivery_reported"
    queue: ClassVar[str] = "delivery-reports"

    contact: str
    delivery: str
    report: str
    """delivered | failed | bounced_hard | bounced_soft | opened | clicked | replied"""
    at: AwareDatetime
    link: str = ""
    """What was clicked, without what may tell who clicked."""
    keyword: str = ""
    """What class of reply it is: stop, start, help or other."""


@dataclass(frozen=True, slots=True)
class SmsReceived:
    """Somebody wrote an SMS to one of our numbers; whose it is, is still to be found."""

    kind: ClassVar[str] = "sms_received"
    queue: ClassVar[str] = "delivery-reports"

    sender: str
    """Their number in E.164."""
    text: str
    at: AwareDatetime
    source: str = ""


@dataclass(frozen=True, slots=True)
class TakeReply:
    """Keep what a contact wrote by SMS, and do what it says."""

    kind: ClassVar[str] = "take_reply"
    queue: ClassVar[str] = "delivery-reports"

    contact: str
    reply: str
    text: str
    at: AwareDatetime


def keyword(text: str) -> str:
    """Return the class of an SMS: stop, start, help or other."""
    word = text.strip(" \t\r\n.,!?\"'").upper()
    return KEYWORDS.get(word, "other")
