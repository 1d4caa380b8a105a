"""Choices without a dice: the same contact always gets the same one, and many contacts get each in its share."""

from collections.abc import Mapping
from typing import Literal

from shared.definitions.templates import Channel
from shared.definitions.tiles import ChannelTile, ExperimentTile, SplitTile
from shared.runtime.ids import CROCKFORD, derived

CONTROL_PERCENT = 10
"""Contacts whose channel is drawn instead of chosen, so that it can be told what choosing is worth (DOMAIN.md 3)."""


def percentile(*parts: str) -> int:
    """Return a number from 0 to 99 that only depends on the parts, and is evenly spread over them."""
    number = 0
    for character in derived("percentile", *parts)[:13]:
        number = number * 32 + CROCKFORD.index(character)
    return number * 100 >> 65


def share(tile: SplitTile, journey: str, contact: str) -> int:
    """Return which of the tile's ways the contact takes, from 1."""
    drawn = percentile(journey, tile.id, contact)
    passed = 0
    for number, each in enumerate(tile.shares, 1):
        passed += each.percent
        if drawn < passed:
            return number
    return len(tile.shares)


def arm(tile: ExperimentTile, journey: str, contact: str) -> Literal["a", "b"]:
    """Return the way that the contact tries out while nobody knows which is better."""
    return "a" if percentile(journey, tile.id, contact) < tile.percent else "b"


def channel(
    tile: ChannelTile, journey: str, contact: str, answered: Mapping[str, float]
) -> tuple[Channel | None, bool]:
    """Return the channel to take, None where none may be used, and whether it was drawn as a control.

    `answered` has the channels that may be used, each with how often the contact has answered to it (0 to 1); of
    equal ones the one written first is taken.
    """
    allowed: list[Channel] = [way for way in tile.ways if way in answered]
    if not allowed:
        return None, False
    if percentile("control", journey, tile.id, contact) < CONTROL_PERCENT:
        return allowed[percentile("channel", journey, tile.id, contact) * len(allowed) // 100], True
    return max(allowed, key=lambda way: answered[way]), False
