"""Recorded events, CloudEvents as the doors take them, played as a scenario that expects nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.contacts.messages import PutContact
from shared.definitions.faults import Fault, Invalid
from shared.definitions.loader import Documents
from shared.definitions.node import Node, of_plain
from shared.definitions.reader import Reader
from shared.definitions.yaml_text import YamlText
from shared.devices.messages import PutDevice
from shared.events import cloudevent
from shared.events.refusal import Refused
from shared.scenarios import pieces
from shared.scenarios.pieces import Desk
from shared.scenarios.scenario import Fire, Person, Scenario, Step
from shared.scenarios.scenario_reader import START
from shared.scenarios.step_reader import check_fire

LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Known:
    """Who and what there is besides what the file itself says: from CSV files, as an import takes them."""

    contacts: Sequence[PutContact] = ()
    devices: Sequence[PutDevice] = ()


def read(file: str, text: str, documents: Documents, known: Known) -> Scenario:
    """A list of CloudEvents, a line each in `.jsonl`, or `{contacts, devices, events}`; Invalid with all faults."""
    reader = Reader(file)
    root = _root(file, text, reader)
    listed = not isinstance(root.value, Mapping) or "type" in root.value
    fields = {"events": root} if listed else reader.fields(root, ["events"], ["contacts", "devices"])
    declared = documents.contact_attributes
    people = [pieces.person(item, reader, declared) for item in pieces.listed(fields.get("contacts"), reader)]
    devices = [pieces.device(item, reader) for item in pieces.listed(fields.get("devices"), reader)]
    node = fields.get("events", Node([]))
    items = (node,) if isinstance(node.value, Mapping) else tuple(reader.items(node))
    events = [_event(item, place, reader) for place, item in enumerate(items, 1)]
    read_events = [(item, event) for item, event in zip(items, events, strict=True) if event]
    times = [event.time for _, event in read_events if event.time]
    desk = Desk(reader, documents, min(times, default=START))
    if not pieces.is_playable(desk.starts) or max(times, default=START) - desk.starts > pieces.FARTHEST:
        reader.fault_at(1, "its times cannot be played: they are not within ten years")
    steps = _steps(read_events, desk)
    if reader.faults:
        raise Invalid(reader.faults)
    return Scenario(
        name=file,
        journey="",
        starts=desk.starts,
        steps=tuple(sorted(steps, key=lambda step: step.at)),
        people=(*map(Person, known.contacts), *people),
        devices=(*known.devices, *devices),
        file=file,
    )


def _root(file: str, text: str, reader: Reader) -> Node:
    if file.endswith(LINES):
        return Node([_line(line, number, reader) for number, line in enumerate(text.splitlines(), 1) if line.strip()])
    if file.endswith(".json"):
        try:
            whole = of_plain(json.loads(text))
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", 1)
            raise Invalid([Fault(file, line, f"not JSON: {getattr(error, 'msg', 'nested too deeply')}")]) from None
        # Every JSON is YAML, but for tabs: read as such, it knows its lines.
        marked = YamlText(file, text)
        return whole if marked.faults or len(marked.documents) != 1 else marked.documents[0]
    yaml = YamlText(file, text)
    if yaml.faults or not yaml.documents:
        raise Invalid(yaml.faults or [Fault(file, 1, "is empty")])
    return yaml.documents[0] if len(yaml.documents) == 1 else Node(yaml.documents)


def _line(text: str, number: int, reader: Reader) -> Node:
    try:
        return replace(of_plain(json.loads(text)), line=number)
    except (ValueError, RecursionError):
        reader.fault_at(number, "not JSON")
        return Node({}, number)


def _event(node: Node, place: int, reader: Reader) -> cloudevent.Event | None:
    """What is written by hand may leave out what only names the event."""
    value = node.plain()
    named = {"specversion": "1.0", "id": f"event-{place}", "source": "/recorded"}
    try:
        return cloudevent.parse({**named, **value} if isinstance(value, dict) else value)
    except Refused as refused:
        for fault in refused.faults:
            reader.fault(node, f"event {place}: {fault.field} {fault.why}")
        return None


def _steps(events: Sequence[tuple[Node, cloudevent.Event]], desk: Desk) -> list[Step]:
    """An event without a time comes with the one before it."""
    steps = []
    now: datetime = desk.starts
    for node, event in events:
        now = event.time or now
        fire = Fire(event.type, event.data, event.id, event.source)
        entries = desk.reader.entries(node)
        check_fire(fire, entries.get("type", node), entries.get("data", node), desk)
        steps.append(Step(max(now - desk.starts, timedelta()), fire, node.line))
    return steps
