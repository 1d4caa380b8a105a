"""A task: something a person or a queue has to do for a contact until a time."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.cases.messages import NoteActivity, PlanActivity
from shared.runtime.codec import plain
from shared.runtime.decision import Answer, Decision, Outgoing, Refusal, View
from shared.runtime.envelope import Message
from shared.runtime.ids import derived, joined
from shared.tasks.messages import CloseTask, CreateTask, MoveTask, PutTask

TABLE = "tasks"
HEAD = "head"
CLOSED = ("done", "cancelled")


@dataclass(frozen=True, slots=True)
class Task:
    """The head of a task's partition."""

    id: str
    subject: str
    contact: str
    owner: str
    """queue or person"""
    name: str
    due_at: datetime
    created_at: datetime
    case: str | None = None
    journey: str = ""
    run: str = ""
    state: str = "open"
    """open | done | cancelled"""
    closed_by: str = ""
    text: str = ""
    version: int = 1
    type: str = "task"


async def create_task(message: Message[CreateTask], _now: datetime) -> Decision[None]:
    """Tell the case first, where it is for one: whoever resolves that must hear of what is still to be done."""
    task = message.body
    if task.case is None:
        return Decision(then=Outgoing(message.id, PutTask(task), reply_to=message.reply_to))
    return Decision(then=Outgoing(message.id, PlanActivity(task.case, task), reply_to=message.reply_to))


def put_task(message: Message[PutTask], _facts: object, now: datetime) -> Decision[Task]:
    body = message.body.creation
    task = Task(
        id=body.task,
        subject=body.subject,
        contact=body.contact,
        owner=body.owner,
        name=body.name,
        due_at=body.due_at,
        created_at=now,
        case=body.case,
        journey=body.journey,
        run=body.run,
        type=body.type,
    )
    answer = Answer({"outcome": "created", "task_id": task.id})
    return Decision(state=task, outcome="created", answer=answer, records=views(task))


def put_before(task: Task, message: Message[PutTask], facts: object, now: datetime) -> Decision[Task]:
    """The task is there, or its case has cancelled it before it was: then it says what it was."""
    if task.contact:
        return Decision()
    put = put_task(message, facts, now)
    assert put.state is not None
    held = replace(
        put.state,
        case=task.case,
        state=task.state,
        closed_by=task.closed_by,
        text=task.text,
        version=task.version + 1,
    )
    return replace(put, state=held, records=views(held))


def close_task(task: Task, message: Message[CloseTask], _facts: object, _now: datetime) -> Decision[Task]:
    body = message.body
    if task.state in CLOSED:
        return Decision(refused=Refusal("transition_not_allowed", "state"))
    if body.state not in CLOSED:
        return Decision(refused=Refusal("unknown_state", "state"))
    closed = replace(task, state=body.state, closed_by=body.by, text=body.text, version=task.version + 1)
    return Decision(
        state=closed,
        outcome=body.state,
        answer=Answer({"outcome": body.state, "task_id": task.id}),
        messages=_told(closed),
        records=views(closed),
    )


def close_unborn(message: Message[CloseTask], _facts: object, now: datetime) -> Decision[Task]:
    """Refuse, except where its case cancels what is still being created: then it is never seen open."""
    body = message.body
    if body.case is None:
        return Decision(refused=Refusal("not_found"))
    task = Task(body.task, "", "", "", "", now, now, body.case, state=body.state, closed_by=body.by, text=body.text)
    return Decision(state=task, outcome=body.state, messages=_told(task))


def move_unborn(_message: Message[MoveTask], _facts: object, _now: datetime) -> Decision[Task]:
    """It is still being created: the case that it is created for passes on what it says."""
    return Decision()


def move_task(task: Task, message: Message[MoveTask], _facts: object, _now: datetime) -> Decision[Task]:
    """Belong to another case; that one counts it as open, and must hear where it is not."""
    moved = replace(task, case=message.body.case, version=task.version + 1)
    messages = _told(moved) if moved.state in CLOSED else ()
    return Decision(state=moved, outcome="moved", messages=messages, records=views(moved))


def _told(task: Task) -> tuple[Outgoing, ...]:
    """Return what a closed task says to its case."""
    if task.case is None:
        return ()
    body = NoteActivity(task.case, task.id, task.state, task.subject, task.closed_by, task.text)
    return (Outgoing(derived("activity", task.id, task.case, str(task.version)), body),)


def list_of(owner: str, name: str) -> str:
    """Name the list of what a queue or a person still has to do, soonest due first."""
    return joined("tasks-of", owner, name)


def list_of_contact(contact: str) -> str:
    """Name the list of a contact's tasks, open and closed."""
    return joined("tasks-for", contact)


def views(task: Task) -> tuple[View, ...]:
    """Return its rows in the lists of whoever has to do it, and of its contact's."""
    line, key = plain(task), joined(task.due_at.isoformat(), task.id)
    return (
        View(list_of(task.owner, task.name), key, task.version, line if task.state == "open" else None),
        View(list_of_contact(task.contact), key, task.version, line),
    )
