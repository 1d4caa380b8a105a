"""Commands onto the bus: in batches, and with a word on how far it came when the bus is away."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched

from shared.cli.output import Advance
from shared.cli.services import Services
from shared.runtime.bus import BusMessage
from shared.runtime.codec import plain
from shared.runtime.envelope import Body, Envelope
from shared.runtime.errors import CarebusError, Transient
from shared.runtime.ids import derived, made
from shared.runtime.retry import patiently

BATCH = 100


@dataclass(frozen=True, slots=True)
class Command:
    """A message to one aggregate, in the envelope that it is looked up by later."""

    body: Body
    envelope: Envelope


class NotSent(CarebusError):
    """The bus did not take everything; sending again does no harm."""


def commands(bodies: Sequence[Body], services: Services) -> list[Command]:
    """Put the bodies of one run into envelopes.

    Each run makes its own ids: a line that was A, then B, then A again is applied three times, and a repeated file
    says the same thing twice, which changes nothing.
    """
    run, now = made(), services.clock.now()
    return [
        Command(body, Envelope(derived("cli", run, str(n)), body.kind, now, plain(body)))
        for n, body in enumerate(bodies)
    ]


async def send(services: Services, wanted: Sequence[Command], advance: Advance = lambda _: None) -> None:
    """Send all, queue by queue; raises NotSent naming how many the bus took."""
    queues: dict[str, list[BusMessage]] = {}
    for command in wanted:
        message = BusMessage(derived("bus", command.envelope.id, "0"), command.envelope.encode())
        queues.setdefault(command.body.queue, []).append(message)
    sent = 0
    for queue, messages in queues.items():
        for batch in batched(messages, BATCH, strict=False):
            await _send(services, queue, batch, sent, len(wanted))
            sent += len(batch)
            advance(len(batch))


async def _send(services: Services, queue: str, batch: Sequence[BusMessage], sent: int, total: int) -> None:
    try:
        await patiently(services.clock, lambda: services.bus.send(queue, batch))
    except Transient as trouble:
        told = f"{sent} of {total} were sent, then: {trouble} Run it again when the bus is back: repeating is harmless."
        raise NotSent(told) from trouble
