"""The one table of what a case is told: message to what decides on it."""

from collections.abc import Mapping
from typing import Any

from shared.cases import activities, assignment, between, coverage, decide, family, flow, merge, messages, promises
from shared.cases.turn import Begun, Create, Decide, Turned, begun, turned
from shared.runtime.handler import not_found
from shared.sla.messages import CheckSla

CHANGES: Mapping[type[Any], Decide] = {
    messages.UpdateCase: decide.update_case,
    messages.ResolveCase: decide.resolve_case,
    messages.CancelCase: decide.cancel_case,
    messages.ChangeStatus: decide.change_status,
    messages.ReopenCase: decide.reopen_case,
    messages.EscalateCase: decide.escalate_case,
    messages.SetSla: promises.set_sla,
    CheckSla: promises.check_sla,
    messages.AddActivity: decide.add_activity,
    messages.RouteCase: assignment.route_case,
    messages.MoveToQueue: assignment.move_to_queue,
    messages.ReleaseCase: assignment.release_case,
    messages.GiveCase: assignment.give_case,
    messages.KeepWaiting: assignment.keep_waiting,
    messages.PlanActivity: activities.plan_activity,
    messages.NoteActivity: activities.note_activity,
    messages.NoteArticle: activities.note_article,
    messages.MergeCases: merge.merge_cases,
    messages.CoverCase: coverage.cover_case,
    messages.DropEntitlement: coverage.drop_entitlement,
    messages.StartProcess: flow.start_process,
    messages.MoveStage: flow.move_stage,
    messages.TickStep: flow.tick_step,
    messages.AbandonProcess: flow.abandon_process,
    between.AdoptChild: family.adopt_child,
    between.AttachCase: family.attach_case,
    between.NoteChild: family.note_child,
    between.MergeInto: merge.merge_into,
    between.TakeOver: merge.take_over,
    between.TakeLines: merge.take_lines,
    between.NoteMerge: merge.note_merge,
}
"""What happens to a case that is there."""

WITHOUT_CASE: Mapping[type[Any], Create] = {
    messages.GiveCase: assignment.no_case,
    messages.PlanActivity: activities.plan_for_nothing,
    between.AttachCase: family.attach_nothing,
    between.MergeInto: merge.merge_nothing,
}
"""What happens where there is no such case; all others are refused as `not_found`."""

TURNED: Mapping[type[Any], Turned] = {body: turned(change) for body, change in CHANGES.items()}
CREATED: Begun = begun(decide.create_case)


def without_case(body: type[Any]) -> Begun:
    """Return what decides where there is no case."""
    return begun(WITHOUT_CASE.get(body, not_found))
