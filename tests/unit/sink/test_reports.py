"""Reports have the form in which Event Grid delivers them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from local.sink.message import Message
from local.sink.reports import delivery_reports, email_engagement, sms_received

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SMS = Message(id="Outgoing_1", channel="sms", to=["+4930123456"], sender="+4930999", received_at=NOW, tag="kim~d-1")
EMAIL = SMS.model_copy(
    update={"id": "op-1", "channel": "email", "to": ["kim@example.com"], "sender": "care@example.org"}
)


def only(events: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(events) == 1
    return events[0]


@pytest.mark.parametrize(("failed", "status"), [(None, "Delivered"), ("Bounced", "Failed")])
def test_an_sms_report_brings_back_the_tag(failed: str | None, status: str) -> None:
    event = only(delivery_reports(SMS, failed, NOW))
    data = event["data"]
    assert event["type"] == "Microsoft.Communication.SMSDeliveryReportReceived"
    assert event["subject"] == "/phonenumber/4930999"
    assert (data["messageId"], data["to"], data["tag"]) == ("Outgoing_1", "+4930123456", "kim~d-1")
    assert data["deliveryStatus"] == status


def test_no_sms_report_where_none_was_asked_for() -> None:
    assert delivery_reports(SMS.model_copy(update={"report_wanted": False}), None, NOW) == []


@pytest.mark.parametrize(("failed", "status"), [(None, "Delivered"), ("Bounced", "Bounced")])
def test_an_email_report_names_message_and_recipient(failed: str | None, status: str) -> None:
    event = only(delivery_reports(EMAIL, failed, NOW))
    data = event["data"]
    assert event["type"] == "Microsoft.Communication.EmailDeliveryReportReceived"
    assert event["subject"] == "sender/care@example.org/message/op-1"
    assert (data["messageId"], data["recipient"], data["status"]) == ("op-1", "kim@example.com", status)


def test_an_email_to_two_has_two_reports() -> None:
    events = delivery_reports(EMAIL.model_copy(update={"to": ["a@b.example", "c@d.example"]}), None, NOW)
    assert [event["data"]["recipient"] for event in events] == ["a@b.example", "c@d.example"]
    assert events[0]["id"] != events[1]["id"]


def test_a_click_names_the_link() -> None:
    event = email_engagement(EMAIL, "click", "https://a.example/", NOW)
    assert event["type"] == "Microsoft.Communication.EmailEngagementTrackingReportReceived"
    assert event["data"]["engagementType"] == "click"
    assert event["data"]["engagementContext"] == "https://a.example/"


def test_a_reply_comes_from_the_recipient_to_the_sender() -> None:
    event = sms_received(SMS, "STOP", NOW)
    data = event["data"]
    assert event["type"] == "Microsoft.Communication.SMSReceived"
    assert (data["from"], data["to"], data["message"]) == ("+4930123456", "+4930999", "STOP")
    assert data["messageId"].startswith("Incoming_")


@pytest.mark.parametrize(
    "event", [*delivery_reports(SMS, None, NOW), *delivery_reports(EMAIL, None, NOW)], ids=["sms", "email"]
)
def test_the_library_reads_our_envelope(event: dict[str, Any]) -> None:
    read = JSONFormat().read(CloudEvent, json.dumps(event))
    assert read.get_id() == event["id"]
    assert read.get_time() == NOW
    assert read.get_data() == event["data"]
