"""`POST /sms`: one answer per recipient, since each is a request of its own.

Source: azure-rest-api-specs, specification/communication/data-plane/Sms.
"""

import json
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from local.sink.context import SINK, signed
from local.sink.message import Message
from local.sink.refusal import Refused, parse
from local.sink.repeatability import Answer, RequestId
from local.sink.service import Sink, new_id

VERSIONS = ("2021-03-07", "2022-07-07", "2024-01-02", "2024-02-05", "2025-09-17", "2026-01-23")
PhoneNumber = Annotated[str, Field(pattern=r"^\+[1-9]\d{4,14}$")]


class Recipient(BaseModel):
    """To whom, and the recipient's own request id."""

    model_config = ConfigDict(extra="forbid")

    to: PhoneNumber
    repeatability_request_id: str | None = Field(default=None, alias="repeatabilityRequestId")
    repeatability_first_sent: str | None = Field(default=None, alias="repeatabilityFirstSent")


class SendOptions(BaseModel):
    """What the sender wants to hear; the time limits of later versions are accepted and not simulated."""

    model_config = ConfigDict(extra="forbid")

    report_wanted: bool = Field(alias="enableDeliveryReport")
    tag: str | None = None
    validity: int | None = Field(default=None, alias="validityPeriodSeconds")
    report_timeout: int | None = Field(default=None, alias="deliveryReportTimeoutInSeconds")


class SmsRequest(BaseModel):
    """The body of a send."""

    model_config = ConfigDict(extra="forbid")

    sender: str = Field(alias="from", min_length=1)
    recipients: list[Recipient] = Field(alias="smsRecipients", min_length=1, max_length=100)
    text: str = Field(alias="message", max_length=2048)
    options: SendOptions = Field(
        default_factory=lambda: SendOptions(enableDeliveryReport=False), alias="smsSendOptions"
    )

    def message(self, recipient: Recipient, sink: Sink) -> Message:
        """The message to one recipient."""
        now = sink.now()
        return Message(
            id=new_id("sms", now),
            channel="sms",
            to=[recipient.to],
            sender=self.sender,
            received_at=now,
            text=self.text,
            tag=self.options.tag or "",
            report_wanted=self.options.report_wanted,
        )

    def content(self, recipient: Recipient) -> bytes:
        """What a repeat to this recipient must have in common with the first request."""
        return json.dumps([self.sender, recipient.to, self.text, self.options.model_dump()]).encode()


async def send_sms(request: web.Request) -> web.Response:
    """Take the text for each recipient; 202 even if all of them are refused."""
    sink = request.app[SINK]
    sms = parse(SmsRequest, await request.read())
    recipients = [recipient.to for recipient in sms.recipients]
    sink.failures.at_the_door("sms", recipients)
    items = [await send_one(sink, sms, recipient) for recipient in sms.recipients]
    sink.failures.at_the_answer("sms", recipients)
    return web.json_response({"value": items}, status=202)


async def send_one(sink: Sink, sms: SmsRequest, recipient: Recipient) -> dict[str, Any]:
    """The item of the answer for one recipient."""
    try:
        repeat = RequestId.parse(recipient.repeatability_request_id, recipient.repeatability_first_sent)
        answer = await sink.accept(sms.message(recipient, sink), repeat, sms.content(recipient))
    except Refused as no:
        return item(recipient, Answer(status=no.status, error=no.message), "rejected")
    return item(recipient, answer, "accepted")


def item(recipient: Recipient, answer: Answer, repeatability: str) -> dict[str, Any]:
    """An SmsSendResponseItem; the result of repeatability is only given where it was asked for."""
    fields: dict[str, Any] = {
        "to": recipient.to,
        "messageId": answer.message_id,
        "httpStatusCode": answer.status,
        "successful": answer.status == 202,
        "errorMessage": answer.error,
    }
    if recipient.repeatability_request_id is not None:
        fields["repeatabilityResult"] = repeatability
    return {name: value for name, value in fields.items() if value != ""}


def routes() -> list[web.RouteDef]:
    """The routes of the SMS API."""
    return [web.post("/sms", signed(VERSIONS, send_sms))]
