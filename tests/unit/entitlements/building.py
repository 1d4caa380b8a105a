"""Entitlements, cases that tell where they stand, and a process that may end at any request."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from shared.cases.messages import DropEntitlement
from shared.entitlements.entitlement import HEAD, TABLE, Entitlement
from shared.entitlements.entries import PREFIX, Entry, entry_of
from shared.entitlements.messages import ActivateEntitlement, ChargeCase, PutEntitlement, Terms
from shared.runtime import codec
from shared.runtime.envelope import Body, Message
from shared.runtime.ids import derived
from shared.runtime.memory.store import MemoryStore
from shared.runtime.pipeline import Pipeline
from shared.runtime.publisher import Publisher
from shared.runtime.store import Change, Page, Row, Scanned
from tests.unit.bodies import all_handlers
from tests.unit.runtime.world import World, no_provider, nobody_listens

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TERMS = Terms("C-1", "Ten cases", date(2026, 1, 1), date(2026, 12, 31), 10, decrement_on="create")
KINDS = ("put_entitlement", "activate_entitlement", "cancel_entitlement", "renew_entitlement", "charge_case")


def terms(**fields: Any) -> Terms:
    return replace(TERMS, **fields)


def entitlement(**fields: Any) -> Entitlement:
    """An active one that nothing was taken from."""
    agreed = fields.pop("terms", TERMS)
    held = Entitlement("E-1", agreed, agreed.total, NOON, activated_at=NOON)
    return replace(held, **fields)


def message[B](body: B, id: str = "m1", at: datetime = NOON) -> Message[B]:  # noqa: A002
    return Message(id, at, body)


def charge(case: str = "K-1", as_of: int = 1, stage: str = "open", minutes: int = 0, **fields: Any) -> ChargeCase:
    said = ChargeCase("E-1", case, "C-1", "email", "", NOON, stage, minutes, as_of)
    return replace(said, **fields)


class Crash(Exception):
    """The process ended."""


class CrashingStore:
    """Memory of a process that ends at a request, before or after it took effect."""

    def __init__(self, inner: MemoryStore) -> None:
        self._inner = inner
        self.left = -1
        """Requests until then; below zero: never."""
        self.afterwards = False

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        self._crash(before=True)
        return await self._inner.get(table, partition, key)

    async def write(self, table: str, partition: str, *changes: Change) -> Mapping[str, str]:
        self._crash(before=not self.afterwards)
        tags = await self._inner.write(table, partition, *changes)
        self._crash(before=False, again=True)
        return tags

    async def page(self, table: str, partition: str, *, prefix: str = "", after: str = "", limit: int = 100) -> Page:
        self._crash(before=True)
        return await self._inner.page(table, partition, prefix=prefix, after=after, limit=limit)

    async def scan(self, table: str, key: str, *, after: str = "", limit: int = 1000) -> Scanned:
        self._crash(before=True)
        return await self._inner.scan(table, key, after=after, limit=limit)

    def _crash(self, *, before: bool, again: bool = False) -> None:
        if self.left == 0 and (before or again):
            self.left = -1
            raise Crash
        if not again:
            self.left -= 1 if self.left > 0 else 0


class Office(World):
    """Handles what is said to entitlements; the one of the tests is active."""

    def __init__(self) -> None:
        super().__init__(*(handler for kind, handler in all_handlers().items() if kind in KINDS))
        self.clock.at = NOON

    async def agrees(self, agreed: Terms = TERMS, id: str = "E-1") -> None:  # noqa: A002
        await self.says(PutEntitlement(id, "kim", agreed), f"put-{id}")
        await self.says(ActivateEntitlement(id, "kim"), f"activate-{id}")

    async def says(self, body: Body, id: str = "") -> None:  # noqa: A002
        """Apply a message; without an id, the one that its sender derives."""
        await self.handle(body, id=id or self.id_of(body), time=self.clock.now())

    @staticmethod
    def id_of(body: Any) -> str:
        return derived("charge", body.entitlement, body.case, str(body.as_of))

    async def held(self, id: str = "E-1") -> Entitlement:  # noqa: A002
        row = await self.rows.get(TABLE, id, HEAD)
        assert row is not None
        return codec.typed(Entitlement, row.data["state"])

    async def ledger(self, id: str = "E-1") -> list[Entry]:  # noqa: A002
        page = await self.rows.page(TABLE, id, prefix=PREFIX, limit=1000)
        return [entry_of(row.data) for row in page.rows]

    def dropped(self) -> set[tuple[str, str]]:
        """(case, reason) of each case that was told."""
        told = [codec.typed(DropEntitlement, each.body) for each in self.bus.envelopes("case-commands")]
        return {(drop.case, drop.reason) for drop in told}

    def over(self, store: CrashingStore) -> None:
        """Go on as a process over another store."""
        known = {kind: handler for kind, handler in all_handlers().items() if kind in KINDS}
        publisher = Publisher(store, self.bus, nobody_listens, self.clock)
        self.pipeline = Pipeline(store, self.bus, self.clock, known, publisher, no_provider)
