"""Why a run went on as it did: which case of a branch held, and by what a choice fell."""

from collections.abc import Mapping
from typing import Any

from shared.definitions.conditions import Lookup
from shared.definitions.tiles import BranchTile, ChannelTile, ExperimentTile, SplitTile, Tile
from shared.journeys import choices
from shared.scenarios import words
from shared.scenarios.rows import RunRow


def told(
    tile: Tile | None, run: RunRow, following: str | None, inputs: Mapping[str, Any], read: Lookup
) -> tuple[str, ...]:
    """Return what is to be said of the way from a tile to the one that follows; `inputs` are those of the step."""
    match tile:
        case BranchTile():
            return _branch(tile, following, read)
        case SplitTile(id_, shares):
            number = int(run.choices[id_])
            return (f"took way {number} of {len(shares)}: {shares[number - 1].percent} % go there, by their id",)
        case ExperimentTile(id_, percent):
            won = id_ in inputs.get("winners", {})
            why = "it has won" if won else f"still open, {percent} % try a, by their id"
            return (f"took {run.choices[id_]}: {why}",)
        case ChannelTile():
            return _channel(tile, run, inputs.get("channels", {}))
        case _:
            return ()


def _branch(tile: BranchTile, following: str | None, read: Lookup) -> tuple[str, ...]:
    taken = next((case.when for case in tile.cases if case.next == following), None)
    if taken is not None:
        return (f"held: {words.condition(taken, read)}",)
    return ("otherwise", *(f"did not hold: {words.condition(case.when, read)}" for case in tile.cases))


def _channel(tile: ChannelTile, run: RunRow, answered: Mapping[str, float]) -> tuple[str, ...]:
    channel, is_control = choices.channel(tile, run.journey, run.contact, answered)
    if channel is None:
        return (f"took none: no channel may be used for {tile.purpose} messages",)
    among = ", ".join(f"{way} {answered[way]:.0%}" for way in tile.ways if way in answered)
    why = f"drawn as a control, like {choices.CONTROL_PERCENT} % of all" if is_control else "answered best"
    return (f"took {channel}: {why} (may be used: {among})",)
