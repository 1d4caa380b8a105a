"""Whom an event is about."""

from datetime import datetime

from shared.definitions.catalogue import Catalogue
from shared.devices import device as devices
from shared.events.messages import TriggerFired
from shared.runtime.aggregate import read_head
from shared.runtime.errors import Conflict
from shared.runtime.ids import quoted
from shared.runtime.store import Insert, Store


async def audience(
    store: Store, catalogue: Catalogue, event: str, fired: TriggerFired, now: datetime
) -> tuple[str | None, str]:
    """Find the contact that an event is about, or the closed code of why there is none."""
    if fired.contact is not None:
        return fired.contact, ""
    trigger = catalogue.triggers.get(fired.trigger)
    if trigger is None:
        return None, "unknown_trigger"
    if trigger.audience is None:
        return None, "no_audience"
    value = fired.attributes.get(trigger.audience.attribute)
    if value is None:
        return None, "no_audience"
    if trigger.audience.via is None:
        return str(value), ""
    device = await read_head(store, devices.TABLE, quoted(str(value)), devices.HEAD, devices.Device)
    if device is None:
        return None, "unknown_device"
    owner = device.owner_at(fired.time)
    if owner is None:
        return None, "no_owner_at_that_time"
    if fired.timed and fired.time <= now:
        return owner, ""
    return await _pinned(store, str(value), event, owner), ""


async def _pinned(store: Store, device: str, event: str, owner: str) -> str:
    """Return whom the event was first taken for.

    Without a past time of its own, it would be the next owner's when it comes again after the device changed hands,
    and start a second run (I2).
    """
    partition, key = quoted(device), f"event:{event}"
    try:
        await store.write(devices.TABLE, partition, Insert(key, {"contact": owner}))
    except Conflict:
        row = await store.get(devices.TABLE, partition, key)
        return str(row.data["contact"]) if row else owner
    return owner
