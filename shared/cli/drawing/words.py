"""Tiles in words, as short as people say them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from shared.definitions.conditions import All, AnyOf, Compare, Condition, InSegment, Not
from shared.definitions.mapping import Path
from shared.definitions.tiles import (
    ActivateTile,
    BranchTile,
    ChannelTile,
    ExitTile,
    ExperimentTile,
    IfThenTile,
    SendTile,
    SplitTile,
    TaskTile,
    Tile,
    WaitTile,
)
from shared.journeys.analytics import TileNumbers

LONGEST = 60
"""Characters of a condition; what is longer is in the definition."""
UNITS: Mapping[str, timedelta] = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "min": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
FLOW = ("arrived", "waiting", "processed", "exited")


def words(tile: Tile) -> str:
    """Say what a tile does."""
    match tile:
        case SendTile(channel=channel, template=template):
            return f"send_{channel} {template}"
        case ActivateTile(trigger=trigger):
            return f"activate_trigger {trigger}"
        case WaitTile():
            return f"wait {_wait(tile)}"
        case IfThenTile(match=match, segment=segment, within=within):
            return f"if_then {match.trigger if match else f'in segment {segment}'} within {span(within)}"
        case BranchTile():
            return "branch"
        case SplitTile():
            return "split"
        case ExperimentTile(winner_by=winner_by):
            return f"experiment by {winner_by}"
        case ChannelTile():
            return "best_channel"
        case TaskTile(subject=subject, owner=owner, name=name):
            return f"create_task {_cut(subject)} for {owner} {name}"
        case ExitTile(reason=reason):
            return f"exit {reason}"


def way_words(tile: Tile) -> Sequence[tuple[str, str]]:
    """Return name and label of each way out of a tile that has several, in the order of its ways."""
    match tile:
        case IfThenTile():
            return [("yes", "yes"), ("no", "no")]
        case BranchTile(cases=cases):
            numbered = enumerate(cases, 1)
            return [*((str(at), _cut(condition(case.when))) for at, case in numbered), ("otherwise", "otherwise")]
        case SplitTile(shares=shares):
            return [(str(at), f"{share.percent} %") for at, share in enumerate(shares, 1)]
        case ExperimentTile(percent=percent):
            return [("a", f"a, {percent} %"), ("b", f"b, {100 - percent} %")]
        case ChannelTile(ways=ways):
            return [*((channel, channel) for channel in ways), ("none", "none")]
        case _:
            return [("next", "")]


def flow(numbers: TileNumbers) -> str:
    """Say what a tile has come to, what is nothing left out."""
    told = {name: getattr(numbers, name) for name in FLOW}
    told |= {name: count for name, count in numbers.more.items() if not name.startswith("way:")}
    told |= {f"blocked by {reason}": count for reason, count in numbers.blocked.items()}
    told |= {f"failed by {reason}": count for reason, count in numbers.failed.items()}
    return ", ".join(f"{count} {_plain(name)}" for name, count in told.items() if count)


def way_flow(numbers: TileNumbers, way: str) -> str:
    """Say how many took a way, where that is counted."""
    return str(numbers.more[f"way:{way}"]) if f"way:{way}" in numbers.more else ""


def span(duration: timedelta) -> str:
    """Say a duration: 1d 2h."""
    parts = []
    for unit, length in UNITS.items():
        count, duration = divmod(duration, length)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def condition(asked: Condition) -> str:
    """Say a condition in one line."""
    match asked:
        case Compare(path, op, value):
            return f"{path} {op} {_value(value)}".rstrip()
        case InSegment(name):
            return f"in segment {name}"
        case All(conditions):
            return " and ".join(map(condition, conditions)) or "always"
        case AnyOf(conditions):
            return f"({' or '.join(map(condition, conditions))})"
        case Not(inner):
            return f"not {condition(inner)}" if isinstance(inner, AnyOf) else f"not ({condition(inner)})"


def _wait(tile: WaitTile) -> str:
    hours = f" in {tile.calendar}" if tile.calendar else ""
    if tile.duration is not None:
        return span(tile.duration) + hours
    if tile.moment is not None:
        return f"until {tile.moment.isoformat()}{hours}"
    source = tile.attribute.path if isinstance(tile.attribute, Path) else "a date"
    moved = f" {'before' if tile.offset < timedelta() else 'after'}" if tile.offset else ""
    return f"until {f'{span(abs(tile.offset))}{moved} ' if moved else ''}{source}{hours}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, timedelta):
        return span(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _plain(name: str) -> str:
    return name.replace("_", " ").replace(":", " ")
