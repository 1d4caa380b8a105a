"""The invariants of casework, held against a world that has come to rest. Each check yields what it finds wrong."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from shared.cases.case import Case
from shared.cases.measures import NAME, group_of, measures
from shared.entitlements.entitlement import Entitlement
from shared.runtime.codec import typed
from shared.runtime.store import Delete
from shared.sla.instance import Instance, Segment
from shared.sla.measures import counter
from shared.tasks.task import Task
from tests.simulation.story import tables
from tests.simulation.world import World

ACROSS = ("running", "paused", "closed")


@dataclass
class Casework:
    """What the world has left behind."""

    world: World

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        return tables(self.world, "cases")

    @cached_property
    def cases(self) -> dict[str, Case]:
        heads = {case: rows["head"]["state"] for case, rows in self.rows.items() if "head" in rows}
        return {case: typed(Case, head) for case, head in heads.items()}

    @cached_property
    def tasks(self) -> dict[str, Task]:
        found = tables(self.world, "tasks")
        return {task: typed(Task, rows["head"]["state"]) for task, rows in found.items() if "head" in rows}

    @cached_property
    def entitlements(self) -> dict[str, tuple[Entitlement, dict[str, Any]]]:
        found = tables(self.world, "entitlements")
        return {key: (typed(Entitlement, rows["head"]["state"]), rows) for key, rows in found.items() if "head" in rows}

    def instances(self) -> Iterator[tuple[str, Instance, list[Segment]]]:
        """Each instance, replaced ones too, with its segments that are over."""
        for case, rows in self.rows.items():
            segments: defaultdict[str, list[Segment]] = defaultdict(list)
            for key, row in sorted(rows.items()):
                if key.startswith("segment:"):
                    segments[key.split(":")[1]] += [typed(Segment, one) for one in row["state"]["segments"]]
            replaced = [typed(Instance, row["state"]) for key, row in rows.items() if key.startswith("sla:")]
            held = list(self.cases[case].instances.values()) if case in self.cases else []
            for instance in (*replaced, *held):
                yield case, instance, segments[instance.id]


def violations(world: World) -> list[str]:
    """Return everything that is wrong, each with the check's name; empty where all is well."""
    it = Casework(world)
    return [f"{check.__name__}: {found}" for check in CHECKS for found in check(it)]


def i1_nothing_is_left(it: Casework) -> Iterator[str]:
    for name, queue in it.world.queues.queues.items():
        if queue.waiting or queue.dead:
            yield f"{name} still holds {len(queue.waiting)} messages and {len(queue.dead)} dead letters"


def i8_segments_add_up(it: Casework) -> Iterator[str]:
    """They follow one another from the start on; what ran is what elapsed, and at a failure just what was allowed."""
    for case, instance, segments in it.instances():
        place = f"{case} {instance.kpi} {instance.n} ({instance.state})"
        at = instance.applicable_from
        for segment in segments:
            if segment.start != at or segment.end < segment.start:
                yield f"{place}: a segment begins at {segment.start}, the one before ended at {at}"
            at = segment.end
        if at != (instance.ended_at or instance.since):
            yield f"{place}: segments end at {at}, the instance stands at {instance.ended_at or instance.since}"
        ran = sum((one.business for one in segments if one.kind == "running"), timedelta())
        stood = sum((one.business for one in segments if one.kind != "running"), timedelta())
        if (ran, stood) != (instance.elapsed, instance.on_hold):
            yield f"{place}: segments say {ran} and {stood}, the instance {instance.elapsed} and {instance.on_hold}"
        if len(segments) != instance.segments:
            yield f"{place}: {len(segments)} segments of {instance.segments}"
        if instance.state == "noncompliant" and ran not in ALLOWED[instance.sla, instance.kpi]:
            yield f"{place}: failed after {ran}"


ALLOWED = {
    ("usual", "first_response"): (timedelta(minutes=2),),
    ("usual", "resolve"): (timedelta(minutes=3), timedelta(minutes=6)),
    ("premium", "resolve"): (timedelta(seconds=150),),
}
"""Business time after which an instance fails."""


def i8_nothing_is_overdue(it: Casework) -> Iterator[str]:
    """The timer has come by: whatever was due has happened."""
    for case, instance, _ in it.instances():
        if not instance.is_over and instance.next_due is not None and instance.next_due <= it.world.time.now:
            yield f"{case} {instance.kpi} {instance.n} is {instance.state}, and was due at {instance.next_due}"


def i8_each_is_told_once(it: Casework) -> Iterator[str]:
    """A failure, a warning and a success: one line each for an instance, and one where there is one."""
    told: Counter[tuple[str, str]] = Counter()
    for rows in it.rows.values():
        for key, row in rows.items():
            if key.startswith("line:") and row["state"]["kind"] == "sla" and row["state"]["case"] == key_case(rows):
                told[row["state"]["detail"]["instance"], row["state"]["outcome"]] += 1
    for (id_, outcome), count in told.items():
        if count > 1:
            yield f"instance {id_} has {outcome} {count} times"
    for case, instance, _ in it.instances():
        for state, outcome in (("noncompliant", "failed"), ("succeeded", "succeeded"), ("cancelled", "cancelled")):
            count = told[instance.id, outcome]
            if (instance.state == state) != bool(count):
                yield f"{case} {instance.kpi} {instance.n} is {instance.state}, and has {outcome} {count} times"


def key_case(rows: dict[str, Any]) -> str:
    name: str = rows["head"]["state"]["id"] if "head" in rows else ""
    return name


