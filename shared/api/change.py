"""A change of something that keeps what it was told: handed in, waited for, and answered with what it came to."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header

from shared.api.errand import Errand
from shared.api.preconditions import matches, version_of
from shared.api.problems import INVALID, NOT_NOW, key_reused, version_changed
from shared.api.services import Provided
from shared.runtime.codec import plain
from shared.runtime.decision import Refusal
from shared.runtime.envelope import Body
from shared.runtime.problem import FieldError, Kind, Problem
from shared.runtime.store import Row


class NotTaken(Problem):
    """A 409 that says what is taken instead."""

    def __init__(self, detail: str, error: FieldError, allowed: Sequence[str] = (), kind: Kind = NOT_NOW) -> None:
        super().__init__(kind, detail, [error])
        self._allowed = list(allowed)

    def body(self) -> dict[str, Any]:
        return super().body() | {"allowed": self._allowed}


@dataclass(frozen=True, slots=True)
class Place:
    """Where it leaves a row for what it was told."""

    table: str
    partition: str
    prefix: str = "change:"


class Change(Errand):
    """One request that asks for a change, with the version that its sender saw."""

    def __init__(
        self,
        services: Provided,
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
        prefer: Annotated[str, Header(max_length=255)] = "",
        if_match: Annotated[str, Header(max_length=255)] = "*",
    ) -> None:
        super().__init__(services, idempotency_key, prefer)
        self._if_match = if_match
        self.if_version = version_of(if_match)

    def check_version(self, what: str, etag: str) -> None:
        """Raise Problem (412) where the sender saw another version."""
        if not matches(self._if_match, etag):
            raise version_changed(what)

    async def apply(self, place: Place, id_: str, body: Body, check: Callable[[], Awaitable[None]]) -> Row | None:
        """Return what it came to, or None as long as nobody knows; what is on record already is not checked again."""

        async def look() -> Row | None:
            row = await self.services.store.get(place.table, place.partition, f"{place.prefix}{id_}")
            return _checked(row, body)

        row = await look()
        if row is None:
            await check()
            await self.send(id_, body)
            row = await self.until(look)
        return row


def _checked(row: Row | None, body: Body) -> Row | None:
    """Return what is on record; raises Problem (422) where that is of another request."""
    if row is not None and row.data["body"] != plain(body):
        raise key_reused()
    return row


def refusal_of(row: Row) -> Refusal | None:
    """Return why it was refused; None where it was not."""
    detail = row.data["detail"]
    return Refusal(detail["reason"], detail["field"]) if row.data["outcome"] == "refused" else None


def invalid(fault: Refusal) -> Problem:
    """Name the field that is wrong, and why."""
    return Problem(INVALID, f"Wrong: {fault.field}.", [FieldError(fault.field, fault.reason)])
