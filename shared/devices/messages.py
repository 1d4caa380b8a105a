"""What is said to a device's partition: who owns it, and which case is open for which of its errors."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import AwareDatetime

from shared.cases.messages import OpenCase, ReactivateCase
from shared.definitions.policy import GIVEN
from shared.runtime.ids import derived, joined, quoted

LONGEST_KEY = 100
"""Of a key as it is brought: a longer one is kept by its hash, for a table key holds 512 characters."""


def guard_place(device: str, error_code: int | None, key: str) -> tuple[str, str]:
    """Name partition and row of the guard: beside its device, or, for a key that is brought, in a place of its own."""
    if key.startswith(GIVEN):
        given = key.removeprefix(GIVEN)
        return joined("alerts", given if len(given) <= LONGEST_KEY else derived(given)), "open:key"
    return quoted(device), f"open:{key or error_code}"


def bound_place(case: str) -> tuple[str, str, str]:
    """Name table, partition and row that say which case has the alert that this one was to be opened for."""
    return "refs", joined("opening", case), "bound"


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
    """Bind an alert to the one open case of its key, by default device and error code; open it where there is none."""

    kind: ClassVar[str] = "bind_alert"
    queue: ClassVar[str] = "case-commands"

    device: str
    error_code: int | None
    seen: AwareDatetime
    opening: OpenCase
    key: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Partition and row of the guard."""
        return guard_place(self.device, self.error_code, self.key)


@dataclass(frozen=True, slots=True)
class ClaimGuard:
    """Make a closed case the open one of its device and error code again, if no other is."""

    kind: ClassVar[str] = "claim_guard"
    queue: ClassVar[str] = "case-commands"

    device: str
    error_code: int | None
    reactivation: ReactivateCase
    key: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Partition and row of the guard."""
        return guard_place(self.device, self.error_code, self.key)


@dataclass(frozen=True, slots=True)
class RecoverDevice:
    """A device works again: of one error, or of all of its errors where it does not say which."""

    kind: ClassVar[str] = "recover_device"
    queue: ClassVar[str] = "case-commands"

    device: str
    seen: AwareDatetime
    """When it was seen to work, by the clock that its alerts are told by."""
    error_code: int | None = None
    alert_key: str = ""


@dataclass(frozen=True, slots=True)
class RecoverAlert:
    """What was alerted of is over, as far as the guard in this partition and row is concerned."""

    kind: ClassVar[str] = "recover_alert"
    queue: ClassVar[str] = "case-commands"

    partition: str
    row: str
    seen: AwareDatetime

    @property
    def place(self) -> tuple[str, str]:
        """Partition and row of the guard."""
        return self.partition, self.row


@dataclass(frozen=True, slots=True)
class SettleAlert:
    """It has been quiet for a while, if `token` is still the one that the guard waits for."""

    kind: ClassVar[str] = "settle_alert"
    queue: ClassVar[str] = "case-commands"

    partition: str
    row: str
    token: str

    @property
    def place(self) -> tuple[str, str]:
        """Partition and row of the guard."""
        return self.partition, self.row
