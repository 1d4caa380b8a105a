"""Commands to cases. Each is applied once per envelope id, by whatever way it came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import AwareDatetime

from shared.cases.number import number
from shared.tasks.messages import CreateTask

QUEUE = "case-commands"


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a case; for a device error that has an open case already, add an occurrence to that one instead."""

    kind: ClassVar[str] = "open_case"
    queue: ClassVar[str] = QUEUE

    case: str
    contact: str
    title: str
    priority: str = "normal"
    origin: str = "iot"
    device: str | None = None
    error_code: int | None = None
    seen: AwareDatetime | None = None
    """When the device saw the error (UTC)."""
    type: str = "problem"
    description: str = ""
    subject: str = ""
    product: str = ""
    owner: str = ""
    queue_name: str = ""
    """The queue it waits in; empty: the routing rules say."""
    parent: str | None = None
    entitlement: str | None = None
    sla: str = ""
    alert_key: str = ""
    """What alerts of one case have in common, where the policy says that openings bring it."""
    by: str = ""
    conversation: str = ""
    opened_at: AwareDatetime | None = None
    """When that was, for a case from elsewhere; None: now."""
    status_reason: str = "in_progress"
    """One of an active case."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The entitlement that a new case gets; `reason`: why it does not get the one that was named."""

    entitlement: str | None
    sla: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CreateCase:
    """The case that an opening or a device's guard has decided on. Handled where it is decided, never sent."""

    kind: ClassVar[str] = "create_case"
    queue: ClassVar[str] = QUEUE

    case: str
    epoch: int
    opened_at: AwareDatetime
    opening: OpenCase
    coverage: Coverage | None = None
    key: str = ""
    """Which guard has decided it: what its alerts have in common, where that is not device and error code."""

    @property
    def number(self) -> str:
        return number(self.case, self.opened_at)

    @property
    def by(self) -> str:
        return self.opening.by

    @property
    def conversation(self) -> str:
        return self.opening.conversation


@dataclass(frozen=True, slots=True)
class UpdateCase:
    """Change what an active case says."""

    kind: ClassVar[str] = "update_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    changes: Mapping[str, Any]
    """Column to its new value; see `shared.cases.decide.EDITABLE`."""
    text: str = ""
    if_version: int | None = None
    """The case's version that the sender saw; another one is refused. None: whatever it is."""


@dataclass(frozen=True, slots=True)
class ResolveCase:
    """Resolve an active case; `resolution` is a status reason of `resolved`."""

    kind: ClassVar[str] = "resolve_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    resolution: str = "problem_solved"
    text: str = ""
    billable_minutes: int = 0
    if_version: int | None = None
    cancel_activities: bool = False
    """Whether what is still to be done for it is cancelled; else that refuses the command."""
    if_epoch: int | None = None
    """The opening that is meant; a case that was opened anew since then stays open."""
    if_parent: str | None = None
    """The case above, that is closed too; one that is not below it stays open."""


@dataclass(frozen=True, slots=True)
class CancelCase:
    """Cancel an active case for which nothing is left to be done."""

    kind: ClassVar[str] = "cancel_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    text: str = ""
    if_version: int | None = None
    if_parent: str | None = None
    """The case above, that is closed too; one that is not below it stays open."""


@dataclass(frozen=True, slots=True)
class ChangeStatus:
    """Give an active case another status reason."""

    kind: ClassVar[str] = "change_status"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    status_reason: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class ReactivateCase:
    """Make a resolved or cancelled case active again, unless another case is open for its device and error."""

    kind: ClassVar[str] = "reactivate_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    device: str | None = None
    error_code: int | None = None
    text: str = ""
    alert_key: str = ""
    """The key of the case's guard."""


@dataclass(frozen=True, slots=True)
class ReopenCase:
    """The reactivation that a device's guard has granted. Handled where it is granted, never sent."""

    kind: ClassVar[str] = "reopen_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    epoch: int | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class SetSla:
    """Hold an active case to an SLA: `none` to none at all, empty to the one that holds without anybody's word."""

    kind: ClassVar[str] = "set_sla"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    sla: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class EscalateCase:
    """Mark an active case as one that needs attention, or take the mark away."""

    kind: ClassVar[str] = "escalate_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    escalated: bool = True
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class RouteCase:
    """Send an active case where the rules lead it; one that is worked on there already stays."""

    kind: ClassVar[str] = "route_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str = ""
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class MoveToQueue:
    """Put an active case into a queue, away from whoever works on it."""

    kind: ClassVar[str] = "move_to_queue"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    queue_name: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseCase:
    """Give a case back to its queue, for others."""

    kind: ClassVar[str] = "release_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    text: str = ""
    if_version: int | None = None
    own: bool = False
    """Only where whoever gives it back is who works on it."""


@dataclass(frozen=True, slots=True)
class PickCase:
    """Take an active case that nobody works on. It begins at the agent, who must have a slot for it."""

    kind: ClassVar[str] = "pick_case"
    queue: ClassVar[str] = QUEUE

    case: str
    agent: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class AssignCase:
    """Give an active case to an agent, who must have a slot for it; whoever works on it loses it."""

    kind: ClassVar[str] = "assign_case"
    queue: ClassVar[str] = QUEUE

    case: str
    agent: str
    by: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class GiveCase:
    """An agent has taken a slot for the case. Handled where it was taken, never sent."""

    kind: ClassVar[str] = "give_case"
    queue: ClassVar[str] = QUEUE

    case: str
    agent: str
    slot: str
    queue_name: str | None
    """The queue that the agent may take it from; None: whichever it is in."""
    place: str = ""
    """Where it waits; it is refused elsewhere. Empty: it is taken by hand, wherever it waits."""
    takes_away: bool = False
    """From whoever works on it; else that refuses it."""
    by: str = ""
    text: str = ""
    if_version: int | None = None
    why: Mapping[str, Any] = field(default_factory=dict)
    """Why this agent."""


@dataclass(frozen=True, slots=True)
class SeekAgent:
    """Look for the agent best suited for a waiting case. Handled where it begins to wait, once that is to be seen."""

    kind: ClassVar[str] = "seek_agent"
    queue: ClassVar[str] = QUEUE

    case: str
    place: str


@dataclass(frozen=True, slots=True)
class KeepWaiting:
    """All who were asked for a waiting case are full by now. Handled where the last of them was asked, never sent."""

    kind: ClassVar[str] = "keep_waiting"
    queue: ClassVar[str] = QUEUE

    case: str
    place: str
    passed_over: Mapping[str, int]
    """Reason to how many agents it held of."""
    looked_at: int


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
class SetParent:
    """Put an active case below another one, or with `parent` None nowhere: one level, no circles."""

    kind: ClassVar[str] = "set_parent"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    parent: str | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MergeCases:
    """Merge up to ten cases of one customer into an active one: what happened to them moves there."""

    kind: ClassVar[str] = "merge_cases"
    queue: ClassVar[str] = QUEUE

    case: str
    """The one that stays."""
    by: str
    sources: tuple[str, ...]
    text: str = ""
    if_version: int | None = None


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
class CoverCase:
    """Put an active case under an entitlement, or with None under none."""

    kind: ClassVar[str] = "cover_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    entitlement: str | None
    sla: str = ""
    """The entitlement's."""
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class DropEntitlement:
    """Take a case from under an entitlement that does not cover it; another one that it has by now stays."""

    kind: ClassVar[str] = "drop_entitlement"
    queue: ClassVar[str] = QUEUE

    case: str
    entitlement: str
    reason: str
