"""The whole system in memory, and its command line: while a command waits, the functions work."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from shared.bootstrap import compose
from shared.channels.memory import MemoryProvider
from shared.cli.app import app
from shared.cli.context import Cli
from shared.deliveries.perform import Performer
from shared.events.messages import TriggerFired
from shared.runtime.bus import BusMessage
from shared.runtime.codec import plain
from shared.runtime.envelope import Body, Envelope
from shared.runtime.errors import Unavailable
from shared.runtime.memory.bus import MemoryBus
from shared.runtime.memory.deadletters import MemoryDeadLetters
from shared.runtime.memory.store import MemoryStore
from shared.runtime.settings import Settings
from shared.runtime.store import Row

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEFINITIONS = Path(__file__).parents[3] / "definitions"
CONTACTS = "contact_id,name,email,phone,language,time_zone\n"
DEVICES = "device_id,contact_id,model\n"
ENVIRONMENT = {
    "CAREBUS_PUBLIC_URL": "https://care.example",
    "CAREBUS_LINK_KEYS": "k1:0123456789abcdef0123456789abcdef",
    "CAREBUS_SENDERS": '{"*": {"sources": ["*"], "triggers": ["*"]}}',
    "CAREBUS_SMS_FROM": "+15550100",
    "CAREBUS_EMAIL_FROM": "care@example.com",
    "AcsConnection": "none",
    "ServiceBusConnection": "memory",
    "TablesConnection": "memory",
}


class Clock:
    """Time that only passes when somebody waits; meanwhile others work."""

    def __init__(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self.time = START
        self._meanwhile = meanwhile

    def now(self) -> datetime:
        return self.time

    async def pause(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        await self._meanwhile()


class Line(MemoryBus):
    """A MemoryBus that can be away: it takes so many more sends."""

    takes = 1_000_000

    async def send(self, queue: str, messages: Iterable[BusMessage]) -> None:
        if self.takes <= 0:
            raise Unavailable
        self.takes -= 1
        await super().send(queue, list(messages))


class Laptop:
    """Also the services that commands are given."""

    def __init__(self, *, asleep: bool = False) -> None:
        """`asleep`: the functions do nothing."""
        self.asleep = asleep
        self.clock = Clock(self.work)
        self.store = MemoryStore()
        self.bus = Line(self.clock)
        self.dead_letters = MemoryDeadLetters(self.bus)
        provider = MemoryProvider(self.clock.now)
        performer = Performer({"sms": provider, "email": provider})
        self.services = compose(Settings.read(ENVIRONMENT), self.store, self.bus, self.clock, performer)

    def carebus(self, *arguments: str, environment: Mapping[str, str] = ENVIRONMENT) -> Result:
        """Run a command; nothing but its own exit may end it."""
        result = CliRunner().invoke(app, arguments, obj=Cli(environment, lambda _: nullcontext(self)))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def done(self, *arguments: str) -> str:
        """Run a command that succeeds, and return what it printed."""
        result = self.carebus(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    async def work(self) -> None:
        """Let the functions handle everything that is due."""
        while not self.asleep and (due := [queue for queue in self.bus.queues if self.bus.ready(queue)]):
            for queue in due:
                while delivery := self.bus.receive(queue):
                    await self.services.pipeline.handle(queue, delivery.message.body)
                    self.bus.complete(delivery)

    def settle(self) -> None:
        asyncio.run(self.work())

    def send(self, queue: str, raw: bytes, id_: str = "m-1") -> None:
        """Put a message on the bus as somebody else would."""
        asyncio.run(self.bus.send(queue, [BusMessage(id_, raw)]))

    def fire(self, event: str, **attributes: Any) -> None:
        """A device reports; the functions have handled it all when this returns."""
        body = TriggerFired("iot-device-malfunction", attributes, self.clock.now(), source="/plants/berlin/4")
        self.say(event, body)
        self.settle()

    def say(self, id_: str, body: Body) -> None:
        self.send(body.queue, Envelope(id_, body.kind, self.clock.now(), plain(body)).encode(), id_)

    def rows(self, table: str, partition: str) -> dict[str, Row]:
        page = asyncio.run(self.store.page(table, partition, limit=1000))
        return {row.key: row for row in page.rows}

    def head(self, table: str, partition: str) -> Mapping[str, Any] | None:
        """Return an aggregate's state."""
        row = self.rows(table, partition).get("head")
        return row.data["state"] if row else None


def live(folder: Path) -> Laptop:
    """Return a laptop where the story can happen: definitions are live, and D-1 belongs to C-1."""
    laptop = Laptop()
    laptop.done("publish", str(DEFINITIONS), "--wait")
    contacts = written(folder, "contacts.csv", CONTACTS + "C-1,Anna,anna@example.org,+493023125042,de,Europe/Berlin\n")
    laptop.done("import", "contacts", contacts, "--wait")
    laptop.done("import", "devices", written(folder, "devices.csv", DEVICES + "D-1,C-1,HP 9\n"), "--wait")
    return laptop


def written(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)
