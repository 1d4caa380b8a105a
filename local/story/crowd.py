"""Customers with a device each, as many as a load wants, and how they become known to the system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched

from shared.contacts.messages import PutContact
from shared.devices.messages import PutDevice
from shared.runtime import codec
from shared.runtime.bus import Bus, BusMessage
from shared.runtime.envelope import Body, Envelope
from shared.runtime.ids import made

BATCH = 100


@dataclass(frozen=True, slots=True)
class Person:
    """A contact who can be reached by SMS and e-mail, and owns one device."""

    number: int

    @property
    def id(self) -> str:
        return f"C-{self.number:04}"

    @property
    def device(self) -> str:
        return f"D-{self.number:04}"

    @property
    def phone(self) -> str:
        return f"+4930{1_000_000 + self.number}"

    @property
    def email(self) -> str:
        return f"person-{self.number}@example.com"

    def commands(self) -> tuple[Body, Body]:
        """Return what makes the person and the device known."""
        contact = PutContact(self.id, f"Person {self.number}", self.email, self.phone)
        return contact, PutDevice(self.device, self.id)


def people(count: int) -> list[Person]:
    """Return so many of them."""
    return [Person(number) for number in range(1, count + 1)]


async def register(bus: Bus, wanted: Sequence[Person]) -> None:
    """Send the commands for all of them, which take a while to be applied."""
    messages = [_message(body) for person in wanted for body in person.commands()]
    for batch in batched(messages, BATCH, strict=False):
        await bus.send(PutContact.queue, batch)


def _message(body: Body) -> BusMessage:
    envelope = Envelope(made(), body.kind, datetime.now(UTC), codec.plain(body))
    return BusMessage(envelope.id, envelope.encode())
