"""What a case belongs to: another case, an entitlement, an SLA."""

from dataclasses import dataclass
from typing import ClassVar

from shared.cases.queue import QUEUE


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
