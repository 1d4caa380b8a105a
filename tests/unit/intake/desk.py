"""The whole system in memory, mails that come in, and what became of them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.cases.case import HEAD, TABLE, Case, list_of_contact
from shared.cases.timeline import Line, read_lines
from shared.channels.memory import MemoryProvider
from shared.channels.provider import Outgoing
from shared.contacts.contact import index, shard_of
from shared.deliveries.perform import Performer
from shared.intake.correspondent import HELD_LIST, ROW, Incoming
from shared.intake.correspondent import TABLE as CORRESPONDENTS
from shared.intake.door import MAIL, Receipt
from shared.runtime import codec
from shared.runtime.aggregate import read_head
from shared.runtime.memory.store import MemoryStore
from shared.runtime.step import Head
from tests.unit.definitions.world import load
from tests.unit.pages.world import CONTACT, ENVIRONMENT, TurnedClock, World

TEMPLATES = """
template: received
channel: email
purpose: transactional
languages:
  en: {subject: "[{{ ticket.number }}] Received", text: "Hello {{ contact.name }}: {{ ticket.link }}"}
  de: {subject: "[{{ ticket.number }}] Da", text: "Guten Tag {{ contact.name }}: {{ ticket.link }}"}
"""
SENDERS = '{"*": {"sources": ["*"], "triggers": ["*"]}}'
RULES = """
intake: email
unknown_sender: {unknown}
limit: {{at_most: {at_most}, per: PT1H}}
rules:
  - {{rule: robots, when: {{attribute: activity.automatic, op: eq, value: true}}, ignore: automatic_mail}}
  - {{rule: replies, update: {{reopen_within: P7D}}, auto_reply: received}}
  - {{rule: sales, when: {{attribute: activity.from_domain, op: eq, value: shop.example}}, hold: for_sales}}
  - rule: urgent
    when: {{attribute: activity.subject, op: contains, value: urgent}}
    create: {{priority: {{value: high}}, title: activity.subject, type: {{value: problem}}}}
    auto_reply: received
  - {{rule: requests, create: {{}}, auto_reply: received}}
"""


def rules(unknown: str = "create_contact", at_most: int = 20) -> str:
    return RULES.format(unknown=unknown, at_most=at_most)


def raw(text: str = "It does not heat.", **headers: str) -> bytes:
    """A mail as a gateway pipes it; header names are given with underscores."""
    told = {
        "from_": "Ada Example <ada@example.org>",
        "to": "care@example.org",
        "subject": "Cold",
        "message_id": "<1@example.org>",
        **headers,
    }
    head = "".join(f"{name.strip('_').replace('_', '-')}: {value}\r\n" for name, value in told.items() if value)
    return f"{head}\r\n{text}".encode()


def answer_to(sent: Outgoing, text: str = "Thank you.", *, by: str = "reply_to", **headers: str) -> bytes:
    """What a mail program makes of an answer to a mail of ours."""
    told = {"subject": f"Re: {sent.subject}", "message_id": "<2@example.org>"}
    if by == "reply_to":
        told["to"] = sent.reply_to
    if by == "reference":
        told |= {"in_reply_to": sent.headers["Message-ID"], "references": sent.headers["Message-ID"]}
    if by == "nothing":
        told["subject"] = "Re: your mail"
    return raw(text, **{**told, **headers})


@dataclass(slots=True)
class IntakeDesk:
    store: MemoryStore = field(default_factory=MemoryStore)
    world: World = field(init=False)
    provider: MemoryProvider = field(init=False)

    def __post_init__(self) -> None:
        clock = TurnedClock()
        self.provider = MemoryProvider(now=clock.now)
        perform = Performer({"email": self.provider, "sms": self.provider})
        environment = {**ENVIRONMENT, "CAREBUS_REPLY_ADDRESS": "care@example.org", "CAREBUS_SENDERS": SENDERS}
        self.world = World(environment=environment, store=self.store, clock=clock, perform=perform)

    async def publish(self, *texts: str) -> None:
        """Make these the current definitions, and wait until everybody knows."""
        await self.world.services.definitions.publish(load("\n---\n".join([TEMPLATES, *texts])))
        self.world.clock.at += timedelta(minutes=1)

    async def mail(self, content: bytes | None = None, hours: float = 0, **headers: str) -> Incoming:
        """Hand a mail in some hours after the last one, let everything happen, and return what became of it."""
        self.world.clock.at += timedelta(hours=hours)
        receipt = await self.hand_in(content or raw(**headers))
        await self.world.work()
        return await self.incoming(receipt)

    async def hand_in(self, content: bytes, media_type: str = MAIL) -> Receipt:
        return await self.world.services.intake.take({"Content-Type": media_type}, content)

    async def incoming(self, receipt: Receipt) -> Incoming:
        correspondent, _, activity = receipt.activity.partition("-")
        row = await self.world.store.get(CORRESPONDENTS, correspondent, f"{ROW}{activity}")
        assert row is not None
        return codec.typed(Head[Incoming], row.data).state

    async def case(self, incoming: Incoming) -> Case:
        found = await read_head(self.world.store, TABLE, incoming.case, HEAD, Case)
        assert found is not None
        return found

    async def timeline(self, incoming: Incoming) -> list[Line]:
        page = await read_lines(self.world.store, incoming.case)
        return list(reversed(page.lines))

    async def cases_of(self, contact: str = CONTACT) -> list[dict[str, Any]]:
        page = await self.world.store.page("views", list_of_contact(contact))
        return [row.data["data"] for row in page.rows]

    async def held(self) -> list[str]:
        """The reasons in the list of what is held."""
        page = await self.world.store.page("views", HELD_LIST)
        return [row.data["data"]["reason"] for row in page.rows if row.data["data"] is not None]

    async def is_listed(self, contact: str) -> bool:
        return await self.world.store.get("views", index(shard_of(contact)), contact) is not None

    @property
    def sent(self) -> list[Outgoing]:
        return self.provider.accepted
