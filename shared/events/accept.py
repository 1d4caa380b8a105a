"""Whether events may come in, and what they say on the bus: pure, with all faults of all events at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from shared.definitions import attributes
from shared.definitions.names import nearest
from shared.definitions.trigger import Trigger
from shared.events.cloudevent import Event, event_id
from shared.events.credentials import Credential
from shared.events.messages import TriggerFired
from shared.events.refusal import Fault, Refused
from shared.runtime import codec
from shared.runtime.envelope import Envelope


def accept(
    events: Sequence[Event], credential: Credential, triggers: Mapping[str, Trigger], now: datetime
) -> list[Envelope]:
    """Return what the events say on the bus, one envelope each; raises Refused with all faults of all events."""
    faults = [fault for event in events for fault in _faults(event, credential, triggers)]
    if faults:
        raise Refused(faults)
    return [_fired(event, now) for event in events]


def _faults(event: Event, credential: Credential, triggers: Mapping[str, Trigger]) -> Iterator[Fault]:
    if not credential.may_use(event.source):
        yield Fault("forbidden_source", event.field("source"), "is not one that this credential may use")
    usable = [name for name, known in triggers.items() if _is_open(known) and credential.may_raise(name)]
    ready = [name for name in usable if triggers[name].is_ready]
    trigger = triggers.get(event.type)
    if trigger is None:
        yield Fault("unknown_trigger", event.field("type"), f"is no trigger{nearest(event.type, ready)}")
    elif trigger.kind != "custom":
        yield Fault("forbidden_trigger", event.field("type"), f"is of kind {trigger.kind}: it only fires from inside")
    elif not trigger.is_for_outside:
        yield Fault("forbidden_trigger", event.field("type"), "issues a command: it only fires from inside")
    elif event.type not in usable:
        yield Fault("forbidden_trigger", event.field("type"), "is not one that this credential may raise")
    elif not trigger.is_ready:
        yield Fault("trigger_not_ready", event.field("type"), f"is a {trigger.state} trigger: only a ready one fires")
    else:
        for name, why in attributes.check(event.data, trigger.attributes):
            yield Fault("invalid_attribute", event.field("data", name), why)


def _is_open(trigger: Trigger) -> bool:
    """True for what may be raised from outside at all."""
    return trigger.is_for_outside


def _fired(event: Event, now: datetime) -> Envelope:
    body = TriggerFired(event.type, event.data, event.time or now, event.time is not None, event.source)
    return Envelope(event_id(event.source, event.id), body.kind, now, codec.plain(body))
