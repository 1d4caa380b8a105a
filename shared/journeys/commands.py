"""Commands that an event from outside gives by itself: its trigger names one, and no journey is needed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shared.definitions.scope import DEVICES
from shared.definitions.trigger import Trigger
from shared.devices.messages import RecoverDevice
from shared.events.messages import TriggerFired
from shared.intake.messages import TAKE_ACTIVITY, TakeActivity
from shared.runtime.decision import Outgoing
from shared.runtime.envelope import Body
from shared.runtime.ids import derived


def recover_device(attributes: Mapping[str, Any], seen: datetime) -> RecoverDevice:
    """Say that the device works again: of one error, or of all where no code is given."""
    device = next((attributes[name] for name in DEVICES if attributes.get(name)), "")
    return RecoverDevice(device, seen, attributes.get("error_code"), attributes.get("alert_key") or "")


def take_activity(fired: TriggerFired) -> TakeActivity:
    """Say what somebody writes to us; of whom nothing is known, it is from where it comes."""
    return TakeActivity(
        "webhook",
        fired.contact or fired.source,
        fired.time,
        str(fired.attributes.get("subject", "")),
        str(fired.attributes.get("text", "")),
        contact=fired.contact or "",
        trigger=fired.trigger,
        source=fired.source,
        attributes=fired.attributes,
    )


BY_THEMSELVES: Mapping[str, Callable[[TriggerFired], Body]] = {
    "recover_device": lambda fired: recover_device(fired.attributes, fired.time),
    TAKE_ACTIVITY: take_activity,
}
"""Command to the message that gives it."""


def issued(trigger: Trigger | None, event: str, fired: TriggerFired) -> tuple[Outgoing, ...]:
    """Return the command that the event gives, if it gives one."""
    command = BY_THEMSELVES.get(trigger.command or "") if trigger and trigger.is_ready else None
    return (Outgoing(derived("issued", event), command(fired)),) if command else ()
