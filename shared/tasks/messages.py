"""Commands to tasks. Each is applied once per envelope id."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import AwareDatetime


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Give a person or a queue something to do for a contact."""

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
