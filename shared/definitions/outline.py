"""The nested tiles of a journey, flattened: who follows whom, and who has certainly run before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from shared.definitions import series
from shared.definitions.names import nearest
from shared.definitions.node import Node
from shared.definitions.reader import Reader

TILES: Mapping[str, tuple[str, ...]] = {
    "send_sms": ("about",),
    "send_email": ("about",),
    "send_push": ("about",),
    "activate_trigger": ("with",),
    "wait": ("business_hours",),
    "if_then": (),
    "branch": ("otherwise",),
    "split": (),
    "experiment": (),
    "best_channel": (),
    "create_task": ("for", "due", "about"),
    "series": (),
    "exit": (),
}
"""The key that makes a tile what it is, and what may stand beside it."""

ARMS: Mapping[str, tuple[str, ...]] = {
    "if_then": ("yes", "no"),
    "experiment": ("a", "b"),
    "best_channel": ("sms", "email", "push"),
}
"""The lists of tiles inside a tile, by the key each stands under."""


@dataclass(frozen=True, slots=True)
class Step:
    """A tile not yet read: its keys, and per way out (`next`, `yes`, `1`...) the id that follows, None at the end."""

    id: str
    kind: str
    node: Node
    fields: Mapping[str, Node]
    exits: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Outline:
    """The tiles in an order in which each stands behind all that lead to it."""

    steps: tuple[Step, ...]
    before: Mapping[str, frozenset[str]]
    """Per reachable tile, those that have run before it whatever path led there."""


def parse(node: Node | None, reader: Reader) -> Outline:
    steps = _Flattening(reader).sequence(node, "", None)
    seen: set[str] = set()
    for step in steps:
        if step.id in seen:
            reader.fault(step.node, f"two tiles have the id `{step.id}`")
        seen.add(step.id)
    before = _before(steps)
    for step in steps:
        if step.id not in before:
            reader.fault(step.node, f"no path leads to the tile `{step.id}`")
    return Outline(tuple(step for step in steps if step.id in before), before)


def _before(steps: Sequence[Step]) -> Mapping[str, frozenset[str]]:
    """What has certainly run before a tile is what all that lead to it have in common."""
    before = {step.id: frozenset[str]() for step in steps[:1]}
    for step in steps:
        if step.id not in before:
            continue
        here = before[step.id] | {step.id}
        for following in step.exits.values():
            if following is not None:
                before[following] = before.get(following, here) & here
    return before


@dataclass(frozen=True, slots=True)
class _Draft:
    id: str
    kind: str
    node: Node
    fields: Mapping[str, Node]


class _Flattening:
    """One walk through the nested lists; a list goes on with the tile after its parent."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def sequence(self, node: Node | None, prefix: str, after: str | None) -> list[Step]:
        items = series.expanded(self._reader.items(node), self._reader)
        drafts = [self._draft(item, prefix, at, len(items)) for at, item in enumerate(items, 1)]
        found = [draft for draft in drafts if draft]
        following = [*(draft.id for draft in found[1:]), after]
        return list(chain.from_iterable(map(self._tile, found, following)))

    def _draft(self, node: Node, prefix: str, position: int, last: int) -> _Draft | None:
        entries = self._reader.entries(node)
        kinds = [kind for kind in TILES if kind in entries]
        if len(kinds) != 1:
            guess = "".join(nearest(key, TILES) for key in entries if key not in TILES)
            self._reader.fault(node, f"a tile is one of {', '.join(TILES)}{guess}")
            return None
        kind = kinds[0]
        named = [] if kind == "exit" else ["id"]
        fields = self._reader.fields(node, [*named, kind], ["id", *TILES[kind]])
        derived = "exit" if kind == "exit" and position == last else str(position)
        return _Draft(self._reader.name(fields.get("id")) or prefix + derived, kind, node, fields)

    def _tile(self, draft: _Draft, following: str | None) -> list[Step]:
        arms = self._arms(draft, following)
        exits = {name: steps[0].id if steps else following for name, steps in arms.items()}
        step = Step(draft.id, draft.kind, draft.node, draft.fields, exits)
        return [step, *chain.from_iterable(arms.values())]

    def _arms(self, draft: _Draft, following: str | None) -> Mapping[str, list[Step]]:
        """The ways out of a tile with the tiles inside each; without any, the way leads to what follows."""
        match draft.kind:
            case "exit":
                return {}
            case "if_then" | "experiment" | "best_channel" as kind:
                entries = self._reader.entries(draft.fields[kind])
                lists = {name: entries.get(name) for name in ARMS[kind] if kind != "best_channel" or name in entries}
                lists |= {"none": entries.get("none")} if kind == "best_channel" else {}
            case "branch":
                cases = enumerate(self._reader.items(draft.fields["branch"]), 1)
                lists = {str(at): self._case(item) for at, item in cases}
                lists["otherwise"] = draft.fields.get("otherwise")
            case "split":
                shares = enumerate(self._reader.items(draft.fields["split"]), 1)
                lists = {str(at): self._reader.entries(item).get("tiles") for at, item in shares}
            case _:
                return {"next": []}
        return {name: self.sequence(item, f"{draft.id}.{name}.", following) for name, item in lists.items()}

    def _case(self, node: Node) -> Node | None:
        """The tiles of a branch's case; `exit: reason` stands for a list of that one tile."""
        entries = self._reader.entries(node)
        if "exit" in entries:
            return Node([Node({"exit": entries["exit"]}, entries["exit"].line)], node.line)
        return entries.get("tiles")
