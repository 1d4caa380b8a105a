"""What is still to be done for a case: tasks tell their case of themselves, before they are there and when they end."""

from dataclasses import replace
from datetime import datetime

from shared.cases.case import MOST_ACTIVITIES, Case, OpenActivity
from shared.cases.messages import NoteActivity, NoteArticle, PlanActivity
from shared.definitions.catalogue import Catalogue
from shared.runtime.decision import Decision, Outgoing, Refusal
from shared.runtime.envelope import Message
from shared.runtime.ids import derived
from shared.tasks.messages import PutTask

LONGEST_SUBJECT = 200
"""Characters that a case keeps of a task's subject, which a definition may have made long."""


def plan_activity(case: Case, message: Message[PlanActivity], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Count it among what is open, then create it. A closed case may be followed up; for a merged one, the other is."""
    task = message.body.task
    if case.merged_into is not None:
        there = PlanActivity(case.merged_into, replace(task, case=case.merged_into))
        return Decision(then=Outgoing(message.id, there, reply_to=message.reply_to))
    if len(case.open_activities) >= MOST_ACTIVITIES:
        return Decision(refused=Refusal("too_many_activities", "case"))
    planned = {**case.open_activities, task.task: OpenActivity(task.type, task.subject[:LONGEST_SUBJECT])}
    return Decision(
        state=replace(case, open_activities=planned),
        outcome="planned",
        detail={"task": task.task},
        then=_created(message),
    )


def plan_for_nothing(message: Message[PlanActivity], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """There is no such case (yet): the task is there for its contact."""
    return Decision(then=_created(message))


def _created(message: Message[PlanActivity]) -> Outgoing:
    return Outgoing(derived("task", message.id), PutTask(message.body.task), reply_to=message.reply_to)


def note_activity(case: Case, message: Message[NoteActivity], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Nothing waits for it any more; it may be said twice where it moved with a merge."""
    body = message.body
    if case.merged_into is not None:
        return Decision(then=Outgoing(message.id, replace(body, case=case.merged_into)))
    if body.activity not in case.open_activities:
        return Decision()
    left = {task: activity for task, activity in case.open_activities.items() if task != body.activity}
    return Decision(state=replace(case, open_activities=left), outcome=body.state, detail={"task": body.activity})


def note_article(case: Case, message: Message[NoteArticle], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    body = message.body
    outcome = "solved_by_article" if body.solved else "article_used"
    return Decision(state=case, outcome=outcome, detail={"article": body.article})
