"""Definitions as they are stored: each with the parts of others that it means."""

from collections.abc import Iterator, Mapping
from itertools import chain

from shared.definitions.attributes import Attribute
from shared.definitions.conditions import CONTACT
from shared.definitions.journey import Journey
from shared.definitions.node import Plain

type Source = dict[str, Plain]

USES = "uses"
OF_CONTACT = "contact.*"
"""Under `uses`, where no trigger can have this name: the declared attributes that conditions ask for."""
CALENDAR = "calendar "
"""Before the name of a calendar under `uses`: no trigger's name has a space."""


def add_uses[K: str](
    sources: Mapping[tuple[K, str], Source], journeys: Mapping[str, Journey], declared: Mapping[str, Attribute]
) -> None:
    """Put under `uses` a journey's triggers, and the declared attributes that a journey or a segment asks for.

    A trigger's `state` is left out: a journey means the same when a trigger of its is stopped.
    """
    triggers = {name: _lasting(source) for (kind, name), source in sources.items() if kind == "trigger"}
    for (kind, name), source in sources.items():
        if kind in ("journey", "segment", "intake"):
            names = journeys[name].triggers() if kind == "journey" else ()
            uses: Source = {used: triggers[used] for used in sorted(names)}
            if asked := _declarations(source, declared):
                uses[OF_CONTACT] = asked
            if uses or kind == "journey":
                source[USES] = uses
        if kind == "sla":
            source[USES] = dict(_of_sla(source, sources, triggers))


def _of_sla[K: str](
    source: Source, sources: Mapping[tuple[K, str], Source], triggers: Mapping[str, Source]
) -> Iterator[tuple[str, Source]]:
    """The calendars by which an SLA counts, and the triggers it raises."""
    calendars = {name: held for (kind, name), held in sources.items() if kind == "calendar"}
    for name in sorted(set(_named(source, "raise"))):
        yield name, triggers[name]
    for name in sorted(set(_named(source, "calendar"))):
        yield f"{CALENDAR}{name}", calendars[name]


def _named(plain: Plain, key: str) -> Iterator[str]:
    """What stands under the key, anywhere in the source but where attributes are mapped."""
    if isinstance(plain, dict):
        named = plain.get(key)
        if isinstance(named, str):
            yield named
        yield from chain.from_iterable(_named(value, key) for name, value in plain.items() if name != "with")
    elif isinstance(plain, list):
        yield from chain.from_iterable(_named(value, key) for value in plain)


def uses_of(source: Mapping[str, object]) -> Mapping[str, Mapping[str, object]]:
    uses = source.get(USES)
    return uses if isinstance(uses, Mapping) else {}


def _lasting(trigger: Source) -> Source:
    return {key: value for key, value in trigger.items() if key != "state"}


def _declarations(source: Source, declared: Mapping[str, Attribute]) -> Source:
    asked = {name: declared[name] for name in sorted(set(_asked(source))) if name in declared}
    return {name: {"type": attribute.type, "optional": attribute.optional} for name, attribute in asked.items()}


def _asked(plain: Plain) -> Iterator[str]:
    """What conditions anywhere in the source ask of a contact."""
    if isinstance(plain, dict):
        path = plain.get("attribute")
        if isinstance(path, str) and path.startswith(CONTACT):
            yield path.removeprefix(CONTACT)
        yield from chain.from_iterable(map(_asked, plain.values()))
    elif isinstance(plain, list):
        yield from chain.from_iterable(map(_asked, plain))
