"""How a deployment treats its cases: when alerts are one case, what a recovery does, which statuses may follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

type Part = Literal["device", "error_code", "attribute"]
type Recovery = Literal["note", "resolve"]
type Closing = Literal["independent", "cascade", "blocked"]

NAME = "cases"
OF_DEVICE = "device"
GIVEN = "key:"
"""Forms of an alert's key: empty for its error code, all errors of the device, or what the opening brings."""
PARTS: tuple[Part, ...] = ("device", "error_code")
RECOVERIES: tuple[Recovery, ...] = ("note", "resolve")
CLOSINGS: tuple[Closing, ...] = ("independent", "cascade", "blocked")


@dataclass(frozen=True, slots=True)
class Flapping:
    """An error comes and goes when more than `alerts` alerts opened its case anew `within` such a time.

    It is over when nothing was heard of it for `quiet`.
    """

    alerts: int = 3
    within: timedelta = timedelta(hours=1)
    quiet: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds where nothing is published, unless said otherwise."""

    name: str = NAME
    alert_key: tuple[Part, ...] = PARTS
    """What alerts have in common that belong to one case. `attribute`: the `alert_key` that an opening brings."""
    reopen_within: timedelta = timedelta(hours=24)
    """For so long after a case was resolved, an alert reopens it; zero: never, each opens another one."""
    recovery: Recovery = "note"
    flapping: Flapping | None = Flapping()
    """None: however often an error comes and goes, each turn counts."""
    allowed: Mapping[str, frozenset[str]] | None = None
    """Status reason to those that may follow it; None: all that the table of transitions has."""
    closing: Closing = "independent"

    def may_follow(self, status_reason: str, following: str) -> bool:
        """Whether the allow-list lets a case go on to the status reason; one that is not in the list goes anywhere."""
        if self.allowed is None or status_reason not in self.allowed:
            return True
        return following in self.allowed[status_reason]

    def key_of(self, device: str | None, error_code: int | None, given: str) -> str | None:
        """The key that an alert counts by; None where nothing tells it from others, so that it opens a case anyway.

        One that brings no key of its own counts by device and error code.
        """
        if given and "attribute" in self.alert_key:
            return f"{GIVEN}{given}"
        if device is None or error_code is None:
            return None
        return OF_DEVICE if self.alert_key == ("device",) else ""
