"""Delivery and engagement reports, as Event Grid hands them on in CloudEvents 1.0 form.

Sources: learn.microsoft.com/azure/event-grid/communication-services-email-events and -telephony-sms-events;
azure-rest-api-specs, eventgrid/data-plane/Microsoft.Communication.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import uuid4

from local.sink.message import Message
from local.sink.records import Event

SOURCE = "/subscriptions/local/resourceGroups/carebus/providers/Microsoft.Communication/communicationServices/sink"


def delivery_reports(message: Message, failed: str | None, now: datetime) -> list[Event]:
    """What the provider will say about a message: delivered, or the status it `failed` with."""
    if not message.report_wanted:
        return []
    if message.channel == "email":
        return [email_delivery(message, recipient, failed or "Delivered", now) for recipient in message.to]
    return [sms_delivery(message, delivered=failed is None, now=now)]


def sms_delivery(message: Message, *, delivered: bool, now: datetime) -> Event:
    """`Microsoft.Communication.SMSDeliveryReportReceived`."""
    attempt = {
        "timestamp": now.isoformat(),
        "segmentsSucceeded": int(delivered),
        "segmentsFailed": int(not delivered),
    }
    data = {
        "messageId": message.id,
        "from": message.sender,
        "to": message.to[0],
        "deliveryStatus": "Delivered" if delivered else "Failed",
        "deliveryStatusDetails": "No error." if delivered else "Failed on demand.",
        "receivedTimestamp": now.isoformat(),
        "deliveryAttempts": [attempt],
        "tag": message.tag,
    }
    return cloud_event("SMSDeliveryReportReceived", sms_subject(message.sender), data, now)


def sms_received(message: Message, text: str, now: datetime) -> Event:
    """`Microsoft.Communication.SMSReceived`: the recipient of a message answers it."""
    data = {
        "messageId": f"Incoming_{now:%Y%m%d%H%M%S}{uuid4()}",
        "from": message.to[0],
        "to": message.sender,
        "message": text,
        "receivedTimestamp": now.isoformat(),
        "segmentCount": 1,
    }
    return cloud_event("SMSReceived", sms_subject(message.sender), data, now)


def email_delivery(message: Message, recipient: str, status: str, now: datetime) -> Event:
    """`Microsoft.Communication.EmailDeliveryReportReceived`."""
    data = {
        "sender": message.sender,
        "recipient": recipient,
        "messageId": message.id,
        "status": status,
        "deliveryStatusDetails": {"statusMessage": "No error." if status == "Delivered" else "Failed on demand."},
        "deliveryAttemptTimeStamp": now.isoformat(),
    }
    return cloud_event("EmailDeliveryReportReceived", email_subject(message), data, now)


def email_engagement(message: Message, kind: Literal["view", "click"], context: str, now: datetime) -> Event:
    """`Microsoft.Communication.EmailEngagementTrackingReportReceived`; `context` is the clicked link."""
    data = {
        "sender": message.sender,
        "recipient": message.to[0],
        "messageId": message.id,
        "userActionTimeStamp": now.isoformat(),
        "engagementContext": context,
        "userAgent": "carebus-sink",
        "engagementType": kind,
    }
    return cloud_event("EmailEngagementTrackingReportReceived", email_subject(message), data, now)


def sms_subject(number: str) -> str:
    """The subject of a text's events: our own number, of those that Azure rents out."""
    return f"/phonenumber/{number.lstrip('+')}"


def email_subject(message: Message) -> str:
    """The subject of an e-mail's events."""
    return f"sender/{message.sender}/message/{message.id}"


def cloud_event(kind: str, subject: str, data: Mapping[str, object], now: datetime) -> Event:
    """The envelope; its id stays the same however often the report is sent."""
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": SOURCE,
        "type": f"Microsoft.Communication.{kind}",
        "subject": subject,
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
