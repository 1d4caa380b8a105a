"""What a run waits for, as it is written: a trigger, and by what its events are told apart."""

from collections.abc import Mapping

from shared.definitions import conditions
from shared.definitions.correlation import Correlation
from shared.definitions.node import Node
from shared.definitions.outline import Step
from shared.definitions.reader import Reader
from shared.definitions.scope import Scope
from shared.definitions.surroundings import Surroundings
from shared.definitions.tiles import Match
from shared.definitions.trigger import Trigger

MATCH = ("trigger", "by", "of", "value", "where")
"""The keys that say which events are meant."""


class MatchReader:
    """Reads the matches of one journey: of its tiles, and of the journey as a whole."""

    def __init__(self, reader: Reader, surroundings: Surroundings, triggers: Mapping[str, Trigger | None]) -> None:
        self._reader = reader
        self._surroundings = surroundings
        self._triggers = triggers

    def read(self, node: Node, fields: Mapping[str, Node], step: Step | None) -> Match:
        """Read the match of a tile, or with `step` None one that holds wherever the run is."""
        awaited = self._reader.known(fields.get("trigger"), "trigger", self._triggers)
        by, value = "", None
        if awaited is not None and awaited.kind == "interaction" and step is None:
            self._reader.fault(fields["trigger"], f"`{awaited.name}` is an interaction: it continues a send tile")
        elif awaited is not None:
            by, value = Correlation(awaited, self._surroundings, step).read(node, fields, self._reader)
        event = Scope({"event": awaited.attributes if awaited else None})
        where = conditions.parse(fields["where"], event, self._reader) if "where" in fields else None
        return Match(self._reader.text(fields.get("trigger")), by, value, where)


def check_segment(fields: Mapping[str, Node], reader: Reader) -> None:
    """Refuse what only says which events are meant beside a segment, where it would say nothing."""
    for key in MATCH[1:]:
        if key in fields and "segment" in fields and "trigger" not in fields:
            reader.fault(fields[key], f"`{key}` goes with a `trigger`, not with a `segment`")
