"""What shall come of a scenario: everything is optional, and what is not named is not checked."""

from collections.abc import Collection, Mapping

from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.scenarios import pieces
from shared.scenarios.pieces import Desk
from shared.scenarios.scenario import Expectations, ExpectedMessage, ExpectedRun

STATUSES = ("running", "completed", "exited")
STATES = ("sent", "delivered", "failed", "blocked", "waiting", "held")
TEXTS = ("reason", "subject", "language")


def expectations(node: Node | None, desk: Desk, contacts: Collection[str]) -> Expectations:
    fields = desk.reader.fields(node, [], ["runs", "messages", "not_entered", "nothing_else"])
    runs, messages, not_entered = (
        pieces.listed(fields.get(name), desk.reader) for name in ("runs", "messages", "not_entered")
    )
    return Expectations(
        tuple(_run(item, desk, contacts, ["status", "reason", "path", "goal"]) for item in runs),
        tuple(_message(item, desk, contacts) for item in messages),
        tuple(_run(item, desk, contacts, ["reason"]) for item in not_entered),
        desk.reader.flag(fields.get("nothing_else")),
    )


def _run(node: Node, desk: Desk, contacts: Collection[str], optional: Collection[str]) -> ExpectedRun:
    reader = desk.reader
    fields = reader.fields(node, ["contact"], ["journey", *optional])
    journey = desk.chosen(fields.get("journey"))
    if not journey:
        reader.fault(node, "of which journey? Name it by `journey:`")
    status = reader.choice(fields["status"], STATUSES) if "status" in fields else None
    contact = pieces.one_of(fields.get("contact"), "contact", contacts, reader)
    goal = reader.flag(fields["goal"]) if "goal" in fields else None
    return ExpectedRun(journey, contact, status, _text(fields, "reason", reader), _path(fields, journey, desk), goal)


def _path(fields: Mapping[str, Node], journey: str, desk: Desk) -> tuple[str, ...] | None:
    if "path" not in fields:
        return None
    found = desk.documents.journeys.get(journey)
    items = pieces.listed(fields["path"], desk.reader)
    if found is None:
        return ()
    return tuple(pieces.one_of(item, f"tile of {journey}", found.tiles, desk.reader) for item in items)


def _message(node: Node, desk: Desk, contacts: Collection[str]) -> ExpectedMessage:
    reader = desk.reader
    optional = ["channel", "template", "journey", "tile", "state", "at", "contains", *TEXTS]
    fields = reader.fields(node, ["to"], optional)
    if "template" in fields:
        reader.known(fields["template"], "template", desk.documents.templates)
    if "journey" in fields:
        reader.known(fields["journey"], "journey", desk.documents.journeys)
    channels = sorted({template.channel for template in desk.documents.templates.values()})
    return ExpectedMessage(
        to=pieces.one_of(fields.get("to"), "contact", contacts, reader),
        channel=pieces.one_of(fields["channel"], "channel", channels, reader) if "channel" in fields else None,
        template=_text(fields, "template", reader),
        journey=_text(fields, "journey", reader),
        tile=_text(fields, "tile", reader),
        language=_text(fields, "language", reader),
        state=reader.choice(fields["state"], STATES) if "state" in fields else None,
        reason=_text(fields, "reason", reader),
        subject=_text(fields, "subject", reader),
        at=desk.moment(fields["at"]) if "at" in fields else None,
        contains=_several(fields.get("contains"), reader),
    )


def _text(fields: Mapping[str, Node], name: str, reader: Reader) -> str | None:
    """Empty text is an expectation too: no reason at all."""
    if name not in fields:
        return None
    return "" if fields[name].value == "" else reader.text(fields[name])


def _several(node: Node | None, reader: Reader) -> tuple[str, ...]:
    if node is None or isinstance(node.value, str):
        return (reader.text(node),) if node else ()
    return tuple(reader.text(item) for item in reader.items(node))
