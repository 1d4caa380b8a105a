"""What a publication changes: per document, and inside of a journey per tile."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.definitions.catalogue import Catalogue
from shared.definitions.journey import Journey
from shared.definitions.kinds import Kind
from shared.definitions.loader import Documents
from shared.definitions.published import Change


@dataclass(frozen=True, slots=True)
class TileChanges:
    """The tiles that a changed journey has more, has no longer, and has otherwise than before."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One document against what is published."""

    kind: Kind
    name: str
    change: Literal["new", "changed", "unchanged"]
    version: int | None = None
    """The version that it becomes; null where it stays the one it is."""
    tiles: TileChanges | None = None
    """Of a changed journey; where none is named, what changed is how it starts or ends, or a trigger it uses."""


def differences(documents: Documents, changes: Sequence[Change], before: Catalogue) -> list[DocumentChange]:
    """Return a line for each document, by kind and name."""
    known = {(change.kind, change.name): change for change in changes}
    return [
        _difference(kind, name, known.get((kind, name)), documents, before) for kind, name in sorted(documents.sources)
    ]


def _difference(
    kind: Kind, name: str, change: Change | None, documents: Documents, before: Catalogue
) -> DocumentChange:
    if change is None:
        return DocumentChange(kind, name, "unchanged")
    if change.is_new:
        return DocumentChange(kind, name, "new", change.version)
    is_journey = kind == "journey" and name in before.journeys
    tiles = tile_changes(before.journeys[name].journey, documents.journeys[name]) if is_journey else None
    return DocumentChange(kind, name, "changed", change.version, tiles)


def tile_changes(before: Journey, after: Journey) -> TileChanges:
    """Compare two versions of a journey by the ids of their tiles."""
    held, wanted = before.tiles, after.tiles
    return TileChanges(
        added=tuple(tile for tile in wanted if tile not in held),
        removed=tuple(tile for tile in held if tile not in wanted),
        changed=tuple(tile for tile in wanted if tile in held and wanted[tile] != held[tile]),
    )
