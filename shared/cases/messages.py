"""Commands to cases. Each is applied once per envelope id, by whatever way it came."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import AwareDatetime

from shared.cases.number import number


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a case; for a device error that has an open case already, add an occurrence to that one instead."""

    kind: ClassVar[str] = "open_case"
    queue: ClassVar[str] = "case-commands"

    case: str
    contact: str
    title: str
    priority: str = "normal"
    origin: str = "iot"
    device: str | None = None
    error_code: int | None = None
    seen: AwareDatetime | None = None
    """When the device saw the error (UTC)."""


@dataclass(frozen=True, slots=True)
class CreateCase:
    """The case that an opening or a device's guard has decided on. Handled where it is decided, never sent."""

    kind: ClassVar[str] = "create_case"
    queue: ClassVar[str] = "case-commands"

    case: str
    epoch: int
    opened_at: AwareDatetime
    opening: OpenCase

    @property
    def number(self) -> str:
        return number(self.case, self.opened_at)


@dataclass(frozen=True, slots=True)
class ResolveCase:
    """Resolve an active case; `resolution` is a status reason of `resolved`."""

    kind: ClassVar[str] = "resolve_case"
    queue: ClassVar[str] = "case-commands"

    case: str
    by: str
    resolution: str = "problem_solved"
    text: str = ""
    billable_minutes: int = 0
    if_version: int | None = None
    """The case's version that the sender saw; another one is refused. None: whatever it is."""


@dataclass(frozen=True, slots=True)
class CancelCase:
    """Cancel an active case."""

    kind: ClassVar[str] = "cancel_case"
    queue: ClassVar[str] = "case-commands"

    case: str
    by: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeStatus:
    """Give an active case another status reason."""

    kind: ClassVar[str] = "change_status"
    queue: ClassVar[str] = "case-commands"

    case: str
    by: str
    status_reason: str
    text: str = ""
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class ReactivateCase:
    """Make a resolved or cancelled case active again, unless another case is open for its device and error."""

    kind: ClassVar[str] = "reactivate_case"
    queue: ClassVar[str] = "case-commands"

    case: str
    by: str
    device: str | None = None
    error_code: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReopenCase:
    """The reactivation that a device's guard has granted. Handled where it is granted, never sent."""

    kind: ClassVar[str] = "reopen_case"
    queue: ClassVar[str] = "case-commands"

    case: str
    by: str
    epoch: int | None
    text: str = ""
