"""What happens in a scenario: one entry of `events` to one step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from shared.cases.transitions import REASONS
from shared.definitions import attributes
from shared.definitions.node import Node
from shared.scenarios import pieces
from shared.scenarios.pieces import Desk
from shared.scenarios.scenario import (
    REPORTS,
    Action,
    Agree,
    ChangeOfJourney,
    Command,
    Fire,
    Reply,
    Report,
    Step,
    Subscribe,
)

OF_CASE = ("case", "number")
"""The attributes of a trigger that say which case it is about."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The keys that may stand beside the one that makes a step what it is, and how it is read."""

    beside: tuple[str, ...]
    read: Callable[[Mapping[str, Node], Desk], Action]


def steps(node: Node | None, desk: Desk) -> tuple[Step, ...]:
    """The steps in the order of time; of the same time, in the order they are written in."""
    found = [_step(item, desk) for item in pieces.listed(node, desk.reader)]
    return tuple(sorted((step for step in found if step), key=lambda step: step.at))


def _step(node: Node, desk: Desk) -> Step | None:
    entries = desk.reader.entries(node)
    kinds = [kind for kind in KINDS if kind in entries]
    if len(kinds) != 1:
        desk.reader.fault(node, f"a step is one of {', '.join(KINDS)}")
        return None
    kind = KINDS[kinds[0]]
    fields = desk.reader.fields(node, ["at", kinds[0]], kind.beside)
    return Step(desk.moment(fields.get("at")), kind.read(fields, desk), node.line)


def _fire(fields: Mapping[str, Node], desk: Desk) -> Action:
    data = fields.get("data", Node({}, fields["trigger"].line))
    values = data.plain() if desk.reader.entries(data) else {}
    given = values if isinstance(values, dict) else {}
    about = desk.reader.choice(fields["about"], ("newest",)) if "about" in fields else ""
    if "contact" in fields and not about:
        desk.reader.fault(fields["contact"], "`contact` goes with `about`: whose newest case")
    id_, contact = (desk.reader.text(fields.get(name)) for name in ("id", "contact"))
    fire = Fire(desk.reader.text(fields["trigger"]), given, id_, is_about_case=bool(about), contact=contact)
    check_fire(fire, fields["trigger"], data, desk)
    return fire


def check_fire(fire: Fire, named: Node, data: Node, desk: Desk) -> None:
    """Say at once what the door would refuse."""
    trigger = desk.reader.known(named, "trigger", desk.documents.triggers)
    if trigger is None:
        return
    if trigger.kind == "custom" and not trigger.is_for_outside:
        desk.reader.fault(named, f"`{fire.trigger}` issues a command: only a journey raises it")
    if trigger.kind == "interaction":
        desk.reader.fault(named, f"`{fire.trigger}` comes of a message: write `report: TILE` and `as:`")
    entries = desk.reader.entries(data)
    declared = trigger.attributes
    if fire.is_about_case:
        if "case" not in declared:
            desk.reader.fault(named, f"`{fire.trigger}` has no attribute `case` that could be about one")
        declared = {name: held for name, held in declared.items() if name not in OF_CASE or name in fire.data}
    for name, why in attributes.check(fire.data, declared):
        desk.reader.fault(entries.get(name, data), f"`{name}` {why}")


def _command(kind: str) -> Callable[[Mapping[str, Node], Desk], Action]:
    def read(fields: Mapping[str, Node], desk: Desk) -> Action:
        reader = desk.reader
        text, contact = (reader.text(fields.get(name)) for name in ("text", "contact"))
        if kind == "status":
            return Command("status", reader.choice(fields["status"], REASONS["active"]), text, contact)
        reader.choice(fields[kind], ("newest",))
        if kind == "resolve":
            resolution = fields.get("resolution")
            reason = reader.choice(resolution, REASONS["resolved"]) if resolution else REASONS["resolved"][0]
            return Command("resolve", reason, text, contact)
        return Command("cancel" if kind == "cancel" else "reactivate", "", text, contact)

    return read


def _report(fields: Mapping[str, Node], desk: Desk) -> Action:
    tile, journey = _sending("report", fields, desk)
    if "as" not in fields:
        desk.reader.fault(fields["report"], "`as` is missing")
    report = desk.reader.choice(fields.get("as"), REPORTS)
    if "link" in fields and report != "clicked":
        desk.reader.fault(fields["link"], "`link` says what was `clicked`")
    contact, link = (desk.reader.text(fields.get(name)) for name in ("contact", "link"))
    return Report(tile, report, journey, contact, link)


def _reply(fields: Mapping[str, Node], desk: Desk) -> Action:
    tile, journey = _sending("reply", fields, desk)
    if "text" not in fields:
        desk.reader.fault(fields["reply"], "`text` is missing")
    text, contact = (desk.reader.text(fields.get(name)) for name in ("text", "contact"))
    return Reply(tile, text, journey, contact)


def _sending(key: str, fields: Mapping[str, Node], desk: Desk) -> tuple[str, str]:
    """The tile that sent what the step is about, and its journey."""
    journey = desk.chosen(fields.get("journey"))
    if not journey:
        desk.reader.fault(fields[key], "of which journey? Name it by `journey:`")
    found = desk.documents.journeys.get(journey)
    if found is not None:
        pieces.one_of(fields[key], f"tile of {journey}", found.tiles, desk.reader)
    return desk.reader.text(fields[key]), journey


def _push(fields: Mapping[str, Node], desk: Desk) -> Action:
    if "contact" not in fields:
        desk.reader.fault(fields["push"], "`contact` is missing")
    said = desk.reader.choice(fields["push"], ("subscribed", "removed"))
    return Subscribe(desk.reader.text(fields.get("contact")), said == "subscribed")


def _change(command: Literal["pause", "resume", "stop"]) -> Callable[[Mapping[str, Node], Desk], Action]:
    def read(fields: Mapping[str, Node], desk: Desk) -> Action:
        desk.reader.known(fields[command], "journey", desk.documents.journeys)
        return ChangeOfJourney(desk.reader.text(fields[command]), command)

    return read


def _put_contact(fields: Mapping[str, Node], desk: Desk) -> Action:
    return pieces.person(fields["put_contact"], desk.reader, desk.documents.contact_attributes)


def _consent(fields: Mapping[str, Node], desk: Desk) -> Action:
    node = fields["consent"]
    entries = dict(desk.reader.entries(node))
    contact = entries.pop("contact", None)
    if contact is None:
        desk.reader.fault(node, "`contact` is missing")
    return Agree(desk.reader.text(contact), pieces.consents(Node(entries, node.line), desk.reader))


KINDS: Mapping[str, Kind] = {
    "trigger": Kind(("data", "id", "about", "contact"), _fire),
    "resolve": Kind(("resolution", "text", "contact"), _command("resolve")),
    "cancel": Kind(("text", "contact"), _command("cancel")),
    "reactivate": Kind(("text", "contact"), _command("reactivate")),
    "status": Kind(("text", "contact"), _command("status")),
    "report": Kind(("as", "journey", "contact", "link"), _report),
    "reply": Kind(("text", "journey", "contact"), _reply),
    "consent": Kind((), _consent),
    "push": Kind(("contact",), _push),
    "pause": Kind((), _change("pause")),
    "resume": Kind((), _change("resume")),
    "stop": Kind((), _change("stop")),
    "put_contact": Kind((), _put_contact),
    "put_device": Kind((), lambda fields, desk: pieces.device(fields["put_device"], desk.reader)),
}
"""The key that makes a step what it is."""
