"""A running sink, and mails to send to it."""

import asyncio
import smtplib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, NamedTuple
from uuid import uuid4

import aiohttp
from yarl import URL

from local.sink.server import Options, serving
from shared.channels.acs import AcsProvider
from shared.channels.credentials import AccessKey
from shared.channels.provider import Outgoing
from shared.channels.signing import decode_key
from tests.cloud.sink import ACCESS_KEY

KIM, SAM, CARE = "kim@example.com", "sam@example.com", "care@example.org"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Mailbox(NamedTuple):
    """The two doors of a sink."""

    url: str
    smtp_port: int
    session: aiohttp.ClientSession

    @property
    def port(self) -> int | None:
        """Of REST and the inbox."""
        return URL(self.url).port

    async def inbox(self) -> list[dict[str, Any]]:
        async with self.session.get(f"{self.url}/inbox.json") as answer:
            return list((await answer.json())["messages"])

    async def fail(self, mode: str, **more: object) -> None:
        plan = {"channel": "email", "mode": mode, **more}
        async with self.session.post(f"{self.url}/failures", json=plan) as answer:
            answer.raise_for_status()

    async def speak[Result](self, say: Callable[[smtplib.SMTP], Result]) -> Result:
        """Talk with the standard library's client, in a thread since it blocks."""
        return await asyncio.to_thread(speak, self.smtp_port, say)

    async def send(self, mail: EmailMessage, *, to: list[str] | None = None) -> dict[str, tuple[int, bytes]]:
        """The recipients that were refused, and why."""
        return await self.speak(lambda client: client.send_message(mail, to_addrs=to))

    async def accept(self, channel: str, text: str, **more: Any) -> str:
        """Send by REST, as Carebus does; the message's id."""
        ends = {"sms": ("+4930123456", "+4930999"), "email": (KIM, CARE)}
        to, sender = ends[channel]
        given = {"to": to, "sender": sender, "subject": "Your ticket" if channel == "email" else "", **more}
        provider = AcsProvider(self.url, AccessKey(ACCESS_KEY), now=lambda: NOW)
        try:
            outgoing = Outgoing(channel=channel, text=text, request_id=str(uuid4()), first_sent=NOW, **given)
            return (await provider.send(outgoing)).provider_id
        finally:
            await provider.aclose()

    async def send_raw(self, content: bytes, *, to: str = KIM) -> None:
        await self.speak(lambda client: client.sendmail(CARE, [to], content))


def speak[Result](port: int, say: Callable[[smtplib.SMTP], Result]) -> Result:
    client = smtplib.SMTP("127.0.0.1", port)
    try:
        return say(client)
    finally:
        client.close()


def mail(text: str = "It is solved.", *, to: str = KIM, subject: str = "Solved") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Care <{CARE}>", to, subject
    message.set_content(text)
    return message


@asynccontextmanager
async def open_mailbox(**options: Any) -> AsyncIterator[Mailbox]:
    """A sink of its own, whose clock stands still."""
    served = Options(key=decode_key(ACCESS_KEY), now=lambda: NOW, **options)
    async with serving(served) as (url, smtp_port), aiohttp.ClientSession() as session:
        yield Mailbox(url, smtp_port, session)
