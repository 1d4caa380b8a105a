"""The whole system in memory on a clock that the test turns, as the pages and the API see it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from shared import bootstrap
from shared.cases.messages import OpenCase
from shared.contacts.messages import PutContact
from shared.runtime import codec
from shared.runtime.envelope import Body, Envelope
from shared.runtime.ids import derived
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.memory.store import MemoryStore
from shared.runtime.pipeline import Perform
from shared.runtime.settings import Settings

START = datetime(2026, 11, 4, 12, 30, tzinfo=UTC)
CASE = "01KA5Q3N8M2V7R4T6W9X0YZABC"
CONTACT = "C-1001"
ENVIRONMENT = {
    "CAREBUS_PUBLIC_URL": "https://care.example.org",
    "CAREBUS_LINK_KEYS": "k1:" + "s" * 32,
    "CAREBUS_SENDERS": "{}",
    "CAREBUS_SMS_FROM": "+4930000000",
    "CAREBUS_EMAIL_FROM": "care@example.org",
    "AcsConnection": "endpoint=https://acs.example.org;accesskey=c2VjcmV0",
    "ServiceBusConnection": "Endpoint=sb://bus.example.org",
    "TablesConnection": "UseDevelopmentStorage=true",
}


async def nothing() -> None:
    """What happens while time passes, unless a test says otherwise."""


@dataclass(slots=True)
class TurnedClock:
    """A clock that only moves when somebody pauses; then `meanwhile` happens too."""

    at: datetime = START
    meanwhile: Callable[[], Awaitable[None]] = nothing

    def now(self) -> datetime:
        return self.at

    async def pause(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        await self.meanwhile()


async def no_provider(_call: Any) -> NoReturn:
    raise AssertionError("no message is sent in these tests")


@dataclass(slots=True)
class World:
    """Real services over memory; `said` counts the messages that the test itself has put in."""

    environment: Mapping[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: TurnedClock = field(default_factory=TurnedClock)
    perform: Perform = no_provider
    bus: MemoryBus = field(init=False)
    services: bootstrap.Services = field(init=False)
    said: int = 0

    def __post_init__(self) -> None:
        self.bus = MemoryBus(self.clock)
        settings = Settings.read(self.environment)
        self.services = bootstrap.compose(settings, self.store, self.bus, self.clock, self.perform)

    async def say(self, body: Body, minutes: int = 0) -> str:
        """Apply a message some minutes after the last one, and return its id."""
        self.clock.at += timedelta(minutes=minutes)
        self.said += 1
        message = derived("said", str(self.said))
        await self.services.pipeline.take(Envelope(message, body.kind, self.clock.at, codec.plain(body)))
        return message

    async def work(self) -> None:
        """Handle every command that waits on the bus."""
        while due := [queue for queue in self.bus.queues if self.bus.ready(queue)]:
            for queue in due:
                while delivery := self.bus.receive(queue):
                    await self.services.pipeline.handle(queue, delivery.message.body)
                    self.bus.complete(delivery)

    async def has_contact(self, language: str = "en", time_zone: str = "Europe/Berlin", contact: str = CONTACT) -> None:
        body = PutContact(contact, "Ada Example", "ada@example.org", "+4930123456", language, time_zone)
        await self.say(body)

    async def has_case(self, title: str = "Error 11", case: str = CASE, **fields: Any) -> None:
        await self.say(OpenCase(case, fields.pop("contact", CONTACT), title, **fields))
