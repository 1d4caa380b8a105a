"""A series of reminders, written as what it stands for: waits, and between them the reminders.

    series: {until: {trigger: order-paid}, steps: [{after: P1D, tiles: [...]}, {after: P3D, tiles: [...]}]}

is a wait for the trigger of a day, whose No is the first tiles and then a wait of three days. With a condition in the
place of the trigger, each wait is followed by a look at it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from shared.definitions.node import Node
from shared.definitions.reader import Reader

LONGEST = timedelta(days=90)
MOST_STEPS = 25
TRIGGER = ("trigger", "segment", "by", "of", "value", "where")


def expanded(items: Sequence[Node], reader: Reader) -> list[Node]:
    """Return the tiles with every series among them written out."""
    found: list[Node] = []
    for item in items:
        entries = item.value if isinstance(item.value, Mapping) else {}
        found += _series(item, reader) if "series" in entries else [item]
    return found


def _series(item: Node, reader: Reader) -> list[Node]:
    fields = reader.fields(item, ["id", "series"])
    content = reader.fields(fields.get("series"), ["until", "steps"], ["within"])
    if "id" not in fields or "until" not in content or "steps" not in content:
        return []
    steps = reader.items(content["steps"])
    if len(steps) > MOST_STEPS:
        reader.fault(content["steps"], f"a series has at most {MOST_STEPS} steps, not {len(steps)}")
    _check_time(steps, content, reader)
    name = reader.name(fields["id"])
    until = reader.fields(content["until"], [], [*TRIGGER, "condition"])
    if "condition" in until and len(until) > 1:
        reader.fault(content["until"], "a series goes on until a `condition` holds, or until a `trigger` comes")
    following: list[Node] = []
    for number, step in reversed(list(enumerate(steps, 1))):
        parts = reader.fields(step, ["after", "tiles"])
        if "after" not in parts or "tiles" not in parts:
            return []
        reminder = [*reader.items(parts["tiles"]), *following]
        following = _step(f"{name}-{number}", parts["after"], until, reminder, step.line)
    return following


def _check_time(steps: Sequence[Node], content: Mapping[str, Node], reader: Reader) -> None:
    """Time is over where the steps say so; a limit that a step would never reach is a mistake."""
    if "within" not in content:
        return
    within = reader.duration(content["within"], LONGEST)
    total = timedelta()
    for step in steps:
        total += reader.duration(reader.entries(step).get("after"), LONGEST)
        if total > within:
            reader.fault(step, "the series is over before this step")
            return


def _step(id_: str, after: Node, until: Mapping[str, Node], reminder: list[Node], line: int) -> list[Node]:
    def node(value: object) -> Node:
        return Node(value, line)  # type: ignore[arg-type]

    if "condition" in until:
        wait = node({"id": node(id_), "wait": node({"for": after})})
        is_open = node({"not": until["condition"]})
        case = node({"when": is_open, "tiles": node(reminder)})
        return [wait, node({"id": node(f"{id_}-open"), "branch": node([case])})]
    tile = {**until, "within": after, "no": node(reminder)}
    return [node({"id": node(id_), "if_then": node(tile)})]
