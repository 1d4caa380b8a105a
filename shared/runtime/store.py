"""What the runtime needs of Table storage: rows in partitions, ETags, one-partition transactions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Data = Mapping[str, Any]
"""A row's content as plain JSON values."""

MAX_CHANGES = 100
"""Operations in one transaction (Azure Tables: 100, one partition, 4 MiB)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One stored entity."""

    key: str
    data: Data
    etag: str


@dataclass(frozen=True, slots=True)
class Insert:
    """Refused where the row exists."""

    key: str
    data: Data


@dataclass(frozen=True, slots=True)
class Replace:
    """Refused where the row's ETag is another, or the row is gone."""

    key: str
    data: Data
    etag: str


@dataclass(frozen=True, slots=True)
class Upsert:
    """Never refused: the last writer wins."""

    key: str
    data: Data


@dataclass(frozen=True, slots=True)
class Delete:
    """Never refused: deleting what is gone is done."""

    key: str


Change = Insert | Replace | Upsert | Delete


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in key order; `after` is where the next page begins, None on the last one."""

    rows: tuple[Row, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Scanned:
    """Rows of one key by their partition, in the order of partitions; `after` is where the next part begins."""

    rows: tuple[tuple[str, Row], ...]
    after: str | None


class Store(Protocol):
    """Tables of partitions of rows. All methods raise Unavailable where the store does not answer."""

    async def get(self, table: str, partition: str, key: str) -> Row | None: ...

    async def write(self, table: str, partition: str, *changes: Change) -> Mapping[str, str]:
        """Apply all changes or none, and return the new ETag of each row that is there now.

        Raises Conflict with the refused row's key, TooLarge before anything is sent.
        """

    async def page(self, table: str, partition: str, *, prefix: str = "", after: str = "", limit: int = 100) -> Page:
        """Return up to `limit` rows whose key begins with `prefix`, from beyond `after` on."""

    async def scan(self, table: str, key: str, *, after: str = "", limit: int = 1000) -> Scanned:
        """Return the row with this key of up to `limit` partitions, from beyond the partition `after` on.

        It costs as much as the table is large: for repairs that people order, never for what happens by itself.
        """
