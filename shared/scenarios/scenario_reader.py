"""Scenario documents to scenarios, with every fault told by file and line."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from shared.definitions.faults import Fault, Invalid
from shared.definitions.loader import Documents
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.yaml_text import YamlText
from shared.scenarios import pieces
from shared.scenarios.expectation_reader import expectations
from shared.scenarios.pieces import Desk
from shared.scenarios.scenario import LONGEST, Agree, Command, Fire, Person, Reply, Report, Scenario, Step, Subscribe
from shared.scenarios.step_reader import steps

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When a scenario starts that does not say."""
KEYS = ("journey", "starts", "until", "contacts", "devices", "events", "expect")


def read(texts: Mapping[str, str], documents: Documents) -> list[Scenario]:
    """The scenarios in these texts (by file name), in order; Invalid with all that is wrong with them."""
    found: list[Scenario] = []
    faults: list[Fault] = []
    names: dict[str, str] = {}
    for file, text in texts.items():
        yaml = YamlText(file, text)
        faults += yaml.faults
        for node in yaml.documents:
            reader = Reader(file)
            scenario = parse(node, reader, documents)
            if scenario.name in names:
                reader.fault(node, f"the scenario `{scenario.name}` is already in {names[scenario.name]}")
            names.setdefault(scenario.name, f"{file}:{node.line}")
            found.append(scenario)
            faults += reader.faults
    if faults:
        raise Invalid(faults)
    return found


def parse(node: Node, reader: Reader, documents: Documents) -> Scenario:
    """One document; what is built of one with a fault is thrown away."""
    fields = reader.fields(node, ["scenario", "events"], KEYS)
    journey = fields.get("journey")
    reader.known(journey, "journey", documents.journeys)
    desk = Desk(reader, documents, start(fields.get("starts"), reader), reader.text(journey))
    declared = documents.contact_attributes
    people = tuple(pieces.person(item, reader, declared) for item in pieces.listed(fields.get("contacts"), reader))
    devices = tuple(pieces.device(item, reader) for item in pieces.listed(fields.get("devices"), reader))
    happens = steps(fields.get("events"), desk)
    contacts = [each.contact.contact for each in (*people, *_joining(happens))]
    for owned, item in zip(devices, pieces.listed(fields.get("devices"), reader), strict=True):
        if owned.contact not in contacts:
            reader.fault(item, f"there is no contact `{owned.contact}`")
    _check_contacts(happens, contacts, reader)
    until = reader.duration(fields["until"], LONGEST) if "until" in fields else None
    for step in happens:
        if until and step.at > until:
            reader.fault_at(step.line, "is after the scenario's end, `until`")
    return Scenario(
        name=reader.text(fields.get("scenario")),
        journey=desk.journey,
        starts=desk.starts,
        steps=happens,
        people=people,
        devices=devices,
        until=until,
        expect=expectations(fields.get("expect"), desk, contacts),
        file=reader.file,
        line=node.line,
    )


def start(node: Node | None, reader: Reader) -> datetime:
    text = reader.text(node)
    time = pieces.instant(text) if text else START
    if time is not None and pieces.is_playable(time):
        return time
    if node is not None:
        reader.fault(node, f"`{text}` is not a time with its offset, such as 2026-03-02T09:00:00+01:00")
    return START


def _joining(happens: tuple[Step, ...]) -> Iterator[Person]:
    return (step.action for step in happens if isinstance(step.action, Person))


def _check_contacts(happens: tuple[Step, ...], contacts: list[str], reader: Reader) -> None:
    for step in happens:
        if isinstance(step.action, Agree | Command | Fire | Report | Reply | Subscribe):
            name = step.action.contact
            pieces.one_of(Node(name, step.line) if name else None, "contact", contacts, reader)
