"""Events, senders and a door, with defaults that are all right, so that a test only says what is wrong."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks import Webhook

from shared.definitions.attributes import Attribute
from shared.definitions.catalogue import Catalogue
from shared.definitions.trigger import Trigger
from shared.events.credentials import parse
from shared.events.ingest import Ingest
from shared.runtime.bus import BusMessage
from shared.runtime.envelope import Envelope, decode
from shared.runtime.memory.bus import MemoryBus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json"}

MALFUNCTION = Trigger(
    "iot-device-malfunction", "custom", {"device_id": Attribute("reference"), "error_code": Attribute("number")}
)
HEARTBEAT = Trigger("device-heartbeat", "custom", {"note": Attribute("text", optional=True)})
RESOLVED = Trigger("case-status-changed", "business", {"case": Attribute("reference")})
OPENED = Trigger("email-opened", "interaction", {})
DRAFT = Trigger("device-greeting", "custom", {"note": Attribute("text")}, state="draft")
STOPPED = Trigger("device-farewell", "custom", {}, state="stopped")
CATALOGUE = Catalogue({one.name: one for one in (MALFUNCTION, HEARTBEAT, RESOLVED, OPENED, DRAFT, STOPPED)}, {}, {})


def secret(letter: str) -> str:
    return "whsec_" + base64.b64encode(letter.encode() * 24).decode()


SENDERS = {
    "acme": {"secrets": [secret("a")], "sources": ["/plants/*"], "triggers": [MALFUNCTION.name]},
    "rotating": {"secrets": [secret("b"), secret("c")], "sources": ["/lab"], "triggers": ["*"]},
    "*": {"sources": ["/plants/*", "/lab"], "triggers": ["*"]},
}


def event(**changes: Any) -> dict[str, Any]:
    """Return the story's event; a change to None takes a member away."""
    members = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/plants/berlin/4",
        "type": MALFUNCTION.name,
        "time": "2026-03-01T11:59:00+01:00",
        "data": {"device_id": "D-1001", "error_code": 11},
    }
    return {name: value for name, value in (members | changes).items() if value is not None}


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


def in_headers(members: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of binary mode."""
    attributes = {f"ce-{name}": str(value) for name, value in members.items() if name != "data"}
    return {"content-type": "application/json"} | attributes


def signed(body: bytes, key: str, at: datetime = NOW, webhook_id: str = "msg_1") -> dict[str, str]:
    """Return the headers that a sender adds."""
    signature = Webhook(key).sign(webhook_id, at, body.decode())
    stamp = str(int(at.timestamp()))
    return {"webhook-id": webhook_id, "webhook-timestamp": stamp, "webhook-signature": signature}


@dataclass(slots=True)
class FixedClock:
    """A clock that a test sets."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    async def pause(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Published:
    """Definitions that are always the same."""

    async def current(self) -> Catalogue:
        return CATALOGUE


@dataclass(slots=True)
class Door:
    """The way in, with a look at what came through."""

    clock: FixedClock = field(default_factory=FixedClock)
    bus: MemoryBus = field(init=False)
    ingest: Ingest = field(init=False)

    def __post_init__(self) -> None:
        self.bus = MemoryBus(self.clock)
        self.ingest = Ingest(self.bus, Published(), self.clock, parse(json.dumps(SENDERS)))

    def messages(self, queue: str = "trigger-events") -> list[BusMessage]:
        return [delivery.message for delivery in self.bus.ready(queue)]

    def envelopes(self) -> list[Envelope]:
        return [decode(message.body) for message in self.messages()]
