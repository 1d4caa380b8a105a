"""All published definitions, as one reader sees them at one time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from types import MappingProxyType

from shared.definitions.calendar import Calendar
from shared.definitions.intake import Intake
from shared.definitions.journey import Journey
from shared.definitions.policy import NAME as POLICY
from shared.definitions.policy import Policy
from shared.definitions.process import Process
from shared.definitions.queue import Queue
from shared.definitions.routing import ROUTING, Routing
from shared.definitions.segment import Segment
from shared.definitions.sla import Sla
from shared.definitions.states import Phase, State
from shared.definitions.templates import Template
from shared.definitions.trigger import Trigger


@dataclass(frozen=True, slots=True)
class Published:
    journey: Journey
    version: int
    state: State
    live_from: datetime
    before: "Published | None" = None
    """The version whose place it takes at `live_from`; None where it takes nobody's, or has taken it."""
    since: datetime | None = None
    """When the state was last changed by a command."""
    held_until: datetime | None = None
    """A journey that goes on after a pause is held until everybody knows."""
    first_live: datetime | None = None
    """When its first version was live; None: it is this one."""

    @property
    def began(self) -> datetime:
        """Return when the journey's first version was live."""
        return self.first_live or self.live_from

    def at(self, now: datetime) -> "Published":
        """Return the version in force: an edited journey goes on as it was until everybody knows the new one."""
        if self.before is None or now >= self.live_from:
            return self
        return replace(
            self.before, state=self.state, since=self.since, held_until=self.held_until, first_live=self.first_live
        )

    def phase(self, now: datetime) -> Phase:
        """Return what the state means at this time."""
        if self.state != "live":
            return self.state
        if self.journey.is_draft:
            return "draft"
        if self.held_until is not None and now < self.held_until:
            return "paused"
        if now < self.live_from:
            return "publishing"
        return "completing" if self.journey.ends is not None and now >= self.journey.ends else "live"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The current definitions of each kind, and the latest version of each journey, all by name; it never changes."""

    triggers: Mapping[str, Trigger]
    journeys: Mapping[str, Published]
    templates: Mapping[str, Template]
    waits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Trigger to what earlier versions wait by: runs stay on the version they began with."""
    segments: Mapping[str, Segment] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    processes: Mapping[str, Process] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    slas: Mapping[str, Sla] = field(default_factory=dict)
    intakes: Mapping[str, Intake] = field(default_factory=dict)
    routings: Mapping[str, Routing] = field(default_factory=dict)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    versions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Part (`templates`, `slas`...) and name to the number of the version that stands here."""

    def __post_init__(self) -> None:
        for held in fields(self):
            object.__setattr__(self, held.name, MappingProxyType(dict(getattr(self, held.name))))

    @property
    def policy(self) -> Policy:
        """How cases are treated; where nothing is published, as usual."""
        return self.policies.get(POLICY) or Policy()

    @property
    def routing(self) -> Routing | None:
        """How cases are routed; None: they are not."""
        return self.routings.get(ROUTING)

    def starting_on(self, trigger: str) -> tuple[Published, ...]:
        """The journeys that the trigger starts, whatever their state, by name."""
        by_name = (self.journeys[name] for name in sorted(self.journeys))
        return tuple(published for published in by_name if published.journey.starts_on == trigger)

    def waiting_on(self, trigger: str) -> frozenset[str]:
        """By what (`contact` or an attribute) published journeys wait for the trigger."""
        held = (published.journey.waited_by(trigger) for published in self.journeys.values())
        return self.waits.get(trigger, frozenset()).union(*held)

    def used_in(self, trigger: str) -> tuple[str, ...]:
        """The journeys that start on, wait for, raise or exit by it, by name."""
        return tuple(name for name in sorted(self.journeys) if trigger in self.journeys[name].journey.triggers())

    def watching(self, table: str, columns: Collection[str]) -> tuple[Trigger, ...]:
        """The business triggers that such a change of a record fires, by name."""
        by_name = (self.triggers[name] for name in sorted(self.triggers))
        return tuple(trigger for trigger in by_name if trigger.is_ready and trigger.watches(table, columns))

    def is_used(self, trigger: str) -> bool:
        """Whether an event of this trigger could start or resume anything."""
        return bool(self.starting_on(trigger) or self.waiting_on(trigger))
