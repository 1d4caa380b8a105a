"""Commands to tasks. Each is applied once per envelope id."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import AwareDatetime


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Give a person or a queue something to do for a contact; the case that it is for is told first."""

    kind: ClassVar[str] = "create_task"
    queue: ClassVar[str] = "case-commands"

    task: str
    subject: str
    contact: str
    owner: str
    """queue or person."""
    name: str
    """Of the queue or the person."""
    due_at: AwareDatetime
    case: str | None = None
    journey: str = ""
    run: str = ""
    type: str = "task"
    """task | phone_call | appointment | email"""
    by: str = ""


@dataclass(frozen=True, slots=True)
class PutTask:
    """The task that a creation has come to. Handled where it is decided, never sent."""

    kind: ClassVar[str] = "put_task"
    queue: ClassVar[str] = "case-commands"

    creation: CreateTask

    @property
    def task(self) -> str:
        return self.creation.task


@dataclass(frozen=True, slots=True)
class CloseTask:
    """Say that a task is done, or that nobody needs it any more."""

    kind: ClassVar[str] = "close_task"
    queue: ClassVar[str] = "case-commands"

    task: str
    by: str
    state: str = "done"
    """done or cancelled."""
    text: str = ""
    case: str | None = None
    """Where the case itself says so, which counts the task before it is there."""


@dataclass(frozen=True, slots=True)
class MoveTask:
    """The task's case was merged into this one."""

    kind: ClassVar[str] = "move_task"
    queue: ClassVar[str] = "case-commands"

    task: str
    case: str
