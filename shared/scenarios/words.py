"""Definitions, values and times in words: for people who ask why."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from shared.definitions.conditions import MISSING, All, AnyOf, Compare, Condition, InSegment, Lookup, Not
from shared.definitions.loader import Documents
from shared.definitions.outline import TILES

MANY = 60
"""Longest value that is written out."""


def condition(written: Condition, lookup: Lookup) -> str:
    """The comparison and what was found: `trigger.error_code gt 10 (is 11)`."""
    match written:
        case Compare(path, op, wanted):
            found = lookup(path)
            is_ = "is not there" if found is MISSING or found is None else f"is {value(found)}"
            operand = "" if wanted is None else f" {value(wanted)}"
            return f"{path} {op}{operand}" if path.startswith("event.") else f"{path} {op}{operand} ({is_})"
        case All(conditions):
            return " and ".join(_inner(each, lookup) for each in conditions)
        case AnyOf(conditions):
            return " or ".join(_inner(each, lookup) for each in conditions)
        case Not(inner):
            return f"not {_inner(inner, lookup)}"
        case InSegment(name):
            return f"is in the segment {name}"
        case other:
            return str(other)


def _inner(written: Condition, lookup: Lookup) -> str:
    words = condition(written, lookup)
    return words if isinstance(written, Compare | InSegment) else f"({words})"


def reader(values: Mapping[str, Any]) -> Lookup:
    """Look paths such as `trigger.error_code` up in nested values."""

    def read(path: str) -> object:
        found: object = values
        for name in path.split("."):
            if not isinstance(found, Mapping) or name not in found:
                return MISSING
            found = found[name]
        return found

    return read


def value(given: object) -> str:
    match given:
        case str():
            text = given
        case tuple() | list():
            text = f"[{', '.join(map(value, given))}]"
        case _:
            text = json.dumps(given, ensure_ascii=False, sort_keys=True, default=str)
    return text if len(text) <= MANY else f"{text[: MANY - 3]}..."


def values(given: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value(each)}" for name, each in given.items())


class Tiles:
    """The tiles of all journeys, as their authors wrote them."""

    def __init__(self, documents: Documents) -> None:
        self._journeys = documents.journeys
        self._sources = {
            (name, str(tile["id"])): tile
            for (kind, name), source in documents.sources.items()
            if kind == "journey"
            for tile in _tiles(source.get("tiles"))
        }

    def words(self, journey: str, tile: str) -> str:
        """`send_sms ticket-opened`; what was given no id is only told by its kind."""
        source = self._sources.get((journey, tile))
        series, _, number = tile.removesuffix("-open").rpartition("-")
        if source is None and "series" in self._sources.get((journey, series), {}):
            return f"series, step {number}"
        if source is None:
            definition = self._journeys[journey].tiles.get(tile) if journey in self._journeys else None
            return type(definition).__name__.removesuffix("Tile").lower()
        kind = next((kind for kind in TILES if kind in source), "tile")
        given = source.get(kind)
        if isinstance(given, Mapping):
            scalars = {name: each for name, each in given.items() if isinstance(each, str | int | float)}
            given = given.get("trigger") or given.get("segment") or values(scalars)
        return f"{kind} {value(given)}".rstrip() if isinstance(given, str) else kind


def _tiles(node: object) -> Iterator[Mapping[str, Any]]:
    """Every mapping with an id, however deep it is nested."""
    if isinstance(node, Mapping):
        if "id" in node:
            yield node
        for each in node.values():
            yield from _tiles(each)
    elif isinstance(node, list):
        for each in node:
            yield from _tiles(each)


def span(length: timedelta) -> str:
    """`1 d 2 h`: no part that is zero."""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        parts += [f"{count} {unit}"] if count else []
    return " ".join(parts) or "0 s"


def moment(time: datetime, zone: tzinfo | None) -> str:
    return f"{time.astimezone(zone):%Y-%m-%d %H:%M:%S}"


Moment = Callable[[datetime], str]
