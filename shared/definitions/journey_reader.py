"""Journeys as they are written: read and checked."""

from collections.abc import Mapping
from datetime import timedelta

from shared.definitions import conditions, outline
from shared.definitions.journey import Journey, ReEntry
from shared.definitions.node import Node
from shared.definitions.reader import Reader
from shared.definitions.scope import CONTACT, Scope
from shared.definitions.surroundings import Surroundings
from shared.definitions.tiles import Templates, TileReader, Triggers
from shared.definitions.trigger import Trigger

LONGEST_DELAY = timedelta(days=3650)


def parse(node: Node, reader: Reader, triggers: Triggers, templates: Templates | None = None) -> Journey:
    """The journey; without `templates` its messages are not checked, as for one that was published before."""
    fields = reader.fields(node, ["journey", "starts_on", "tiles"], ["entry", "re_entry"])
    starts_on = _starts_on(fields.get("starts_on"), triggers, reader)
    scope = Scope({"trigger": starts_on.attributes if starts_on else None, "contact": CONTACT})
    outlined = outline.parse(fields.get("tiles"), reader)
    surroundings = Surroundings(outlined, starts_on, _activated(outlined, triggers))
    tiles = TileReader(reader, surroundings, triggers, templates)
    return Journey(
        name=reader.name(fields.get("journey")),
        starts_on=reader.text(fields.get("starts_on")),
        entry=conditions.parse(fields["entry"], scope, reader) if "entry" in fields else None,
        re_entry=_re_entry(fields.get("re_entry"), reader),
        tiles={step.id: tiles.read(step) for step in outlined.steps},
        first=outlined.steps[0].id if outlined.steps else None,
    )


def _starts_on(node: Node | None, triggers: Triggers, reader: Reader) -> Trigger | None:
    trigger = reader.known(node, "trigger", triggers)
    if node is None or trigger is None:
        return None
    if trigger.kind == "interaction":
        reader.fault(node, f"`{trigger.name}` is an interaction trigger: it never starts a journey")
    elif trigger.audience is None:
        reader.fault(node, f"the trigger `{trigger.name}` has no audience, so nobody could enter")
    return trigger


def _activated(outlined: outline.Outline, triggers: Triggers) -> Mapping[str, Trigger | None]:
    """Per activating tile its trigger; None where that is unknown or at fault, which is told elsewhere."""
    activating = [step for step in outlined.steps if step.kind == "activate_trigger"]
    return {step.id: triggers.get(str(step.fields["activate_trigger"].value)) for step in activating}


def _re_entry(node: Node | None, reader: Reader) -> ReEntry:
    """`immediately` (also if nothing is said), `never`, or `{after: duration}`."""
    if node is None or isinstance(node.value, str):
        return ReEntry(reader.choice(node, ("immediately", "never")))
    fields = reader.fields(node, ["after"])
    return ReEntry("after", reader.duration(fields.get("after"), LONGEST_DELAY))
