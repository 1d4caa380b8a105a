"""What the events feature says on the bus."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import AwareDatetime


@dataclass(frozen=True, slots=True)
class RecordChanged:
    """A record came into being (no `columns`), or these columns of it changed.

    It is raised and never sent: after the commit it becomes what ready business triggers make of it.
    """

    kind: ClassVar[str] = "record_changed"
    queue: ClassVar[str] = "trigger-events"

    table: str
    record: str
    columns: tuple[str, ...]
    attributes: Mapping[str, Any]
    """What may be told of it: nothing that tells who a contact is."""
    contact: str | None
    time: AwareDatetime


@dataclass(frozen=True, slots=True)
class TriggerFired:
    """A trigger fired, from outside (a CloudEvent) or inside (a record changed). Its envelope id is the event's."""

    kind: ClassVar[str] = "trigger_fired"
    queue: ClassVar[str] = "trigger-events"

    trigger: str
    attributes: Mapping[str, Any]
    time: AwareDatetime
    """The event's own time (UTC): an audience is who owned the device then."""
    timed: bool = True
    """False where the event brought no time of its own: then `time` is another at each delivery."""
    source: str = ""
    contact: str | None = None
    """The audience where it is known already."""
