"""How a case begins, changes and ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import AwareDatetime

from shared.cases.number import number
from shared.cases.queue import QUEUE


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
class EscalateCase:
    """Mark an active case as one that needs attention, or take the mark away."""

    kind: ClassVar[str] = "escalate_case"
    queue: ClassVar[str] = QUEUE

    case: str
    by: str
    escalated: bool = True
    text: str = ""
    if_version: int | None = None
