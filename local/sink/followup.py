"""What comes of a message after it was accepted, as somebody at the inbox decides."""

from typing import Literal

from local.sink.message import Message
from local.sink.records import Engaged
from local.sink.refusal import Refused
from local.sink.reports import delivery_reports, email_engagement, sms_received
from local.sink.service import Sink


def known(sink: Sink, message_id: str) -> Message:
    """The message; raise Refused if there is none."""
    message = sink.ledger.messages.get(message_id)
    if message is None:
        raise Refused(404, "NotFound", "There is no such message; the inbox may have been cleared.")
    return message


async def engage(sink: Sink, message_id: str, kind: Literal["view", "click"], context: str) -> None:
    """Report that somebody opened or clicked an e-mail; raise Refused if none is tracked."""
    message = known(sink, message_id)
    if message.channel != "email" or not message.engagement_tracked:
        raise Refused(409, "NotTracked", "Nobody tracks engagement with this message.")
    event = email_engagement(message, kind, context, sink.now())
    state = "opened" if kind == "view" else "clicked"
    await sink.ledger.record(Engaged(message_id=message_id, state=state, events=[event]))


async def report(sink: Sink, message_id: str, failed: str | None) -> None:
    """Report once more that it was delivered, or the status it `failed` with; raise Refused if nobody asked to hear."""
    message = known(sink, message_id)
    events = delivery_reports(message, failed, sink.now())
    if not events:
        raise Refused(409, "NotReported", "Nobody asked for reports of this message.")
    state = "failed" if failed else "delivered"
    await sink.ledger.record(Engaged(message_id=message_id, state=state, events=events))


async def reply(sink: Sink, message_id: str, text: str) -> None:
    """Let the recipient answer a text message; raise Refused if it was none."""
    message = known(sink, message_id)
    if message.channel != "sms":
        raise Refused(409, "NotAnswerable", "Only a text message can be answered here.")
    event = sms_received(message, text, sink.now())
    await sink.ledger.record(Engaged(message_id=message_id, state=message.state, events=[event]))
