"""Stored definitions to what they mean: one at a time, by what is stored with each."""

from collections.abc import Mapping
from typing import Literal, overload

from shared.definitions import (
    attribute_reader,
    calendar_reader,
    contact_attributes,
    journey_reader,
    segment,
    stored,
    template_reader,
    trigger,
)
from shared.definitions.calendar import Calendar
from shared.definitions.contact_attributes import ContactAttributes
from shared.definitions.faults import Fault, Invalid
from shared.definitions.journey import Journey
from shared.definitions.kinds import CASE_READERS, CaseDefinition, CaseKind, Definition, Kind
from shared.definitions.node import of_plain
from shared.definitions.reader import People, Reader
from shared.definitions.segment import Segment
from shared.definitions.templates import Template
from shared.definitions.tile_reader import Library
from shared.definitions.trigger import Trigger


@overload
def parse(kind: Literal["trigger"], source: Mapping[str, object]) -> Trigger: ...
@overload
def parse(kind: Literal["template"], source: Mapping[str, object]) -> Template: ...
@overload
def parse(kind: Literal["contact_attributes"], source: Mapping[str, object]) -> ContactAttributes: ...
@overload
def parse(kind: Literal["segment"], source: Mapping[str, object]) -> Segment: ...
@overload
def parse(kind: Literal["calendar"], source: Mapping[str, object]) -> Calendar: ...
@overload
def parse(kind: Literal["journey"], source: Mapping[str, object]) -> Journey: ...
@overload
def parse(kind: CaseKind, source: Mapping[str, object]) -> CaseDefinition: ...
def parse(kind: Kind, source: Mapping[str, object]) -> Definition:
    """The definition that `Documents.sources` had; Invalid, without lines, if this code cannot read it any more."""
    document = of_plain({key: value for key, value in source.items() if key != stored.USES})
    reader = Reader(f"{kind} {source.get(kind)}")
    reader.people = People(attribute_reader.parse(of_plain(stored.uses_of(source).get(stored.OF_CONTACT, {})), reader))
    parsed: Definition
    match kind:
        case "trigger":
            parsed = trigger.parse(document, reader)
        case "template":
            parsed = template_reader.parse(document, reader)
        case "contact_attributes":
            parsed = contact_attributes.parse(document, reader)
        case "segment":
            parsed = segment.parse(document, reader)
        case "calendar":
            parsed = calendar_reader.parse(document, reader)
        case "journey":
            parsed = journey_reader.parse(document, reader, Library(_used(source)))
        case _:
            parsed = CASE_READERS[kind](document, reader, _library_of(source))
    if reader.faults:
        raise Invalid(reader.faults)
    return parsed


def _used(source: Mapping[str, object]) -> Mapping[str, Trigger]:
    if not isinstance(source.get(stored.USES), Mapping):
        raise Invalid([Fault(f"journey {source.get('journey')}", 0, f"`{stored.USES}` is missing")])
    return {name: parse("trigger", used) for name, used in stored.uses_of(source).items() if name != stored.OF_CONTACT}


def _library_of(source: Mapping[str, object]) -> Library:
    """What a definition about cases means by the names in it; nothing else that it names is looked up again."""
    used = stored.uses_of(source)
    calendars = {
        name.removeprefix(stored.CALENDAR): parse("calendar", held)
        for name, held in used.items()
        if name.startswith(stored.CALENDAR)
    }
    triggers = {
        name: parse("trigger", held)
        for name, held in used.items()
        if name != stored.OF_CONTACT and not name.startswith(stored.CALENDAR)
    }
    return Library(triggers, calendars=calendars, checked=False)
