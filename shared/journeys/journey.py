"""What a journey is to the run engine; the model lives with the other definitions, whose loader builds it."""

from shared.definitions.journey import (
    ActivateTile,
    BranchCase,
    BranchTile,
    ExitTile,
    IfThenTile,
    Journey,
    ReEntry,
    SendTile,
    Ticket,
    Tile,
)

__all__ = [
    "ActivateTile",
    "BranchCase",
    "BranchTile",
    "ExitTile",
    "IfThenTile",
    "Journey",
    "ReEntry",
    "SendTile",
    "Ticket",
    "Tile",
]
