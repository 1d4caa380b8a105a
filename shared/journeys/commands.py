"""Commands that an event from outside gives by itself: its trigger names one, and no journey is needed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shared.definitions.scope import DEVICES
from shared.definitions.trigger import Trigger
from shared.devices.messages import RecoverDevice
from shared.events.messages import TriggerFired
from shared.runtime.decision import Outgoing
from shared.runtime.envelope import Body
from shared.runtime.ids import derived


def recover_device(attributes: Mapping[str, Any], seen: datetime) -> RecoverDevice:
    """Say that the device works again: of one error, or of all where no code is given."""
    device = next((attributes[name] for name in DEVICES if attributes.get(name)), "")
    return RecoverDevice(device, seen, attributes.get("error_code"), attributes.get("alert_key") or "")


BY_THEMSELVES: Mapping[str, Callable[[Mapping[str, Any], datetime], Body]] = {"recover_device": recover_device}
"""Command to the message that gives it."""


def issued(trigger: Trigger | None, event: str, fired: TriggerFired) -> tuple[Outgoing, ...]:
    """Return the command that the event gives, if it gives one."""
    command = BY_THEMSELVES.get(trigger.command or "") if trigger and trigger.is_ready else None
    return (Outgoing(derived("issued", event), command(fired.attributes, fired.time)),) if command else ()
