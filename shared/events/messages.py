"""What the events feature says on the bus."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import AwareDatetime


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
