"""What a page shows of a message and its reports, as plain values for a template."""

from collections.abc import Container
from datetime import datetime
from urllib.parse import unquote

from local.sink.links import pieces, ticket
from local.sink.message import Message
from local.sink.pages.moments import moment
from local.sink.records import Event

LONGEST_LINE = 160
LABELS = {"sms": "SMS", "email": "E-mail", "push": "Push"}
REPORTS = {
    "SMSDeliveryReportReceived": ("SMS", "deliveryStatus"),
    "SMSReceived": ("Reply", "message"),
    "EmailDeliveryReportReceived": ("E-mail", "status"),
    "EmailEngagementTrackingReportReceived": ("Reader", "engagementType"),
}
"""Event type to who is heard of, and the field that tells."""


def row(message: Message, now: datetime) -> dict[str, object]:
    """A message as a line of the list; never longer than a line."""
    return {
        "id": message.id,
        "channel": message.channel,
        "label": LABELS[message.channel],
        "to": clipped(", ".join(message.to)),
        "subject": clipped(message.subject or ""),
        "line": clipped(message.readable.strip().partition("\n")[0]),
        "state": message.state,
        "time": moment(message.received_at, now),
        "ticket": ticket(message.links),
    }


def clipped(text: str) -> str:
    """The text, or its beginning."""
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"


def whole(message: Message, now: datetime) -> dict[str, object]:
    """A message with all that is known of it."""
    contact, _, delivery = message.tag.partition("~")
    return {
        **row(message, now),
        "sender": message.sender,
        "recipients": message.to,
        "title": message.subject or "",
        "pieces": cut(message.readable),
        "leads_to": cut(message.leads_to),
        "has_html": bool(message.html),
        "links": message.links,
        "attachments": message.attachments,
        "headers": [{"name": name, "pieces": cut(value)} for name, value in message.headers.items()],
        "tag": message.tag,
        "contact": unquote(contact) if delivery else "",
        "delivery": unquote(delivery),
        "request": message.repeatability_id or "",
        "via": message.via,
        "tracked": message.channel == "email" and message.engagement_tracked,
        "reported": message.report_wanted,
    }


def cut(text: str) -> list[dict[str, str]]:
    """The text, cut at its links."""
    return [piece._asdict() for piece in pieces(text)]


def report(event: Event, pending: Container[str], now: datetime) -> dict[str, object]:
    """A report, and whether the bus has it."""
    who, field = REPORTS[event["type"].removeprefix("Microsoft.Communication.")]
    data = event["data"]
    said = {"view": "opened", "click": f"clicked {data.get('engagementContext', '')}"}.get(data[field], data[field])
    return {
        "who": who,
        "said": clipped(said),
        "time": moment(datetime.fromisoformat(event["time"]), now),
        "waiting": event["id"] in pending,
    }
