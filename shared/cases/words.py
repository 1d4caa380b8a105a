"""What happened to a case in words, line by line: for its summary, and for who reads its timeline."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.cases.timeline import Line

BETWEEN = frozenset({"keep_waiting", "note_child", "take_over", "check_sla"})
"""What cases say to each other, and the system to itself: nobody who takes a case over needs it."""
UNTOLD = frozenset({"stays", "stays_open"})
"""Outcomes after which all is as before."""
DIRECTIONS = {"in": " from the customer", "out": " to the customer"}

type Detail = Mapping[str, Any]
type Phrase = Callable[[Line], str]


def phrase(line: Line) -> str:
    """Return what happened, as a sentence begins; empty where it tells nobody anything."""
    if line.kind in BETWEEN or line.outcome in UNTOLD:
        return ""
    known = PHRASES.get((line.kind, line.outcome)) or PHRASES.get((line.kind, ""))
    if known is None:
        return f"{spaced(line.kind).capitalize()}{DIRECTIONS.get(line.direction, '')}"
    return known(line) if callable(known) else known + DIRECTIONS.get(line.direction, "")


def why(line: Line) -> str:
    """Return the particulars of a line: who got the case and why, by which rule, which columns, when it is due."""
    detail = line.detail
    told = [
        _target(detail) if line.kind in WHERE else "",
        *(said.format(detail[key]) for key, said in NAMED.items() if detail.get(key)),
        f"skills {_counts(detail['proficiency'])}" if detail.get("proficiency") else "",
        f"{detail['looked_at']} looked at" if detail.get("looked_at") else "",
        f"passed over: {_counts(detail['passed_over'])}" if detail.get("passed_over") else "",
        ", ".join(detail.get("columns", ())),
    ]
    return "; ".join(part for part in told if part)


def spaced(code: str) -> str:
    """Return a code as words."""
    return code.replace("_", " ").replace("-", " ")


def _target(detail: Detail) -> str:
    if agent := detail.get("agent"):
        return f"to {agent}"
    if person := detail.get("person"):
        return f"to {person}"
    return f"to the queue {detail['queue']}" if detail.get("queue") else ""


def _counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{spaced(name)} {count}" for name, count in counts.items())


def _given(line: Line) -> str:
    before = line.detail.get("taken_from")
    return f"Assigned to {line.detail.get('agent', 'an agent')}{f', taken from {before}' if before else ''}"


def _routed(line: Line) -> str:
    return f"Sent {_target(line.detail)}" if line.detail else ""


def _released(line: Line) -> str:
    queue = line.detail.get("queue")
    return f"Given back by {line.detail.get('agent', 'an agent')}{f' to the queue {queue}' if queue else ''}"


def _updated(line: Line) -> str:
    columns = [spaced(name) for name in line.detail.get("columns", ())]
    return f"Changed {', '.join(columns)}" if columns else ""


def _sla(line: Line) -> str:
    return f"SLA {spaced(line.detail.get('kpi', ''))}: {line.outcome}"


def _set_sla(line: Line) -> str:
    wanted = line.detail.get("sla")
    return f"SLA set to {wanted}" if wanted else "SLA as the rules say"


def _process(begin: str) -> Phrase:
    def told(line: Line) -> str:
        what = line.detail.get("stage") or line.detail.get("step") or line.detail.get("process") or ""
        return f"{begin} {spaced(what)}".rstrip()

    return told


def _status(line: Line) -> str:
    return f"Status changed to {spaced(line.outcome)}"


def _task(line: Line) -> str:
    return f"A task was {spaced(line.outcome)}"


PHRASES: Mapping[tuple[str, str], str | Phrase] = {
    ("create_case", ""): "Opened",
    ("resolve_case", ""): "Resolved",
    ("cancel_case", ""): "Cancelled",
    ("reopen_case", ""): "Reactivated",
    ("change_status", ""): _status,
    ("update_case", ""): _updated,
    ("escalate_case", "escalated"): "Escalated",
    ("escalate_case", "de_escalated"): "No longer escalated",
    ("phone_call", ""): "Phone call",
    ("email", ""): "E-mail",
    ("sms", ""): "SMS",
    ("note", ""): "Note",
    ("appointment", ""): "Appointment",
    ("conversation", ""): "Conversation",
    ("plan_activity", ""): "To be done",
    ("note_activity", ""): _task,
    ("note_article", "solved_by_article"): "Solved by an article",
    ("note_article", ""): "Article used",
    ("cover_case", "covered"): "Covered by an entitlement",
    ("cover_case", ""): "Under no entitlement any more",
    ("drop_entitlement", ""): "Under no entitlement any more",
    ("route_case", ""): _routed,
    ("move_to_queue", ""): _routed,
    ("give_case", ""): _given,
    ("release_case", ""): _released,
    ("set_sla", ""): _set_sla,
    ("sla", ""): _sla,
    ("start_process", ""): _process("Process begun:"),
    ("move_stage", "process_finished"): "Process finished",
    ("move_stage", ""): _process("Stage:"),
    ("tick_step", "step_done"): _process("Step done:"),
    ("tick_step", ""): _process("Step no longer done:"),
    ("abandon_process", ""): "Process abandoned",
    ("adopt_child", ""): "Another case was put below it",
    ("attach_case", "attached"): "Put below another case",
    ("attach_case", ""): "No longer below another case",
    ("merge_cases", ""): "Other cases are merged into it",
    ("merge_into", ""): "Merged into another case",
    ("take_lines", ""): "Another case was merged into it",
    ("note_merge", ""): "Another case was not merged into it",
}
"""(kind, outcome) to what is said of it; without an outcome, of all others of the kind."""
WHERE = frozenset({"give_case", "route_case", "move_to_queue", "create_case", "reopen_case"})
"""Kinds whose detail says where the case went."""
NAMED = {
    "taken_from": "taken from {}",
    "kpi": "{}",
    "due": "due {}",
    "late_seconds": "{} s late",
    "reason": "{}",
    "not_covered": "not covered: {}",
    "sla": "SLA {}",
    "process": "{}",
    "stage": "stage {}",
    "step": "step {}",
    "entitlement": "entitlement {}",
    "article": "article {}",
    "task": "task {}",
    "parent": "below {}",
    "child": "case {}",
    "into": "into {}",
    "source": "of {}",
    "rule": "rule {}",
}
"""Keys of a detail that are told, and how."""
