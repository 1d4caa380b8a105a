"""The invariants of DESIGN.md 3, held against a world that has come to rest. Each check yields what it finds wrong.

The checks know the rows and the messages, not the code that made them: a broken rule in the code must not hide itself.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from shared.cases.transitions import ALLOWED, REASONS, STATUS_OF
from shared.runtime.ids import joined
from shared.runtime.store import Delete
from tests.simulation import audit_alerts, audit_runs
from tests.simulation.evidence import Evidence, Rows, order
from tests.simulation.story import PHONES, SEGMENTED, Story
from tests.simulation.world import World

JOURNEY = "critical-device-error"
FIRST = REASONS["active"][0]


def violations(world: World, story: Story) -> list[str]:
    """Return everything that is wrong, each with the invariant's name; empty where all is well."""
    evidence = Evidence(world, story)
    return [f"{check.__name__}: {found}" for check in CHECKS for found in check(evidence)]


def i1_nothing_is_silent(it: Evidence) -> Iterator[str]:
    for name, queue in it.world.queues.queues.items():
        if queue.waiting or queue.dead:
            yield f"{name} still holds {len(queue.waiting)} messages and {len(queue.dead)} dead letters"
    for rows in it.partitions("rejected"):
        for line in rows.values():
            if not _unknown_by_right(it, line):
                yield f"rejected: {line}"
    unmatched = {event for rows in it.partitions("unmatched") for event in rows}
    started = {run["event"] for run in it.runs.values() if run["journey"] == JOURNEY}
    for event in it.story.accepted.keys() - started - unmatched:
        yield f"event {event} was accepted and left no trace"
    for identity, body in it.story.commands.items():
        if body.queue == "case-commands" and not _applied(it, identity):
            yield f"command {identity} left no trace"


def _unknown_by_right(it: Evidence, line: dict[str, Any]) -> bool:
    """An e-mail's report names the provider's id only; where no answer ever told it, the report finds nobody."""
    lost = [delivery for delivery in it.deliveries.values() if delivery["reason"] == "outcome_unknown"]
    return line["reason"] == "unknown_delivery" and any(delivery["channel"] == "email" for delivery in lost)


def i1_runs_come_to_an_end(it: Evidence) -> Iterator[str]:
    for key, run in it.runs.items():
        if run["status"] == "running":
            yield f"run {key} of {run['journey']} still waits for {run['waiting']}"


def i1_publishing_turns_nobody_away(it: Evidence) -> Iterator[str]:
    """Until a new version is live the one before it is in force; only `latecomer` has none before."""
    for key, run in it.runs.items():
        if run["reason"] == "not_live" and run["journey"] != "latecomer" and run["journey"] not in it.stopped:
            yield f"run {key} of {run['journey']} was turned away while version {run['version']} was being published"


def i2_one_run_per_event(it: Evidence) -> Iterator[str]:
    on_events = [run for run in it.all_runs if run["journey"] not in SEGMENTED]
    started = Counter((run["journey"], run["event"]) for run in on_events)
    yield from (f"{key} started {count} runs" for key, count in started.items() if count > 1)
    for key, run in it.runs.items():
        if run["journey"] == JOURNEY and run["event"] in it.story.accepted and run["reason"] != "not_live":
            wanted = it.story.accepted[run["event"]]["error_code"] > 10
            if wanted == (run["status"] == "not_entered"):
                yield f"run {key} is {run['status']} for {run['attributes']}"


def i2_commands_count_once(it: Evidence) -> Iterator[str]:
    """Heads have taken as many steps as there are rows of steps that changed them."""
    for table, head, step in (("cases", "head", "activity:"), ("contacts", "head", "change:")):
        for partition, rows in it.tables(table).items():
            taken = sum(key.startswith(step) and row["outcome"] != "refused" for key, row in rows.items())
            if head in rows and rows[head]["n"] != taken:
                yield f"{table} {partition} counts {rows[head]['n']} steps, and has {taken}"
    for key, steps in it.run_steps.items():
        if [step["n"] for step in steps[1:]] != list(range(1, len(steps))):
            yield f"run {key} took steps {[step['n'] for step in steps]}"


def i2_occurrences_add_up(it: Evidence) -> Iterator[str]:
    alerts = 0
    for device, rows in it.tables("devices").items():
        for key, guard in rows.items():
            if key.startswith("open:"):
                bound = _bound(rows, key.removeprefix("open:"))
                alerts += sum(step["kind"] == "bind_alert" for step in bound)
                yield from _counted(device, key, guard, bound)
    asked = sum(run["journey"] == JOURNEY and "ticket" in run["path"] for run in it.runs.values())
    if alerts != asked:
        yield f"{asked} runs asked for a case, {alerts} alerts were bound"


