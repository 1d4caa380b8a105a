"""What is written down, planned and done for a case, and how far its process has come."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import AwareDatetime

from shared.cases.queue import QUEUE
from shared.tasks.messages import CreateTask


@dataclass(frozen=True, slots=True)
class AddActivity:
    """Put on an active case's timeline what was said or done; what is still to be done is a task."""

    kind: ClassVar[str] = "add_activity"
    queue: ClassVar[str] = QUEUE

    case: str
    type: str
    """phone_call | email | sms | note | appointment | conversation"""
    by: str = ""
    text: str = ""
    subject: str = ""
    direction: str = ""
    """in | out; a note has none."""
    parties: tuple[str, ...] = ()
    """Ids of contacts and agents who took part besides `by`."""
    at: AwareDatetime | None = None
    """When it was (UTC), where that is not now."""
    conversation: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class PlanActivity:
    """Count a task among what is open for a case, and then create it."""

    kind: ClassVar[str] = "plan_activity"
    queue: ClassVar[str] = QUEUE

    case: str
    task: CreateTask

    @property
    def by(self) -> str:
        return self.task.by

    @property
    def subject(self) -> str:
        return self.task.subject


@dataclass(frozen=True, slots=True)
class NoteActivity:
    """A task tells its case that it was closed."""

    kind: ClassVar[str] = "note_activity"
    queue: ClassVar[str] = QUEUE

    case: str
    activity: str
    state: str
    """done | cancelled"""
    subject: str = ""
    by: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class NoteArticle:
    """A knowledge article tells a case, open or closed, that it was used for it."""

    kind: ClassVar[str] = "note_article"
    queue: ClassVar[str] = QUEUE

    case: str
    article: str
    subject: str
    """Its title."""
    solved: bool
    by: str


@dataclass(frozen=True, slots=True)
class StartProcess:
    """Put a case into the first stage of a process; the one it is in is left for it."""

    kind: ClassVar[str] = "start_process"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    process: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class MoveStage:
    """Take a case on to the next stage of its process, or back to an earlier one."""

    kind: ClassVar[str] = "move_stage"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    to: str = ""
    """Empty: the next one."""
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class TickStep:
    """Say that a step of the stage is done, or not yet."""

    kind: ClassVar[str] = "tick_step"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    step: str
    done: bool = True
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class AbandonProcess:
    """Leave a process before its end."""

    kind: ClassVar[str] = "abandon_process"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    text: str = ""
    if_version: int | None = None
