"""What the SLA of a case rests on besides the case: definitions, what its entitlement says, and earlier breaks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.definitions.conditions import MISSING, Lookup
from shared.definitions.sla import NONE, Item, Sla
from shared.sla.instance import Instance, Segment

type Breaks = Mapping[str, tuple[Segment, ...]]
"""Instance to its segments that did not count, oldest first."""


@dataclass(frozen=True, slots=True)
class SlaFacts:
    """`pinned` has the versions that instances began with, by name and number, where those are not the current ones."""

    current: Mapping[str, Sla] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    pinned: Mapping[tuple[str, int], Sla] = field(default_factory=dict)
    breaks: Breaks = field(default_factory=dict)
    """Of every instance that has had one."""

    def sla(self, instance: Instance) -> Sla:
        """The version that the instance began with."""
        if self.versions.get(instance.sla) == instance.version:
            return self.current[instance.sla]
        return self.pinned[instance.sla, instance.version]

    def item(self, instance: Instance) -> Item:
        return self.sla(instance).items[instance.item]

    def chosen(self, by_hand: str, entitled: str) -> Sla | None:
        """The SLA that holds for a case: set by hand, else its entitlement's, else the default; None where none does.

        A name that is not published counts as nobody's word.
        """
        if by_hand == NONE:
            return None
        for name in (by_hand, entitled):
            if name in self.current:
                return self.current[name]
        return next((sla for _, sla in sorted(self.current.items()) if sla.is_default), None)


@dataclass(frozen=True, slots=True)
class Subject:
    """A case as its SLA sees it."""

    id: str
    is_open: bool
    lookup: Lookup
    """Finds `case.<column>`."""
    by_hand: str = ""
    """The SLA that somebody gave it; `none`: it shall have none."""
    entitled: str = ""
    """The SLA of its entitlement."""

    def time(self, path: str) -> datetime | None:
        """The time in one of its columns."""
        value = self.lookup(path)
        if value is MISSING or value is None:
            return None
        return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def unread(facts: SlaFacts, instances: Iterable[Instance]) -> tuple[tuple[str, int], ...]:
    """Name the versions that are still to be read, so that each of the instances can be counted."""
    used = {(instance.sla, instance.version) for instance in instances}
    return tuple(sorted(used - set(facts.versions.items()) - facts.pinned.keys()))
