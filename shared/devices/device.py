"""A device and who owned it when: the audience of an event is the owner at the event's time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from shared.devices.messages import PutDevice
from shared.events.messages import RecordChanged
from shared.runtime.decision import Decision, Outgoing
from shared.runtime.envelope import Message
from shared.runtime.ids import derived

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


def register(message: Message[PutDevice], _facts: object, now: datetime) -> Decision[Device]:
    """The first owner holds from the beginning, so that events from before the registration find somebody."""
    body = message.body
    device = Device(body.device, body.model, (Ownership(body.contact, body.since or BEGINNING),))
    return Decision(state=device, outcome="registered", raised=(_changed(message, device, (), now),))


def put_device(device: Device, message: Message[PutDevice], _facts: object, now: datetime) -> Decision[Device]:
    """A new owner holds from when that is told at the earliest: earlier events have found their owner (I2)."""
    body = message.body
    changed = replace(device, model=body.model or device.model)
    previous = device.owners[-1].contact
    if body.contact != previous:
        owners = (*device.owners, Ownership(body.contact, max(body.since or now, now)))
        changed = replace(changed, owners=tuple(sorted(owners, key=lambda owner: owner.since)))
    columns = ("owner",) * (body.contact != previous) + ("model",) * (changed.model != device.model)
    raised = (_changed(message, changed, columns, now, previous),) if columns else ()
    return Decision(state=changed, outcome="updated", raised=raised)


def _changed(
    message: Message[PutDevice], device: Device, columns: tuple[str, ...], now: datetime, previous: str = ""
) -> Outgoing:
    """Tell the triggers that watch devices; an event about a handover is the new owner's."""
    attributes = {"device": device.id, "contact": message.body.contact}
    optional = {"model": device.model, "previous_contact": previous if "owner" in columns else ""}
    attributes |= {name: value for name, value in optional.items() if value}
    change = RecordChanged("devices", device.id, columns, attributes, message.body.contact, now)
    return Outgoing(derived("change", "devices", device.id, message.id), change)
