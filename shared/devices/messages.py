"""What is said to a device's partition: who owns it, and which case is open for which of its errors."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import AwareDatetime

from shared.cases.messages import OpenCase, ReactivateCase


@dataclass(frozen=True, slots=True)
class PutDevice:
    """Register a device, or give it to another owner from `since` on."""

    kind: ClassVar[str] = "put_device"
    queue: ClassVar[str] = "contact-commands"

    device: str
    contact: str
    model: str = ""
    since: AwareDatetime | None = None
    """None: from now on, and for a first owner from the beginning."""


@dataclass(frozen=True, slots=True)
class BindAlert:
    """Bind an alert to the one open case of its device and error code, opening it where there is none."""

    kind: ClassVar[str] = "bind_alert"
    queue: ClassVar[str] = "case-commands"

    device: str
    error_code: int
    seen: AwareDatetime
    opening: OpenCase


@dataclass(frozen=True, slots=True)
class ClaimGuard:
    """Make a closed case the open one of its device and error code again, if no other is."""

    kind: ClassVar[str] = "claim_guard"
    queue: ClassVar[str] = "case-commands"

    device: str
    error_code: int
    reactivation: ReactivateCase
