"""The way in for events from outside: who sends is checked, and only what is durable on the bus is answered for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.definitions.catalogue import Catalogue
from shared.events import binding, cloudevent, json_text, signature
from shared.events.accept import accept
from shared.events.credentials import Credential, Credentials
from shared.events.messages import TriggerFired
from shared.events.refusal import Refused
from shared.runtime import log
from shared.runtime.bus import MAX_MESSAGE_BYTES, Bus, BusMessage
from shared.runtime.clock import Clock
from shared.runtime.envelope import Envelope
from shared.runtime.errors import Undecodable
from shared.runtime.ids import derived
from shared.runtime.problem import TOO_LARGE, Problem

QUEUE = "device-events"
"""Where bus producers send the same events as single JSON objects."""


class Catalogues(Protocol):
    """Where the published definitions come from."""

    async def current(self) -> Catalogue: ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """One accepted event: what names it at its producer's, and its id here."""

    source: str
    id: str
    event: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a request; a repeat is answered the same."""

    accepted: tuple[Receipt, ...]


class Ingest:
    """Both doors: HTTP requests go on to the queue of triggers, messages of `device-events` are handled at once."""

    def __init__(self, bus: Bus, catalogues: Catalogues, clock: Clock, credentials: Credentials) -> None:
        self._bus = bus
        self._catalogues = catalogues
        self._clock = clock
        self._credentials = credentials

    async def from_http(self, headers: Mapping[str, str], body: bytes, sender: str | None = None) -> Accepted:
        """Put all events of a request on the bus, or none; raises Problem, or what the bus raises.

        Without a `sender` the host has checked a function key.
        """
        headers = {name.lower(): value for name, value in headers.items()}
        credential = self._credential(headers, binding.sized(body), sender)
        events = binding.read(headers, body)
        catalogue = await self._catalogues.current()
        envelopes = accept(events, credential, catalogue.triggers, self._clock.now())
        await self._send(envelopes)
        log.info("events_accepted", sender=credential.name, events=len(events))
        receipts = zip(events, envelopes, strict=True)
        return Accepted(tuple(Receipt(event.source, event.id, envelope.id) for event, envelope in receipts))

    async def from_bus(self, raw: bytes) -> Envelope:
        """Return what a message of the queue device-events says; raises Undecodable, or Transient."""
        try:
            event = cloudevent.parse(json_text.loads(raw))
            catalogue = await self._catalogues.current()
            [envelope] = accept([event], self._credentials.key_holder(), catalogue.triggers, self._clock.now())
        except Refused as refused:
            raise refused.undecodable() from None
        if len(envelope.encode()) > MAX_MESSAGE_BYTES:
            raise Undecodable("too_large")
        return envelope

    def _credential(self, headers: Mapping[str, str], body: bytes, sender: str | None) -> Credential:
        if sender is None:
            return self._credentials.key_holder()
        credential = self._credentials.webhook(sender)
        signature.verify(headers, body, credential.secrets, self._clock.now())
        return credential

    async def _send(self, envelopes: Sequence[Envelope]) -> None:
        """Send in one batch, so that either all are durable or none; an event told twice is sent once."""
        messages: dict[str, BusMessage] = {}
        for envelope in envelopes:
            messages.setdefault(envelope.id, _addressed(envelope))
        if sum(len(message.body) for message in messages.values()) > MAX_MESSAGE_BYTES:
            raise Problem(TOO_LARGE, "The events are larger than one batch on the bus.")
        if messages:
            await self._bus.send(TriggerFired.queue, list(messages.values()))


def _addressed(envelope: Envelope) -> BusMessage:
    """Name the bus message after the event, so that the broker drops a repeat inside its duplicate window."""
    return BusMessage(derived("bus", envelope.id, "0", "trigger"), envelope.encode())
