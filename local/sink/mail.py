"""`POST /emails:send` and the operation it starts.

Source: azure-rest-api-specs, specification/communication/data-plane/Email.
"""

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from local.sink.context import SINK, signed
from local.sink.message import Message
from local.sink.refusal import Refused, parse
from local.sink.repeatability import RequestId
from local.sink.service import Sink, new_id

VERSIONS = ("2023-03-31", "2025-09-01")


class Address(BaseModel):
    """An address with its optional name."""

    model_config = ConfigDict(extra="forbid")

    address: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)
    display_name: str | None = Field(default=None, alias="displayName")


class Recipients(BaseModel):
    """To whom; copies are refused, since nothing of ours sends them and the inbox would not show them."""

    model_config = ConfigDict(extra="forbid")

    to: list[Address] = Field(min_length=1, max_length=50)


class Content(BaseModel):
    """What the mail says; one of the two bodies is needed."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(min_length=1)
    plain_text: str | None = Field(default=None, alias="plainText")
    html: str | None = None


class EmailRequest(BaseModel):
    """The body of a send; attachments are refused, like copies."""

    model_config = ConfigDict(extra="forbid")

    sender: str = Field(alias="senderAddress", pattern=r"^[^@\s]+@[^@\s]+$")
    recipients: Recipients
    content: Content
    headers: dict[str, str] = Field(default_factory=dict)
    reply_to: list[Address] = Field(default_factory=list, alias="replyTo")
    tracking_disabled: bool | None = Field(default=None, alias="userEngagementTrackingDisabled")

    def message(self, sink: Sink) -> Message:
        """The message as the inbox keeps it."""
        now = sink.now()
        return Message(
            id=new_id("email", now),
            channel="email",
            to=[recipient.address for recipient in self.recipients.to],
            sender=self.sender,
            received_at=now,
            subject=self.content.subject,
            plain_text=self.content.plain_text or "",
            html=self.content.html or "",
            headers={**self.headers, **({"Reply-To": self.reply_to[0].address} if self.reply_to else {})},
            engagement_tracked=not self.tracking_disabled,
        )


async def send_email(request: web.Request) -> web.Response:
    """Take the mail; it is sent at once, but like the service the answer says that it is under way."""
    sink, body = request.app[SINK], await request.read()
    message = parse(EmailRequest, body).message(sink)
    sink.failures.at_the_door("email", message.to)
    headers = request.headers
    repeat = RequestId.parse(headers.get("Repeatability-Request-Id"), headers.get("Repeatability-First-Sent"))
    answer = await sink.accept(message, repeat, body)
    sink.failures.at_the_answer("email", message.to)
    result = {"Repeatability-Result": "accepted"} if repeat else {}
    if answer.status != 202:
        raise Refused(answer.status, "EmailDroppedAllRecipientsSuppressed", answer.error, result)
    where = f"{request.url.origin()}/emails/operations/{answer.message_id}?{request.query_string}"
    return web.json_response(
        {"id": answer.message_id, "status": "Running"},
        status=202,
        headers={"Operation-Location": where, "Retry-After": "1", **result},
    )


async def operation(request: web.Request) -> web.Response:
    """How far a send is: always done."""
    message = request.app[SINK].ledger.messages.get(request.match_info["id"])
    if message is None or message.channel != "email":
        raise Refused(404, "NotFound", "There is no such operation.")
    return web.json_response({"id": message.id, "status": "Succeeded"})


def routes() -> list[web.RouteDef]:
    """The routes of the e-mail API."""
    return [
        web.post("/emails:send", signed(VERSIONS, send_email)),
        web.get("/emails/operations/{id}", signed(VERSIONS, operation)),
    ]
