"""A case under an SLA, moved as decisions about it would move it, and the audit of what was counted."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from shared.definitions.business_time import add, measure
from shared.definitions.calendar import Calendar
from shared.definitions.conditions import MISSING, Compare
from shared.definitions.sla import AddNote, Item, Sla
from shared.sla import watch
from shared.sla.book import Ledger, Watched
from shared.sla.facts import SlaFacts, Subject
from shared.sla.happening import Happening
from shared.sla.instance import Instance, Segment

CASE = "01CASE"
HOUR = timedelta(hours=1)
NOTHING = timedelta()


def when(column: str, value: object, op: str = "eq") -> Compare:
    return Compare(f"case.{column}", op, value, "text")


RESOLVED = when("status", "resolved")
ON_HOLD = when("status_reason", ("on_hold", "waiting_for_details"), "in")


def item(
    fail_after: timedelta = 4 * HOUR,
    warn_after: timedelta | None = 2 * HOUR,
    calendar: Calendar | None = None,
    kpi: str = "resolve",
    **more: Any,
) -> Item:
    """An item of a usual SLA, with an action at each moment."""
    notes = {"warn": (AddNote("warned"),), "fail": (AddNote("failed"),), "success": (AddNote("met"),)}
    return Item(
        **{
            "kpi": kpi,
            "fail_after": fail_after,
            "warn_after": warn_after,
            "calendar": calendar,
            "succeeds_when": RESOLVED,
            "pauses_when": ON_HOLD,
            "actions": notes,
            **more,
        }
    )


def sla(*items: Item, name: str = "standard", **more: Any) -> Sla:
    return Sla(name, items, **{"is_default": name == "standard", **more})


class Desk:
    """One case. `change` is a decision; time only passes by the moments that it is given."""

    def __init__(self, *slas: Sla, opened_at: datetime, **columns: Any) -> None:
        self.published: dict[tuple[str, int], Sla] = {(each.name, 1): each for each in slas}
        self.current = {each.name: 1 for each in slas}
        self.columns: dict[str, Any] = {"status": "active", "status_reason": "in_progress", "priority": "normal"}
        self.columns |= {"opened_at": opened_at, **columns}
        self.by_hand = ""
        self.entitled = ""
        self.instances: Mapping[str, Instance] = {}
        self.segments: dict[str, list[Segment]] = {}
        self.replaced: dict[str, Instance] = {}
        self.happenings: list[Happening] = []
        self._rows: set[str] = set()

    def publish(self, new: Sla) -> None:
        """Publish a further version."""
        version = self.current.get(new.name, 0) + 1
        self.published[new.name, version] = new
        self.current[new.name] = version

    def change(
        self,
        now: datetime,
        *,
        accepted: datetime | None = None,
        by_hand: str | None = None,
        entitled: str | None = None,
        **columns: Any,
    ) -> Self:
        """Decide about the case: apply what has passed, change it, and look at its SLA again."""
        self._take(watch.catch_up(self.instances, self.facts(), self._subject(), now))
        self.columns |= columns
        self.by_hand = self.by_hand if by_hand is None else by_hand
        self.entitled = self.entitled if entitled is None else entitled
        self._take(watch.reconsider(self.instances, self.facts(), self._subject(), accepted or now, now))
        return self

    def hold(self, now: datetime, **more: Any) -> Self:
        return self.change(now, status_reason="on_hold", **more)

    def go_on(self, now: datetime, **more: Any) -> Self:
        return self.change(now, status_reason="in_progress", **more)

    def resolve(self, now: datetime, **more: Any) -> Self:
        return self.change(now, status="resolved", status_reason="problem_solved", **more)

    def facts(self) -> SlaFacts:
        breaks = {id_: tuple(each for each in held if each.kind != "running") for id_, held in self.segments.items()}
        return SlaFacts(
            current={name: self.published[name, version] for name, version in self.current.items()},
            versions=self.current,
            pinned=self.published,
            breaks={id_: held for id_, held in breaks.items() if held},
        )

    def instance(self, kpi: str = "resolve") -> Instance:
        return self.instances[kpi]

    def told(self, *kinds: str) -> list[Happening]:
        return [each for each in self.happenings if not kinds or each.kind in kinds]

    def audit(self) -> None:
        """Every instance that ever was can be explained by its segments (I8), and acted once a kind."""
        for each in (*self.instances.values(), *self.replaced.values()):
            check(each, self.facts().item(each), self.segments.get(each.id, []))
        for kind in ("started", "warned", "failed", "succeeded", "cancelled"):
            of_kind = [each.instance for each in self.told(kind)]
            assert len(of_kind) == len(set(of_kind)), f"{kind} twice"

    def _subject(self) -> Subject:
        def lookup(path: str) -> object:
            value = self.columns.get(path.removeprefix("case."), MISSING)
            return value.isoformat() if isinstance(value, datetime) else value

        return Subject(CASE, self.columns["status"] == "active", lookup, self.by_hand, self.entitled)

    def _take(self, watched: Watched) -> None:
        self.instances = watched.instances
        self.happenings += watched.happenings
        for key, row in watched.rows.items():
            assert key not in self._rows, f"row {key} is there already"
            self._rows.add(key)
            self._keep(key, row)

    def _keep(self, key: str, row: object) -> None:
        if isinstance(row, Ledger):
            _, id_, place = key.split(":")
            held = self.segments.setdefault(id_, [])
            assert int(place) == len(held)
            held += row.segments
        else:
            assert isinstance(row, Instance)
            assert key == f"sla:{row.kpi}:{row.n}"
            self.replaced[row.id] = row


def check(instance: Instance, held_to: Item, segments: Iterable[Segment]) -> None:
    """Hold an instance against its segments: without gaps from the beginning on, and adding up to its deadline."""
    segments = list(segments)
    at = instance.applicable_from
    for segment in segments:
        assert segment.start == at
        assert segment.end > at
        assert segment.business == measure(held_to.calendar, segment.start, segment.end)
        at = segment.end
    assert at == instance.since
    running = sum((each.business for each in segments if each.kind == "running"), NOTHING)
    assert running == instance.elapsed
    assert sum((each.business for each in segments), NOTHING) == instance.elapsed + instance.on_hold
    assert len(segments) == instance.segments
    match instance.state:
        case "in_progress" | "nearing":
            assert instance.fails_at is not None
            assert running + measure(held_to.calendar, at, instance.fails_at) == held_to.fail_after
            assert instance.fails_at == add(held_to.calendar, at, held_to.fail_after - running)
        case "noncompliant":
            assert running == held_to.fail_after
            assert instance.failed_at == at
        case "succeeded":
            assert instance.succeeded_at == at
            assert running <= held_to.fail_after
        case "paused":
            assert instance.fails_at is None
            assert running < held_to.fail_after
        case "cancelled":
            assert instance.ended_at == at
            assert instance.reason


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
