"""The instances of one case while one decision moves them, and the book that is kept of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.runtime.ids import quoted
from shared.sla import instance as instances
from shared.sla.facts import SlaFacts, Subject
from shared.sla.happening import Happening, Kind, consequences
from shared.sla.instance import Instance, Moved, Segment

SEGMENT = "segment:"
REPLACED = "sla:"


@dataclass(frozen=True, slots=True)
class Ledger:
    """Row `segment:<instance>:<n>`: segments that one decision ended, the first of them being number n."""

    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """What came out; see `shared.sla.watch`."""

    instances: Mapping[str, Instance]
    rows: Mapping[str, object] = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()


class Book:
    """Moves instances by KPI. `is_awaited`: deadlines that pass are those that checks were set for."""

    def __init__(
        self,
        held: Mapping[str, Instance],
        facts: SlaFacts,
        subject: Subject,
        now: datetime,
        *,
        is_awaited: bool = False,
    ) -> None:
        self.held = dict(held)
        self.facts = facts
        self.subject = subject
        self.now = now
        self._is_awaited = is_awaited
        self._rows: dict[str, object] = {}
        self._ledgers: defaultdict[str, list[Segment]] = defaultdict(list)
        self._happenings: list[Happening] = []

    def watched(self) -> Watched:
        return Watched(self.held, {**self._rows, **self._ledger_rows()}, tuple(self._happenings))

    def is_over(self, kpi: str) -> bool:
        return self.held[kpi].is_over

    def pass_deadlines(self, kpis: Collection[str], until: datetime) -> None:
        """Let every deadline of these up to then take effect, in the order of their times."""
        while True:
            dues = [(due, kpi) for kpi in kpis if (due := self.held[kpi].next_due) is not None and due <= until]
            if not dues:
                return
            due, kpi = min(dues)
            instance = self.held[kpi]
            if instance.state == "in_progress" and instance.warns_at is not None:
                self.move("warned", instances.warn(instance), self.now, due)
            else:
                self.move("failed", instances.fail(instance, self.facts.item(instance)), self.now, due)

    def begin(self, instance: Instance, replaced: Instance | None, at: datetime) -> None:
        """Take up an instance in the place of another, which is kept as a row."""
        if replaced is not None:
            self._rows[f"{REPLACED}{quoted(replaced.kpi)}:{replaced.n}"] = replaced
        self.held[instance.kpi] = instances.begin(instance, self.facts.item(instance))
        self._happen("started", instance, at)

    def move(self, kind: Kind, moved: Moved, at: datetime, due: datetime | None = None) -> None:
        instance = self.record(moved)
        self._happen(kind, instance, at, due)

    def record(self, moved: Moved) -> Instance:
        """Keep the instance and its segment without telling anybody: what is old news."""
        instance, segment = moved
        self.held[instance.kpi] = instance
        if segment is not None:
            self._ledgers[instance.id].append(segment)
        return instance

    def _happen(self, kind: Kind, instance: Instance, at: datetime, due: datetime | None = None) -> None:
        actions = consequences(kind, instance, self.facts.item(instance), self.subject.lookup, due or at)
        reason = instance.reason if kind == "cancelled" else ""
        awaited = self._is_awaited and due is not None
        self._happenings.append(Happening(instance.kpi, instance.id, kind, at, due, awaited, reason, actions))

    def _ledger_rows(self) -> dict[str, object]:
        held = {instance.id: instance for instance in self.held.values()}
        held |= {row.id: row for row in self._rows.values() if isinstance(row, Instance)}
        return {
            f"{SEGMENT}{id_}:{held[id_].segments - len(segments):06d}": Ledger(tuple(segments))
            for id_, segments in self._ledgers.items()
        }
