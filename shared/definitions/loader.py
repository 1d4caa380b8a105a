"""Definition files to definitions, checked as a whole."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

from shared.definitions import (
    calendar_reader,
    contact_attributes,
    journey_reader,
    segment,
    stored,
    template_reader,
    trigger,
)
from shared.definitions.attributes import Attribute
from shared.definitions.calendar import Calendar
from shared.definitions.faults import Fault, Invalid
from shared.definitions.journey import Journey
from shared.definitions.kinds import CASE_READERS, KINDS, CaseDefinition, CaseKind, Kind
from shared.definitions.names import nearest
from shared.definitions.node import Node, of_plain
from shared.definitions.reader import People, Reader
from shared.definitions.segment import Segment
from shared.definitions.stored import Source
from shared.definitions.templates import Template
from shared.definitions.tile_reader import Library
from shared.definitions.trigger import Trigger

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


def _text(path: Path, root: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Invalid([Fault(path.relative_to(root).as_posix(), 1, "not UTF-8")]) from None
