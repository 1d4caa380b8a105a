"""Why a case refuses, in words."""

from collections.abc import Mapping

from shared.cases.case import Case

WORDS: Mapping[str, str] = {
    "open_activities": "Something is still to be done for the case: close it, or confirm with cancel_activities.",
    "too_many_activities": "As much is still to be done for the case as there can be: close some of it first.",
    "open_children": "Cases below it are open.",
    "is_merging": "Another case is just being merged into it.",
    "already_so": "That is so already.",
    "its_own_parent": "A case is not below itself.",
    "parent_is_closed": "The case above is closed.",
    "parent_is_a_child": "The case above is below another one: there is one level.",
    "too_many_children": "The case above has as many below it as there can be.",
    "has_children": "Cases are below it: there is one level.",
    "merged_already": "One of the cases is merged into it already, or is just being so.",
    "itself": "A case is not merged into itself.",
    "named_twice": "A case is named twice.",
    "unknown_process": "No process of that name is published.",
    "no_process": "The case is in no process.",
    "not_a_stage_to_go_to": "The way is to the next stage, or back to an earlier one.",
    "not_a_step_to_tick": "The stage has no such box to tick.",
    "case_is_closed": "The case is closed, and read only until it is reactivated.",
    "another_case_is_open": "Another case is open for its device and error code.",
    "unknown_sla": "No SLA of that name is published.",
    "step_required": "A required step of the stage is not done.",
    "taken": "Another agent works on the case.",
    "already_theirs": "The agent works on the case already.",
    "not_assigned": "Nobody works on the case.",
    "not_theirs": "Another agent works on the case.",
    "no_queue": "The case is in no queue to be given back to.",
    "no_routing": "No rules are published that say where cases go.",
    "no_capacity": "The agent has as many cases as they can take.",
    "not_a_member": "Only members of the queue may have its cases.",
    "unknown_agent": "There is no agent with this id.",
    "unknown_queue": "There is no queue of this name.",
    "not_found": "There is no such case, or no such agent.",
    "moved_on": "The case went elsewhere meanwhile.",
}
"""Reason to what it means, where the status of the case alone does not say it."""
HELD = ("taken", "not_theirs")
"""Reasons that somebody else has it."""


def told(reason: str, case: Case) -> str:
    """Return why this case refuses, in words: with who has it where that is why, else by its status."""
    words = WORDS.get(reason, f"The case is {case.status}.")
    return f"{words.removesuffix('.')}: {case.worked_by}." if reason in HELD and case.worked_by else words
