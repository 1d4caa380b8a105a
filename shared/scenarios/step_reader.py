"""What happens in a scenario: one entry of `events` to one step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.cases.transitions import REASONS
from shared.definitions import attributes
from shared.definitions.node import Node
from shared.scenarios import pieces
from shared.scenarios.pieces import Desk
from shared.scenarios.scenario import REPORTS, Action, Agree, Command, Fire, Report, Step


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
    fire = Fire(desk.reader.text(fields["trigger"]), given, desk.reader.text(fields.get("id")))
    check_fire(fire, fields["trigger"], data, desk)
    return fire


def check_fire(fire: Fire, named: Node, data: Node, desk: Desk) -> None:
    """Say at once what the door would refuse."""
    trigger = desk.reader.known(named, "trigger", desk.documents.triggers)
    if trigger is None:
        return
    if trigger.command is not None:
        desk.reader.fault(named, f"`{fire.trigger}` issues a command: only a journey raises it")
    if trigger.kind == "interaction":
        desk.reader.fault(named, f"`{fire.trigger}` comes of a message: write `report: TILE` and `as:`")
    entries = desk.reader.entries(data)
    for name, why in attributes.check(fire.data, trigger.attributes):
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
    journey = desk.chosen(fields.get("journey"))
    if not journey:
        desk.reader.fault(fields["report"], "of which journey? Name it by `journey:`")
    found = desk.documents.journeys.get(journey)
    tile = desk.reader.text(fields["report"])
    if found is not None:
        pieces.one_of(fields["report"], f"tile of {journey}", found.tiles, desk.reader)
    if "as" not in fields:
        desk.reader.fault(fields["report"], "`as` is missing")
    report = desk.reader.choice(fields.get("as"), REPORTS)
    return Report(tile, report, journey, desk.reader.text(fields.get("contact")))


def _consent(fields: Mapping[str, Node], desk: Desk) -> Action:
    node = fields["consent"]
    entries = dict(desk.reader.entries(node))
    contact = entries.pop("contact", None)
    if contact is None:
        desk.reader.fault(node, "`contact` is missing")
    return Agree(desk.reader.text(contact), pieces.consents(Node(entries, node.line), desk.reader))


KINDS: Mapping[str, Kind] = {
    "trigger": Kind(("data", "id"), _fire),
    "resolve": Kind(("resolution", "text", "contact"), _command("resolve")),
    "cancel": Kind(("text", "contact"), _command("cancel")),
    "reactivate": Kind(("text", "contact"), _command("reactivate")),
    "status": Kind(("text", "contact"), _command("status")),
    "report": Kind(("as", "journey", "contact"), _report),
    "consent": Kind((), _consent),
    "put_contact": Kind((), lambda fields, desk: pieces.person(fields["put_contact"], desk.reader)),
    "put_device": Kind((), lambda fields, desk: pieces.device(fields["put_device"], desk.reader)),
}
"""The key that makes a step what it is."""
