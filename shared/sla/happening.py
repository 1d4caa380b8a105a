"""What happened to an SLA, as the timeline, the triggers and the measures are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.definitions import mapping
from shared.definitions.conditions import MISSING, Lookup
from shared.definitions.sla import AddNote, Escalate, Item, Moment, Raise, Route
from shared.runtime.ids import derived
from shared.sla.instance import Instance

type Kind = Literal["started", "warned", "failed", "succeeded", "paused", "resumed", "cancelled"]

MOMENT: Mapping[Kind, Moment] = {"warned": "warn", "failed": "fail", "succeeded": "success"}
"""What an item may have actions for."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A custom trigger to fire; its id is the same whenever this happening is decided on again."""

    id: str
    trigger: str
    attributes: Mapping[str, Any]


type Consequence = Raised | Escalate | Route | AddNote


@dataclass(frozen=True, slots=True)
class Happening:
    kpi: str
    instance: str
    kind: Kind
    at: datetime
    """When it counts as having happened: of a warning or a failure, when that was noticed."""
    due: datetime | None = None
    """When a warning or a failure was due."""
    was_awaited: bool = False
    """Whether a check was set for it. Otherwise it turned out to be past already, and is not late."""
    reason: str = ""
    actions: tuple[Consequence, ...] = ()

    @property
    def lateness(self) -> timedelta | None:
        return self.at - self.due if self.due and self.was_awaited else None


def consequences(kind: Kind, instance: Instance, item: Item, of_case: Lookup, at: datetime) -> tuple[Consequence, ...]:
    """The item's actions, with what a trigger is to be told."""
    moment = MOMENT.get(kind)
    actions = item.actions.get(moment, ()) if moment else ()
    lookup = _lookup(instance, of_case, at)
    return tuple(
        Raised(derived("sla", instance.id, kind, str(place)), action.trigger, mapping.resolve(action.mapping, lookup))
        if isinstance(action, Raise)
        else action
        for place, action in enumerate(actions)
    )


def _lookup(instance: Instance, of_case: Lookup, at: datetime) -> Lookup:
    told = {
        "kpi.name": instance.kpi,
        "kpi.sla": instance.sla,
        "kpi.instance": instance.id,
        "kpi.at": at.isoformat(),
        "kpi.fails_at": instance.fails_at.isoformat() if instance.fails_at else MISSING,
    }
    return lambda path: told[path] if path in told else of_case(path)
