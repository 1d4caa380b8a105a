"""What is still to be done for a case: tasks tell their case of themselves, before they are there and when they end."""

from dataclasses import replace
from datetime import datetime

from shared.cases.case import Case, OpenActivity
from shared.cases.messages import NoteActivity, NoteArticle, PlanActivity
from shared.definitions.catalogue import Catalogue
from shared.runtime.decision import Decision, Outgoing
from shared.runtime.envelope import Message
from shared.runtime.ids import derived
from shared.tasks.messages import PutTask


def plan_activity(case: Case, message: Message[PlanActivity], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Count it among what is open, then create it. For a closed case it may be done all the same: nothing waits."""
    task = message.body.task
    created = _created(message)
    if not case.is_open:
        return Decision(state=case, outcome="planned", then=created)
    planned = {**case.open_activities, task.task: OpenActivity(task.type, task.subject)}
    return Decision(state=replace(case, open_activities=planned), outcome="planned", then=created)


def plan_for_nothing(message: Message[PlanActivity], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """There is no such case (yet): the task is there for its contact."""
    return Decision(then=_created(message))


def _created(message: Message[PlanActivity]) -> Outgoing:
    return Outgoing(derived("task", message.id), PutTask(message.body.task), reply_to=message.reply_to)


def note_activity(case: Case, message: Message[NoteActivity], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    """Nothing waits for it any more; what is closed already, the case has told it to."""
    activities = dict(case.open_activities)
    if activities.pop(message.body.activity, None) is None:
        return Decision(state=case, outcome=message.body.state)
    return Decision(state=replace(case, open_activities=activities), outcome=message.body.state)


def note_article(case: Case, message: Message[NoteArticle], _catalogue: Catalogue, _now: datetime) -> Decision[Case]:
    body = message.body
    outcome = "solved_by_article" if body.solved else "article_used"
    return Decision(state=case, outcome=outcome, detail={"article": body.article})
