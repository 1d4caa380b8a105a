"""Azure Communication Services' REST: a message as request, an answer as outcome.

Sources: azure-rest-api-specs, specification/communication/data-plane, Sms 2021-03-07 and Email 2023-03-31;
learn.microsoft.com/rest/api/communication/repeatable-requests
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from shared.channels.errors import (
    ChannelError,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unavailable,
    WindowClosed,
)
from shared.channels.provider import Accepted, Outgoing

# A wrong key or role is the operator's to cure: it says nothing about the message, so it is not Rejected.
CURABLE = (401, 403)
# A gateway that had no answer from the service behind it does not know what that service did.
UNKNOWN = (408, 409, 502, 504)
ADDRESS = re.compile(r"\S*@\S*|\+?\d[\d ()-]{4,}\d")


@dataclass(frozen=True, slots=True)
class Request:
    """A POST; the same message always makes the same bytes, so that a repeat is recognised as one."""

    path: str
    body: bytes
    headers: Mapping[str, str]


def request_of(message: Outgoing) -> Request:
    """The message in the provider's form; raise ValueError for a channel that it does not carry."""
    if message.channel == "sms":
        return sms_request(message)
    if message.channel == "email":
        return email_request(message)
    raise ValueError(f"Azure Communication Services carries no channel {message.channel!r}")


def sms_request(message: Outgoing) -> Request:
    """An SMS carries its request id per recipient, inside the body."""
    options: dict[str, Any] = {"enableDeliveryReport": True}
    if message.tag:
        options["tag"] = message.tag
    recipient = {
        "to": message.to,
        "repeatabilityRequestId": message.request_id,
        "repeatabilityFirstSent": first_sent(message),
    }
    body = {
        "from": message.sender,
        "smsRecipients": [recipient],
        "message": message.text,
        "smsSendOptions": options,
    }
    return Request("/sms?api-version=2021-03-07", encode(body), {})


def email_request(message: Outgoing) -> Request:
    """An e-mail carries its request id in headers."""
    content = {"subject": message.subject, "plainText": message.text}
    if message.html:
        content["html"] = message.html
    body: dict[str, Any] = {
        "senderAddress": message.sender,
        "recipients": {"to": [{"address": message.to}]},
        "content": content,
    }
    if message.reply_to:
        body["replyTo"] = [{"address": message.reply_to}]
    if message.headers:
        body["headers"] = dict(message.headers)
    headers = {
        "Repeatability-Request-Id": message.request_id,
        "Repeatability-First-Sent": first_sent(message),
    }
    return Request("/emails:send?api-version=2023-03-31", encode(body), headers)


def first_sent(message: Outgoing) -> str:
    """The time in IMF-fixdate, which has whole seconds only."""
    return format_datetime(message.first_sent, usegmt=True)


def encode(body: Mapping[str, Any]) -> bytes:
    """JSON with one form for one content."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def outcome_of(message: Outgoing, status: int, headers: Mapping[str, str], body: bytes) -> Accepted:
    """The provider's id of the accepted message, or the error that its answer means."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if status != 202:
        raise refusal(status, explanation(answer), retry_after(headers))
    try:
        return sms_outcome(answer["value"][0]) if message.channel == "sms" else Accepted(answer["id"])
    except (KeyError, TypeError, IndexError):
        raise OutcomeUnknown("202 with a body that names no message") from None


def sms_outcome(item: Mapping[str, Any]) -> Accepted:
    """The outcome for the one recipient; the request as a whole is 202 even if this is a refusal."""
    if item["successful"]:
        return Accepted(item["messageId"])
    raise refusal(item["httpStatusCode"], str(item.get("errorMessage") or ""), None)


def refusal(status: int, said: str, wait: float | None) -> ChannelError:
    """The error that a status other than 202 means."""
    detail = f"{status} {ADDRESS.sub('...', said)}"[:200].strip()
    if status == 412:
        return WindowClosed(detail)
    if status == 429:
        return Throttled(wait, detail)
    if status < 400 or status in UNKNOWN:
        return OutcomeUnknown(detail)
    if status >= 500 or status in CURABLE:
        return Unavailable(detail)
    return Rejected("provider_rejected", detail)


def explanation(answer: Any) -> str:
    """What the provider says is wrong, if it says so in its own form."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return f"{error.get('code')}: {error.get('message')}" if isinstance(error, dict) else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a Retry-After; its date form is not used by the service."""
    value = headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None
