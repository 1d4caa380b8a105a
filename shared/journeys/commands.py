"""Commands that an event gives: by itself, whatever journeys make of it, or where a journey's tile raises it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import ceil
from typing import Any

from shared.cases.messages import AddActivity, ChangeStatus, EscalateCase, OpenCase, ResolveCase, UpdateCase
from shared.definitions.commands import COMMANDS
from shared.definitions.scope import DEVICES
from shared.definitions.trigger import Trigger
from shared.devices.messages import RecoverDevice
from shared.events.messages import TriggerFired
from shared.intake.messages import LONGEST_ATTRIBUTES, LONGEST_SUBJECT, LONGEST_TEXT, TAKE_ACTIVITY, TakeActivity
from shared.journeys.run import Run
from shared.runtime import codec
from shared.runtime.decision import Outgoing
from shared.runtime.envelope import Body
from shared.runtime.ids import derived


def recover_device(attributes: Mapping[str, Any], seen: datetime) -> RecoverDevice:
    """Say that the device works again: of one error, or of all where no code is given."""
    device = next((attributes[name] for name in DEVICES if attributes.get(name)), "")
    return RecoverDevice(device, seen, attributes.get("error_code"), attributes.get("alert_key") or "")


MESSAGE = ("subject", "text")
"""Attributes that are the message: they do not go along a second time."""


def take_activity(fired: TriggerFired) -> TakeActivity:
    """Say what somebody writes to us; of whom nothing is known, it is from where it comes."""
    return TakeActivity(
        "webhook",
        fired.contact or fired.source,
        fired.time,
        codec.fitting(str(fired.attributes.get("subject", "")), LONGEST_SUBJECT),
        codec.fitting(str(fired.attributes.get("text", "")), LONGEST_TEXT),
        contact=fired.contact or "",
        trigger=fired.trigger,
        source=fired.source,
        attributes=_fitting({name: value for name, value in fired.attributes.items() if name not in MESSAGE}),
    )


def _fitting(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Cut texts: an event that is larger than a message may be is lost to the journeys that it starts, too."""
    share = LONGEST_ATTRIBUTES // max(1, len(attributes))
    return {
        name: codec.fitting(value, share) if isinstance(value, str) else value for name, value in attributes.items()
    }


BY_THEMSELVES: Mapping[str, Callable[[TriggerFired], Body]] = {
    "recover_device": lambda fired: recover_device(fired.attributes, fired.time),
    TAKE_ACTIVITY: take_activity,
}
"""Command to the message that gives it."""


JOURNEYS = "carebus/journeys"
"""Who acts where a journey does."""
SAID_OF_CASE = ("title", "description", "subject", "product", "priority", "type", "origin", "sla", "alert_key")
"""What the trigger that asks for a case may say of it, besides its device, its error and the queue."""


def _open_case(identity: str, attributes: Mapping[str, Any], run: Run) -> OpenCase:
    code = attributes.get("error_code")
    said: dict[str, Any] = {
        name: str(value) for name in SAID_OF_CASE if (value := attributes.get(name)) not in (None, "")
    }
    return OpenCase(
        case=derived("case", identity),
        contact=run.contact,
        device=attributes.get("device"),
        error_code=code,
        seen=run.event_at or run.entered_at,
        queue_name=str(attributes.get("queue") or ""),
        **{"title": f"Device error {code}" if code is not None else "Request", **said},
    )


def _update_case(_identity: str, attributes: Mapping[str, Any], _run: Run) -> UpdateCase:
    columns = COMMANDS["update_case"].one_of
    changes = {name: value for name, value in attributes.items() if name in columns}
    return UpdateCase(attributes["case"], JOURNEYS, changes)


def _given[B: Body](body: Callable[..., B], name: str) -> Callable[[str, Mapping[str, Any], Run], B]:
    """Return what makes a command of the attributes that it knows, which are called as its fields are."""
    command = COMMANDS[name]
    known = command.needs.keys() | command.takes.keys()

    def give(_identity: str, attributes: Mapping[str, Any], _run: Run) -> B:
        said = {name: _whole(value) for name, value in attributes.items() if name in known}
        return body(by=JOURNEYS, **said)

    return give


def _whole(value: Any) -> Any:
    """Numbers of commands are whole ones: minutes that have begun count."""
    return ceil(value) if isinstance(value, float) else value


def _add_activity(identity: str, attributes: Mapping[str, Any], run: Run) -> AddActivity:
    return _given(AddActivity, "add_activity")(identity, {"type": "note", **attributes}, run)


BY_TILES: Mapping[str, Callable[[str, Mapping[str, Any], Run], Body]] = {
    "open_case": _open_case,
    "update_case": _update_case,
    "change_status": _given(ChangeStatus, "change_status"),
    "resolve_case": _given(ResolveCase, "resolve_case"),
    "escalate_case": _given(EscalateCase, "escalate_case"),
    "add_activity": _add_activity,
    "recover_device": lambda _identity, attributes, run: recover_device(attributes, run.event_at or run.entered_at),
}
"""Command to what makes the message of an activation's identity, its attributes and the run."""


def issued(trigger: Trigger | None, event: str, fired: TriggerFired) -> tuple[Outgoing, ...]:
    """Return the command that the event gives, if it gives one."""
    command = BY_THEMSELVES.get(trigger.command or "") if trigger and trigger.is_ready else None
    return (Outgoing(derived("issued", event), command(fired)),) if command else ()
