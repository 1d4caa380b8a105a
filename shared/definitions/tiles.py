"""The tiles of a journey as data: each names the tiles that may follow it; None stands for the journey's end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.definitions.conditions import Condition, attributes_of
from shared.definitions.mapping import Path, Source
from shared.definitions.templates import Channel, Purpose

type Tile = (
    SendTile
    | ActivateTile
    | WaitTile
    | IfThenTile
    | BranchTile
    | SplitTile
    | ExperimentTile
    | ChannelTile
    | TaskTile
    | ExitTile
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which case the link in a message is about."""

    case: Source
    number: Source


@dataclass(frozen=True, slots=True)
class Match:
    """Which events of a trigger are a run's: those whose attribute `by` equals `value`, and that `where` holds for.

    With `by` `contact` it is the event's audience that counts (then `value` is None). `where` speaks of the event's
    attributes as `event.*`.
    """

    trigger: str
    by: str
    value: Source | None
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class SendTile:
    id: str
    channel: Channel
    template: str
    ticket: Ticket | None
    next: str | None


@dataclass(frozen=True, slots=True)
class ActivateTile:
    """Raises a custom trigger; with a `command`, waits for its answer."""

    id: str
    trigger: str
    attributes: Mapping[str, Source]
    command: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class WaitTile:
    """Waits for a time: so long, until a moment, or until what an attribute says, moved by `offset`.

    With a `calendar` a wait that ends outside its hours ends when they next begin.
    """

    id: str
    duration: timedelta | None
    moment: datetime | None
    attribute: Source | None
    offset: timedelta
    calendar: str
    next: str | None


@dataclass(frozen=True, slots=True)
class IfThenTile:
    """Waits for an event, or for the contact to be in a segment: yes as soon as it is so, no after `within`."""

    id: str
    match: Match | None
    segment: str
    within: timedelta
    yes: str | None
    no: str | None


@dataclass(frozen=True, slots=True)
class BranchCase:
    when: Condition
    next: str | None


@dataclass(frozen=True, slots=True)
class BranchTile:
    """Goes on with the first case that holds."""

    id: str
    cases: tuple[BranchCase, ...]
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """`percent` of the contacts take this way."""

    percent: int
    next: str | None


@dataclass(frozen=True, slots=True)
class SplitTile:
    """Sends contacts different ways at random; the same contact always takes the same one."""

    id: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class ExperimentTile:
    """Two ways, of which the better one wins: `a` is taken by `percent` of the contacts as long as that is open."""

    id: str
    percent: int
    winner_by: Literal["goal", "clicks", "opens"]
    ends_after: timedelta
    default: Literal["a", "b"]
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True)
class ChannelTile:
    """Takes the way of the channel that the contact answers to best; `otherwise` where none may be used."""

    id: str
    ways: Mapping[Channel, str | None]
    purpose: Purpose
    """What the contact must have agreed to, for a channel to be one of the choice."""
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class TaskTile:
    """Gives a person or a queue something to do, due after a while."""

    id: str
    subject: str
    owner: Literal["queue", "person"]
    name: str
    due: timedelta
    ticket: Ticket | None
    next: str | None


@dataclass(frozen=True, slots=True)
class ExitTile:
    id: str
    reason: str


def always_waits(tile: Tile) -> bool:
    """Whether every run stops here. One goes on at once where a date has passed, or a contact is in the segment."""
    match tile:
        case WaitTile(duration=duration):
            return duration is not None
        case IfThenTile(match=match):
            return match is not None
        case ActivateTile(command=command):
            return command is not None
        case _:
            return False


def ways_of(tile: Tile) -> tuple[str | None, ...]:
    """The tiles that may follow, in the order in which they are written."""
    match tile:
        case IfThenTile(yes=yes, no=no):
            return yes, no
        case BranchTile(cases=cases, otherwise=otherwise):
            return (*(case.next for case in cases), otherwise)
        case SplitTile(shares=shares):
            return tuple(share.next for share in shares)
        case ExperimentTile(a=a, b=b):
            return a, b
        case ChannelTile(ways=ways, otherwise=otherwise):
            return (*ways.values(), otherwise)
        case ExitTile():
            return ()
        case _:
            return (tile.next,)


def paths_of(tile: Tile) -> Iterator[str]:
    """The paths that the tile's mappings name."""
    match tile:
        case SendTile(ticket=Ticket(case, number)) | TaskTile(ticket=Ticket(case, number)):
            yield from paths_in(case, number)
        case ActivateTile(attributes=attributes):
            yield from paths_in(*attributes.values())
        case WaitTile(attribute=attribute):
            yield from paths_in(attribute)
        case IfThenTile(match=Match(value=value)):
            yield from paths_in(value)


def conditions_of(tile: Tile) -> Iterator[Condition]:
    """The conditions that are asked when a run arrives here, or when what it waits for comes."""
    match tile:
        case BranchTile(cases=cases):
            yield from (case.when for case in cases)
        case IfThenTile(match=Match(where=where)) if where is not None:
            yield where


def paths_in(*sources: Source | None) -> Iterator[str]:
    return (source.path for source in sources if isinstance(source, Path))


def all_paths(tile: Tile) -> Iterator[str]:
    """The paths that the tile names anywhere, `event.*` included."""
    yield from paths_of(tile)
    for condition in conditions_of(tile):
        yield from attributes_of(condition)
