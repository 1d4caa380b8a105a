"""Requests are the same bytes for the same message, and every answer has one meaning."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from shared.channels.errors import (
    ChannelError,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unavailable,
    WindowClosed,
)
from shared.channels.provider import Outgoing
from shared.channels.wire import outcome_of, request_of

SMS = Outgoing(
    channel="sms",
    to="+4930123456",
    sender="+4930999",
    text="Größe",
    request_id=str(uuid.UUID(int=1)),
    first_sent=datetime(2026, 3, 1, 12, 0, 30, 999_000, UTC),
)
EMAIL = replace(SMS, channel="email", to="kim@example.com", sender="care@example.org", subject="Hi")

# Every class of status, with the error that the deliveries rely on.
MEANINGS = {
    301: OutcomeUnknown,
    400: Rejected,
    404: Rejected,
    422: Rejected,
    401: Unavailable,
    403: Unavailable,
    500: Unavailable,
    503: Unavailable,
    408: OutcomeUnknown,
    409: OutcomeUnknown,
    502: OutcomeUnknown,
    504: OutcomeUnknown,
    412: WindowClosed,
    429: Throttled,
}


def error_of(message: Outgoing, status: int, body: Any, **headers: str) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        outcome_of(message, status, headers, json.dumps(body).encode())
    return raised.value


@pytest.mark.parametrize(("status", "error"), MEANINGS.items())
def test_a_status_means_one_thing_for_a_whole_request(status: int, error: type[ChannelError]) -> None:
    assert type(error_of(EMAIL, status, {})) is error


@pytest.mark.parametrize(("status", "error"), MEANINGS.items())
def test_a_status_means_the_same_for_one_recipient(status: int, error: type[ChannelError]) -> None:
    item = {"to": SMS.to, "httpStatusCode": status, "successful": False}
    assert type(error_of(SMS, 202, {"value": [item]})) is error


@pytest.mark.parametrize("body", [None, [], {}, {"value": []}, {"value": [{}]}, "x"])
@pytest.mark.parametrize("message", [SMS, EMAIL])
def test_an_acceptance_without_an_id_is_an_unknown_outcome(message: Outgoing, body: Any) -> None:
    assert type(error_of(message, 202, body)) is OutcomeUnknown


def test_an_answer_that_is_not_json_is_judged_by_its_status() -> None:
    with pytest.raises(Unavailable, match="503"):
        outcome_of(SMS, 503, {}, b"<html>")


def test_what_the_provider_says_is_kept_without_addresses() -> None:
    said = {"error": {"code": "BadRequest", "message": "No kim.o'hara@example.com, nor +49 (30) 123-456 in 3 s"}}
    error = error_of(SMS, 400, said)
    assert error.detail == "400 BadRequest: No ... nor ... in 3 s"


def test_the_wait_is_in_seconds_and_may_be_missing() -> None:
    named = error_of(EMAIL, 429, {}, **{"Retry-After": "17"})
    unnamed = error_of(EMAIL, 429, {})
    assert isinstance(named, Throttled)
    assert isinstance(unnamed, Throttled)
    assert (named.retry_after, unnamed.retry_after) == (17.0, None)


@pytest.mark.parametrize("message", [SMS, EMAIL])
def test_a_repeat_is_byte_identical_whatever_the_zone_and_order(message: Outgoing) -> None:
    zoned = message.first_sent.astimezone(timezone(timedelta(hours=2)))
    one = replace(message, headers={"a": "1", "b": "2"})
    other = replace(message, headers={"b": "2", "a": "1"}, first_sent=zoned.astimezone(UTC))
    assert request_of(one) == request_of(other)


def test_an_sms_names_its_request_inside_the_body() -> None:
    recipient = json.loads(request_of(SMS).body)["smsRecipients"][0]
    assert recipient["repeatabilityRequestId"] == SMS.request_id
    assert recipient["repeatabilityFirstSent"] == "Sun, 01 Mar 2026 12:00:30 GMT"


def test_an_email_names_its_request_in_headers() -> None:
    assert request_of(EMAIL).headers == {
        "Repeatability-Request-Id": EMAIL.request_id,
        "Repeatability-First-Sent": "Sun, 01 Mar 2026 12:00:30 GMT",
    }


def test_a_channel_that_is_not_carried_is_named() -> None:
    with pytest.raises(ValueError, match="'push'"):
        request_of(replace(SMS, channel="push"))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="first_sent"):
        replace(SMS, first_sent=datetime(2026, 3, 1))  # noqa: DTZ001


def test_an_email_says_where_its_answer_goes() -> None:
    answered = replace(EMAIL, reply_to="care+mark@example.com", headers={"Message-ID": "<1@example.com>"})
    body = json.loads(request_of(answered).body)
    assert (body["replyTo"], body["headers"]) == (
        [{"address": "care+mark@example.com"}],
        {"Message-ID": "<1@example.com>"},
    )
    assert "replyTo" not in json.loads(request_of(EMAIL).body)
