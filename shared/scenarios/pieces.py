"""Pieces that scenarios are read from: moments, people, consents, names of what there is."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from pydantic import ValidationError

from shared.contacts import checks
from shared.contacts.contact import CHANNELS, PURPOSES, STATUSES
from shared.contacts.importing import ABOUT, CONTACT, DEVICE, Check
from shared.contacts.messages import PutContact
from shared.definitions import duration
from shared.definitions.attributes import Attribute, fault_of
from shared.definitions.loader import Documents
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.devices.messages import PutDevice
from shared.runtime import codec
from shared.scenarios.scenario import Person

CHECKS: Mapping[str, Check] = {name: check for name, check in {**CONTACT, **ABOUT}.items() if name != "contact_id"}
YEARS = range(1970, 3000)
FARTHEST = timedelta(days=3653)
OPTIONAL = (*(each.name for each in fields(PutContact) if each.name != "contact"), "consents", "push")


@dataclass(frozen=True, slots=True)
class Desk:
    """What one scenario is read with: where faults go, what is defined, and when it starts."""

    reader: Reader
    documents: Documents
    starts: datetime
    journey: str = ""

    def moment(self, node: Node | None) -> timedelta:
        """How long after the start: a duration, or a time with its offset."""
        text = self.reader.text(node)
        if node is None or not text:
            return timedelta()
        found = duration.parse(text)
        if found is not None:
            return self._reachable(node, found)
        if (time := instant(text)) is None:
            self.reader.fault(node, f"`{text}` is neither a duration, such as PT15M, nor a time with its offset")
            return timedelta()
        if time < self.starts:
            self.reader.fault(node, "is before the scenario starts")
        return self._reachable(node, time - self.starts)

    def _reachable(self, node: Node, after: timedelta) -> timedelta:
        if after > FARTHEST:
            self.reader.fault(node, "is more than ten years after the start")
        return after

    def chosen(self, node: Node | None) -> str:
        """The name of a journey; without one, the scenario's own."""
        if node is not None:
            self.reader.known(node, "journey", self.documents.journeys)
        return self.reader.text(node) or self.journey


def instant(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else None


def is_playable(time: datetime) -> bool:
    """A clock can stand there, and go on for long."""
    return time.year in YEARS


def person(node: Node, reader: Reader, declared: Mapping[str, Attribute]) -> Person:
    """`{id, name, phone, email, language, time_zone, city, ..., attributes, consents, push}`."""
    entries = reader.fields(node, ["id"], OPTIONAL)
    values: dict[str, object] = {"name": ""}
    values |= {name: checked(entries[name], CHECKS[name], reader) for name in CHECKS if name in entries}
    values["attributes"] = kept(entries["attributes"], reader, declared) if "attributes" in entries else {}
    identity = checked(entries.get("id"), checks.identifier, reader)
    given = consents(entries["consents"], reader) if "consents" in entries else {}
    takes_push = reader.flag(entries.get("push"))
    try:
        return Person(codec.typed(PutContact, {**values, "contact": identity}), given, takes_push)
    except ValidationError as error:
        reader.fault(node, f"`{codec.field_of(error)}` is of the wrong type")
        return Person(PutContact(identity, ""), given)


def kept(node: Node, reader: Reader, declared: Mapping[str, Attribute]) -> Mapping[str, object]:
    """Values of declared attributes, each of its type."""
    found: dict[str, object] = {}
    for name, value in reader.entries(node).items():
        if name not in declared:
            reader.fault(value, f"no attribute `{name}` of contacts is declared{nearest(name, declared)}")
        elif reason := fault_of(value.plain(), declared[name].type):
            reader.fault(value, f"`{name}` {reason}")
        else:
            found[name] = value.plain()
    return found


def device(node: Node, reader: Reader) -> PutDevice:
    """`{id, contact, model}`."""
    entries = reader.fields(node, ["id", "contact"], ["model"])
    identity, owner = (checked(entries.get(name), checks.identifier, reader) for name in ("id", "contact"))
    return PutDevice(identity, owner, checked(entries.get("model"), DEVICE["model"], reader))


def consents(node: Node, reader: Reader) -> Mapping[str, str]:
    """`channel/purpose` or `channel/purpose/topic` to a status."""
    found: dict[str, str] = {}
    for key, value in reader.entries(node).items():
        channel, _, purpose = key.partition("/")
        if channel not in CHANNELS or purpose.partition("/")[0] not in PURPOSES:
            known = [f"{channel}/{purpose}" for channel in CHANNELS for purpose in PURPOSES]
            reader.fault(value, f"`{key}` is no channel with a purpose, such as sms/commercial{nearest(key, known)}")
        found[key] = reader.choice(value, STATUSES)
    return found


def checked(node: Node | None, check: Check, reader: Reader) -> str:
    """A value as a CSV import would take it; reasons never quote it."""
    if node is None:
        return ""
    if not isinstance(node.value, str):
        reader.fault(node, "must be text: put it in quotes")
        return ""
    try:
        return str(check(node.value))
    except checks.Wrong as wrong:
        reader.fault(node, str(wrong))
        return ""


def one_of(node: Node | None, what: str, known: Iterable[str], reader: Reader) -> str:
    """A name out of those there are."""
    text = reader.text(node)
    names: Collection[str] = tuple(known)
    if node is not None and text and text not in names:
        reader.fault(node, f"there is no {what} `{text}`{nearest(text, names)}")
    return text


def listed(node: Node | None, reader: Reader) -> tuple[Node, ...]:
    """A list that may be empty or left out."""
    if node is None or node.value == []:
        return ()
    return tuple(reader.items(node))
