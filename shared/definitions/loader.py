"""Definition files to definitions, checked as a whole."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol, overload

from shared.definitions import (
    attribute_reader,
    calendar_reader,
    contact_attributes,
    intake_reader,
    journey_reader,
    policy_reader,
    process_reader,
    queue,
    routing_reader,
    segment,
    sla_reader,
    stored,
    template_reader,
    trigger,
)
from shared.definitions.attributes import Attribute
from shared.definitions.calendar import Calendar
from shared.definitions.contact_attributes import ContactAttributes
from shared.definitions.faults import Fault, Invalid
from shared.definitions.intake import Intake
from shared.definitions.journey import Journey
from shared.definitions.names import nearest
from shared.definitions.node import Node, of_plain
from shared.definitions.policy import Policy
from shared.definitions.process import Process
from shared.definitions.queue import Queue
from shared.definitions.reader import People, Reader
from shared.definitions.routing import Routing
from shared.definitions.segment import Segment
from shared.definitions.sla import Sla
from shared.definitions.stored import Source
from shared.definitions.templates import Template
from shared.definitions.tile_reader import Library
from shared.definitions.trigger import Trigger

type CaseKind = Literal["process", "policy", "sla", "intake", "routing", "queue"]
type Kind = Literal["trigger", "template", "contact_attributes", "segment", "calendar", "journey"] | CaseKind
type CaseDefinition = Process | Policy | Sla | Intake | Routing | Queue
type Definition = Trigger | Template | ContactAttributes | Segment | Calendar | Journey | CaseDefinition


class CaseReader(Protocol):
    def __call__(self, node: Node, reader: Reader, library: Library) -> CaseDefinition: ...


CASE_READERS: Mapping[CaseKind, CaseReader] = {
    "process": process_reader.parse,
    "policy": policy_reader.parse,
    "sla": sla_reader.parse,
    "intake": intake_reader.parse,
    "routing": routing_reader.parse,
    "queue": queue.parse,
}
"""How each kind of definition for cases is read; what it names is in the library."""
KINDS: tuple[Kind, ...] = (
    "trigger",
    "template",
    "contact_attributes",
    "segment",
    "calendar",
    "journey",
    *CASE_READERS,
)
LANGUAGES = ("en", "de")
EXAMPLES = "examples"
"""A folder among the definitions with further ones: checked with them, and published only where that is asked for."""
SCENARIO = "scenario"
"""The key of a document that only plays what the others define: `carebus simulate` reads it."""


@dataclass(frozen=True, slots=True)
class Documents:
    """All definitions, and by (kind, name) the source of each as JSON has it, to be stored and compared.

    The source of a journey has the sources of its triggers under `uses`, and the contact's attributes that its
    conditions name: what it means does not depend on what they become later, and it is another version when they
    change. The source of a segment has such attributes too.
    """

    triggers: Mapping[str, Trigger]
    templates: Mapping[str, Template]
    journeys: Mapping[str, Journey]
    sources: Mapping[tuple[Kind, str], Source]
    segments: Mapping[str, Segment]
    calendars: Mapping[str, Calendar]
    contact_attributes: Mapping[str, Attribute]
    """Of all documents together, by the attribute's name."""
    of_cases: Mapping[CaseKind, Mapping[str, CaseDefinition]]


def read_tree(root: Path, *, examples: bool = False) -> dict[str, str]:
    """The texts of all `.yaml` files under the folder, by their path in it; of its `examples` only where asked."""
    paths = [path.relative_to(root) for path in sorted(root.rglob("*.yaml"))]
    return {path.as_posix(): _text(root / path, root) for path in paths if examples or path.parts[0] != EXAMPLES}


def load(
    texts: Mapping[str, str],
    languages: Collection[str] = LANGUAGES,
    beside: Mapping[tuple[Kind, str], Mapping[str, object]] = MappingProxyType({}),
) -> Documents:
    """The definitions in these texts (by file name); Invalid with all that is wrong with them.

    What is published `beside` them (by kind and name) counts where no text takes its place. Where a text is not even
    YAML, only such faults are told: what it would have defined cannot be known.
    """
    from shared.definitions.yaml_text import YamlText  # 29 ms that a function reading stored definitions never needs

    files = {file: YamlText(file, texts[file]) for file in sorted(texts)}
    faults = [fault for file in files.values() for fault in file.faults]
    if any(file.broken for file in files.values()):
        raise Invalid(faults)
    documents = [
        _Document.of(file, node) for file, yaml in files.items() for node in yaml.documents if not _plays(node)
    ]
    documents += _beside(documents, beside)
    _check_names(documents)
    declared = _declared(documents)
    _tell(documents, People(declared, _named("segment", documents)))
    segments = _parsed("segment", documents, segment.parse)
    _check_circles(documents, segments)
    triggers = _parsed("trigger", documents, trigger.parse)
    templates = _parsed("template", documents, partial(template_reader.parse, languages=languages))
    calendars = _parsed("calendar", documents, partial(calendar_reader.parse, checked=True))
    library = Library(triggers, templates, calendars, _named("queue", documents))
    journeys = _parsed("journey", documents, partial(journey_reader.parse, library=library))
    of_cases = {kind: _parsed(kind, documents, partial(CASE_READERS[kind], library=library)) for kind in CASE_READERS}
    _check_default(documents)
    faults += [fault for document in documents for fault in document.reader.faults]
    if faults:
        raise Invalid(faults)
    return Documents(
        triggers=_sound(triggers),
        templates=_sound(templates),
        journeys=_sound(journeys),
        sources=_sources(documents, _sound(journeys), declared),
        segments=_sound(segments),
        calendars=_sound(calendars),
        contact_attributes=declared,
        of_cases={kind: _sound(read) for kind, read in of_cases.items()},
    )


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