def _bound(rows: Rows, code: str) -> list[dict[str, Any]]:
    kinds = ("alert:", "claim:", "recovery:", "settling:")
    steps = [row for key, row in rows.items() if key.startswith(kinds) and _code(row["body"]) == code]
    return sorted((step for step in steps if step["outcome"] not in ("refused", "outdated")), key=order)


def _code(body: dict[str, Any]) -> str:
    """Return the error code that a message to a guard is about."""
    return str(body["error_code"]) if "error_code" in body else body["row"].removeprefix("open:")


def _counted(device: str, key: str, guard: dict[str, Any], bound: list[dict[str, Any]]) -> Iterator[str]:
    count = 0
    for step in bound:
        count = {"opened": 1, "occurrence_added": count + 1, "reopened": count + 1}.get(step["outcome"], count)
    if guard["state"]["count"] != count or guard["n"] != len(bound):
        yield f"{device} {key} counts {guard['state']['count']} in {guard['n']} steps; rows say {count} in {len(bound)}"


def i3_one_message_per_delivery(it: Evidence) -> Iterator[str]:
    sent = Counter(message.tag.split("~")[1] for message in it.world.provider.inner.accepted)
    for key, delivery in it.deliveries.items():
        state, reason = delivery["state"], delivery["reason"]
        allowed = {"sent": (1,), "delivered": (1,)}.get(state, (0, 1) if reason == "outcome_unknown" else (0,))
        if sent[key] not in allowed:
            yield f"delivery {key} is {state} ({reason}), and the provider sent {sent[key]}"
        if state not in ("sent", "delivered") and not reason:
            yield f"delivery {key} ended as {state} without a reason"
    yield from (f"the provider sent {key}, which is no delivery" for key in sent.keys() - it.deliveries.keys())


def i4_changes_are_rows_of_the_table(it: Evidence) -> Iterator[str]:
    for case, rows in it.tables("cases").items():
        held = ""
        for step in sorted((row for key, row in rows.items() if key.startswith("activity:")), key=order):
            following = FIRST if step["outcome"] == "opened" else step["outcome"]
            if step["outcome"] == "opened" and held:
                yield f"case {case} was opened twice"
            elif following not in STATUS_OF:
                continue  # refused, or nothing that changes the status
            elif held and following not in ALLOWED.get((held, step["kind"]), ()):
                yield f"case {case} went from {held} by {step['kind']} to {following}"
            held = following
        if rows["head"]["state"]["status_reason"] != held:
            yield f"case {case} is {rows['head']['state']['status_reason']}, its rows say {held}"


def i6_one_open_case_per_error(it: Evidence) -> Iterator[str]:
    """At every moment, not only in the end."""
    open_cases: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for table, partition, change in it.world.commits:
        if table == "cases" and change.key == "head" and not isinstance(change, Delete):
            case = change.data["state"]
            held = open_cases[case["device"], case["error_code"]]
            (held.add if case["status"] == "active" else held.discard)(partition)
            if len(held) > 1:
                yield f"{sorted(held)} are open at once for {case['device']} {case['error_code']}"


def i10_no_personal_data_outside_the_contact(it: Evidence) -> Iterator[str]:
    personal = [*PHONES.values(), "@example.com"]
    for table, partition, change in it.world.commits:
        if table != "contacts" and not isinstance(change, Delete):
            text = json.dumps(change.data)
            yield from (f"{table} {partition} {change.key} holds {value}" for value in personal if value in text)
    for queue, message in it.world.bus.sent:
        yield from (f"a message on {queue} holds {value}" for value in personal if value.encode() in message.body)


def read_models_tell_the_truth(it: Evidence) -> Iterator[str]:
    views = it.tables("views")
    for case, rows in it.tables("cases").items():
        head = rows["head"]["state"]
        key = joined(datetime.fromisoformat(head["opened_at"]).isoformat(), case)
        line = views.get(joined("cases-of", head["contact"]), {}).get(key)
        if line is None or line["data"]["status_reason"] != head["status_reason"]:
            yield f"case {case} is {head['status_reason']}, its customer's list says {line}"
        listed = views.get("open-cases", {}).get(key, {}).get("data") is not None
        if listed != (head["status"] == "active"):
            yield f"case {case} is {head['status']}, and listed as open: {listed}"


def _applied(it: Evidence, identity: str) -> bool:
    keys = {f"activity:{identity}", f"claim:{identity}"}
    return any(keys & rows.keys() for table in ("cases", "devices") for rows in it.partitions(table))


CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    i1_nothing_is_silent,
    i1_runs_come_to_an_end,
    i1_publishing_turns_nobody_away,
    i2_one_run_per_event,
    i2_commands_count_once,
    i2_occurrences_add_up,
    i3_one_message_per_delivery,
    i4_changes_are_rows_of_the_table,
    i6_one_open_case_per_error,
    i10_no_personal_data_outside_the_contact,
    read_models_tell_the_truth,
    *audit_alerts.CHECKS,
    *audit_runs.CHECKS,
)
