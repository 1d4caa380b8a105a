"""Segments: who belongs together, by what is asked of a contact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.definitions import conditions
from shared.definitions.conditions import Asked, Condition, InSegment, Lookup, asks, holds, is_true, verdict_key
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.scope import CONTACT, Scope


@dataclass(frozen=True, slots=True)
class Segment:
    """`members` asks nothing but of the contact; it may name other segments."""

    name: str
    members: Condition


type Segments = Mapping[str, Segment]


def parse(node: Node, reader: Reader) -> Segment:
    fields = reader.fields(node, ["segment", "members"])
    members: Condition = conditions.All(())
    if "members" in fields:
        members = conditions.parse(fields["members"], Scope({"contact": CONTACT}), reader)
    return Segment(reader.name(fields.get("segment")), members)


def verdicts(asked: Iterable[Asked], segments: Segments, lookup: Lookup) -> dict[str, bool]:
    """The answer to each question about the contact whose `contact.*` and `now` the lookup has."""
    return {verdict_key(each): _answer(each, segments, lookup) for each in asked}


def has_member(name: str, segments: Segments, lookup: Lookup) -> bool:
    """Whether the contact is in the segment; one that is not there has no members."""
    if name not in segments:
        return False
    members = segments[name].members
    return holds(members, lookup, verdicts(asks(members), segments, lookup))


def named(segment: Segment) -> list[str]:
    """The segments that its condition names."""
    return sorted(asked.name for asked in asks(segment.members) if isinstance(asked, InSegment))


def circle(name: str, segments: Mapping[str, Segment | None]) -> list[str]:
    """The way from a segment back to itself, both ends included; empty where none leads there."""
    ways, seen = [[name]], {name}
    while ways:
        way = ways.pop(0)
        segment = segments.get(way[-1])
        for following in named(segment) if segment else ():
            if following == name:
                return [*way, name]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def _answer(asked: Asked, segments: Segments, lookup: Lookup) -> bool:
    match asked:
        case InSegment(name):
            return has_member(name, segments, lookup)
        case _:
            return is_true(asked, lookup)