@dataclass(frozen=True, slots=True)
class _Document:
    kind: Kind | None
    name: str
    node: Node
    reader: Reader

    @staticmethod
    def of(file: str, node: Node) -> "_Document":
        reader = Reader(file)
        entries = reader.entries(node)
        kind = next((kind for kind in KINDS if kind in entries), None)
        if kind is None and isinstance(node.value, Mapping):
            guess = "".join(nearest(key, KINDS) for key in entries)
            reader.fault(node, f"a document is one of {', '.join(KINDS)}{guess}")
        name = entries[kind].value if kind else ""
        return _Document(kind, name if isinstance(name, str) else "", node, reader)


def _beside(
    documents: Sequence[_Document], published: Mapping[tuple[Kind, str], Mapping[str, object]]
) -> list[_Document]:
    taken = {(document.kind, document.name) for document in documents}
    return [
        _Document.of(f"published {kind} {name}", of_plain({key: source[key] for key in source if key != stored.USES}))
        for (kind, name), source in published.items()
        if (kind, name) not in taken
    ]


def _plays(node: Node) -> bool:
    return isinstance(node.value, Mapping) and SCENARIO in node.value


def _check_names(documents: Sequence[_Document]) -> None:
    places: dict[tuple[Kind | None, str], str] = {}
    for document in documents:
        key = document.kind, document.name
        if document.name and key in places:
            document.reader.fault(document.node, f"the {document.kind} `{document.name}` is already in {places[key]}")
        places.setdefault(key, f"{document.reader.file}:{document.node.line}")


def _named(kind: Kind, documents: Sequence[_Document]) -> list[str]:
    return [document.name for document in documents if document.kind == kind]


def _parsed[D](
    kind: Kind, documents: Sequence[_Document], parse_one: Callable[[Node, Reader], D]
) -> dict[str, D | None]:
    """The documents of one kind by name; None for one with faults, so that nothing more is said about it."""
    parsed: dict[str, D | None] = {}
    for document in documents:
        if document.kind == kind:
            read = parse_one(document.node, document.reader)
            parsed.setdefault(document.name, None if document.reader.faults else read)
    return parsed


def _sound[D](documents: Mapping[str, D | None]) -> Mapping[str, D]:
    return {name: document for name, document in documents.items() if document is not None}


def _declared(documents: Sequence[_Document]) -> Mapping[str, Attribute]:
    """The attributes of contacts, whichever document declares them."""
    declared: dict[str, Attribute] = {}
    for document in documents:
        if document.kind == "contact_attributes":
            found = contact_attributes.parse(document.node, document.reader).attributes
            for name in found.keys() & declared.keys():
                document.reader.fault(document.node, f"the attribute `{name}` is declared twice")
            declared |= found
    return declared


def _tell(documents: Sequence[_Document], people: People) -> None:
    for document in documents:
        document.reader.people = people


def _check_circles(documents: Sequence[_Document], segments: Mapping[str, Segment | None]) -> None:
    for document in documents:
        if document.kind == "segment" and (way := segment.circle(document.name, segments)):
            document.reader.fault(document.node, f"the segment is defined by itself: {' -> '.join(way)}")


def _check_default(documents: Sequence[_Document]) -> None:
    """Only one SLA may hold where nobody says which."""
    first = ""
    for document in documents:
        if document.kind == "sla" and "default" in (entries := document.reader.entries(document.node)):
            if entries["default"].value is True and first:
                document.reader.fault(entries["default"], f"the SLA `{first}` is the default already")
            first = first or (document.name if entries["default"].value is True else "")


def _sources(
    documents: Sequence[_Document], journeys: Mapping[str, Journey], declared: Mapping[str, Attribute]
) -> Mapping[tuple[Kind, str], Source]:
    sources = dict(_plain(documents))
    stored.add_uses(sources, journeys, declared)
    return sources


def _plain(documents: Sequence[_Document]) -> Iterator[tuple[tuple[Kind, str], Source]]:
    for document in documents:
        source = document.node.plain()
        if document.kind and isinstance(source, dict):
            yield (document.kind, document.name), source


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


def _text(path: Path, root: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Invalid([Fault(path.relative_to(root).as_posix(), 1, "not UTF-8")]) from None