def open_activities_are_those_that_are_open(it: Casework) -> Iterator[str]:
    """A closed case has none, but those that were planned for it since."""
    for case in it.cases.values():
        for task in case.open_activities:
            held = it.tasks.get(task)
            is_late = case.closed_at is None or (held is not None and held.created_at >= case.closed_at)
            if held is None or held.state != "open" or held.case != case.id or not is_late:
                where = (held.state, held.case) if held else None
                yield f"{case.id} ({case.status}) counts {task} as open, which is {where}"


def families_agree(it: Casework) -> Iterator[str]:
    for case in it.cases.values():
        if case.parent is not None and case.below:
            yield f"{case.id} is a child and a parent"
        for child in case.below:
            held = case.children[child]
            found = it.cases.get(child)
            if found is None or found.parent != case.id or found.is_open != held.is_open:
                where = (found.parent, found.status) if found else None
                yield f"{case.id} counts {child} as open: {held.is_open}; it is {where}"
        if case.parent is not None and case.id not in it.cases[case.parent].below and not case.merged_into:
            yield f"{case.id} is below {case.parent}, which does not know it"


def merges_come_to_an_end(it: Casework) -> Iterator[str]:
    """Every line of a merged case is in the one that stays, once."""
    for case in it.cases.values():
        for source, result in case.merging.items():
            if result == "pending":
                yield f"{case.id} still waits for {source}"
            if result == "merged":
                merged = it.cases[source]
                if merged.merged_into != case.id or merged.status_reason != "merged":
                    yield f"{source} was merged into {case.id}, and is {merged.status_reason} of {merged.merged_into}"
                own = {f"{key}~{source}" for key in _lines_until_merged(it.rows[source], source)}
                missing = own - it.rows[case.id].keys()
                if missing:
                    yield f"{len(missing)} lines of {source} are not in {case.id}"
        if case.merged_into and it.cases[case.merged_into].merging.get(case.id) != "merged":
            yield f"{case.id} was merged into {case.merged_into}, which does not know it"


def _lines_until_merged(rows: dict[str, Any], source: str) -> Iterator[str]:
    """The keys of its own lines up to the one that says that it was merged: keys are in order, the newest first."""
    keys = sorted(key for key in rows if key.startswith("line:") and rows[key]["state"]["case"] == source)
    last = next(key for key in keys if rows[key]["state"]["outcome"] == "merged")
    return (key for key in keys if key >= last)


def ledgers_balance(it: Casework) -> Iterator[str]:
    """At every moment: what remains is the total less what is booked, and never below nothing where that is agreed."""
    booked: Counter[str] = Counter()
    for table, partition, change in it.world.commits:
        if table != "entitlements" or isinstance(change, Delete):
            continue
        if change.key.startswith("entry:"):
            booked[partition] += change.data["detail"]["amount"]
        if change.key == "head":
            state = change.data["state"]
            if state["terms"]["restrict"] and state["remaining"] < 0:
                yield f"{partition} is overdrawn: {state['remaining']}"
    for key, (held, rows) in it.entitlements.items():
        entries = sum(row["detail"]["amount"] for name, row in rows.items() if name.startswith("entry:"))
        if held.remaining != held.terms.total - entries or entries != booked[key]:
            yield f"{key} has {held.remaining} of {held.terms.total}, its ledger says {entries}"


def cases_cost_what_they_should(it: Casework) -> Iterator[str]:
    for key, (held, rows) in it.entitlements.items():
        for case in it.cases.values():
            entries = [row["detail"]["amount"] for name, row in rows.items() if name.startswith(f"entry:{case.id}~")]
            counted = {"create": ("active", "resolved"), "resolve": ("resolved",)}[held.terms.decrement_on]
            owed = case.entitlement == key and case.status in counted
            most = (case.billable_minutes if held.terms.allocation == "hours" else 1) if owed else 0
            if sum(entries) > most or (not held.terms.restrict and sum(entries) != most):
                yield f"{key} has booked {sum(entries)} for {case.id}, which is {case.status}: {most}"


def measures_are_sums_over_cases(it: Casework) -> Iterator[str]:
    wanted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in it.cases.values():
        wanted[group_of(case)].update(measures(case))
        wanted[group_of(case)].update(lateness_told(it.rows[case.id], case))
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for partition, rows in tables(it.world, "counts").items():
        for key, row in rows.items():
            if partition.startswith(f"{NAME}~") and key.startswith(("new:", "total:")):
                found[key.split(":")[1]].update(row["counts"])
    for group in wanted.keys() | found.keys():
        for name in wanted[group].keys() | found[group].keys():
            if wanted[group][name] != found[group][name]:
                yield f"{group} {name} is {found[group][name]}, the cases say {wanted[group][name]}"


def lateness_told(rows: dict[str, Any], case: Case) -> Counter[str]:
    """How late the deadlines were noticed, by what the case's own lines say."""
    lines = [row["state"] for key, row in rows.items() if key.startswith("line:")]
    late = [line["detail"].get("late_seconds") for line in lines if line["case"] == case.id]
    return Counter(counter(timedelta(seconds=each)) for each in late if each is not None)


CHECKS: tuple[Callable[[Casework], Iterator[str]], ...] = (
    i1_nothing_is_left,
    i8_segments_add_up,
    i8_nothing_is_overdue,
    i8_each_is_told_once,
    open_activities_are_those_that_are_open,
    families_agree,
    merges_come_to_an_end,
    ledgers_balance,
    cases_cost_what_they_should,
    measures_are_sums_over_cases,
)
