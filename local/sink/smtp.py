"""The SMTP door: a mail is one entry of the inbox for each recipient, on disk before it is accepted (RFC 5321).

Nobody reports what becomes of it, as nobody does after a relay.
"""

# ruff: noqa: ARG002, N802 - the library says how its hooks are called

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from local.sink.failures import Mode
from local.sink.message import Message
from local.sink.mime import read, readable
from local.sink.refusal import Dropped, Refused
from local.sink.service import Sink, new_id

SIZE_LIMIT = 1024 * 1024
RECIPIENTS = 50
REPLIES = {429: "451 4.7.1 Too many messages; try again later.", 500: "451 4.3.0 The service failed."}
"""What a refusal of the REST door is here."""

log = logging.getLogger(__name__)


class Door:
    """What the SMTP library asks about each mail."""

    def __init__(self, sink: Sink) -> None:
        """Take where mails go."""
        self._sink = sink

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        address = readable(address)
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients."
        if self._sink.failures.take("email", [address], Mode.REJECT):
            return "550 5.1.1 The recipient was refused on demand."
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the mail for all of its recipients, or hang up."""
        recipients = envelope.rcpt_tos
        try:
            self._sink.failures.at_the_door("email", recipients)
            messages = await self.messages(envelope)
            await self._sink.relay(messages)
            self._sink.failures.at_the_answer("email", recipients)
        except Refused as no:
            return REPLIES[no.status]
        except Dropped:
            if server.transport is not None:
                server.transport.abort()  # type: ignore[attr-defined]
            return ""
        return f"250 2.0.0 Queued as {messages[0].id}"

    async def messages(self, envelope: Envelope) -> list[Message]:
        """The mail as the inbox keeps it, once for each recipient."""
        mail = await asyncio.to_thread(read, envelope.original_content or b"")
        now = self._sink.now()
        first = Message(
            id="",
            channel="email",
            to=[],
            sender=mail.sender or readable(envelope.mail_from),
            received_at=now,
            subject=mail.subject,
            plain_text=mail.text,
            html=mail.html,
            headers=mail.headers,
            attachments=mail.attachments,
            report_wanted=False,
            engagement_tracked=False,
            via="smtp",
        )
        return [
            first.model_copy(update={"id": new_id("email", now), "to": [recipient]}) for recipient in envelope.rcpt_tos
        ]

    async def handle_exception(self, error: Exception) -> str:
        """Ask for another attempt: what failed is ours, and the mail may be good."""
        log.error("smtp_failed error=%s", type(error).__name__)
        return REPLIES[500]


@asynccontextmanager
async def serving_smtp(sink: Sink, host: str, port: int) -> AsyncIterator[int]:
    """Yield the port of the running door."""
    loop = asyncio.get_running_loop()
    door = Door(sink)

    def connection() -> SMTP:
        return SMTP(door, data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, hostname="localhost", loop=loop)

    server = await loop.create_server(connection, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        server.abort_clients()
