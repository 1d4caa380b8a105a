"""A device and who owned it when: the audience of an event is the owner at the event's time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from shared.devices.messages import PutDevice
from shared.runtime.decision import Decision
from shared.runtime.envelope import Message

TABLE = "devices"
HEAD = "head"
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ownership:
    contact: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Device:
    """Row `head` in the device's partition."""

    id: str
    model: str
    owners: tuple[Ownership, ...]
    """Oldest first."""

    def owner_at(self, time: datetime) -> str | None:
        held = [owner.contact for owner in self.owners if owner.since <= time]
        return held[-1] if held else None


def register(message: Message[PutDevice], _facts: object, _now: datetime) -> Decision[Device]:
    """The first owner holds from the beginning, so that events from before the registration find somebody."""
    body = message.body
    owner = Ownership(body.contact, body.since or BEGINNING)
    return Decision(state=Device(body.device, body.model, (owner,)), outcome="registered")


def put_device(device: Device, message: Message[PutDevice], _facts: object, now: datetime) -> Decision[Device]:
    """A new owner holds from when that is told at the earliest: earlier events have found their owner (I2)."""
    body = message.body
    changed = replace(device, model=body.model or device.model)
    if body.contact != device.owners[-1].contact:
        owners = (*device.owners, Ownership(body.contact, max(body.since or now, now)))
        changed = replace(changed, owners=tuple(sorted(owners, key=lambda owner: owner.since)))
    return Decision(state=changed, outcome="updated")
